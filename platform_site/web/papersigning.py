"""The platform's own signature on a paper: PAdES-B, invisible, certifying that nobody changed the file once made.

It says who made the file, not who issued what stands in it: that is the act's entry in the record. The key is a file:
made at first use in demo and sandbox, where its certificate says 演练, given by PORTAL_PAPER_SIGNER in production. It
opens nothing: no envelope is sealed to it. Signatures are RSA PKCS#1 v1.5, which is deterministic, over bytes without
a random part: the same document, key and signing moment give the same file.
"""

import asyncio
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from django.conf import settings

from platform_site import clock
from platform_site.ledger import keys

FIELD = "Rendition"
# Hex digits kept free for the signature: under a certificate of its own it takes a third of them, a chain needs more.
RESERVED = 16 * 1024
KEY_BITS, DEMO_YEARS = 3072, 10
DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336


class SigningImpossible(RuntimeError):
    """No usable key: none configured, unreadable, not RSA, or the certificate is not valid; the text says which."""


@dataclass(frozen=True, slots=True)
class PaperSigner:
    """A key with its certificate, and the certificates that lead from it to a root, if any."""

    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate's DER bytes, hex."""
        return self.certificate.fingerprint(hashes.SHA256()).hex()


def current() -> PaperSigner:
    """The installation's signer; in demo and sandbox it is made at first use.

    Raises:
        SigningImpossible: production without PORTAL_PAPER_SIGNER, or a file that holds no RSA key with its certificate.
    """
    configured = settings.PAPER_SIGNER
    if not configured and settings.MODE == "production":
        raise SigningImpossible("PORTAL_PAPER_SIGNER names no file: papers cannot be signed")
    path = Path(configured) if configured else Path(settings.KEYS_DIR) / "paper-signer.pem"
    if not path.exists() and not configured:
        make(path, f"{settings.SITE_NAME}文书签署（演练）")
    try:
        changed = path.stat().st_mtime_ns
    except OSError as error:
        raise SigningImpossible(f"{path}: {error.strerror}: papers cannot be signed") from None
    return _read(path, changed)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> PaperSigner:
    """`changed` makes a renewed file count without a restart."""
    try:
        data = path.read_bytes()
        key = serialization.load_pem_private_key(data, password=None)
        certificates = x509.load_pem_x509_certificates(data)
    except (OSError, ValueError, TypeError) as error:
        raise SigningImpossible(f"{path} holds no key with its certificate: {error}") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        # ECDSA signs differently every time: a paper could not be made again.
        raise SigningImpossible(f"{path}: only RSA keys sign papers")
    if certificates[0].public_key() != key.public_key():
        raise SigningImpossible(f"{path}: the first certificate is not the key's")
    return PaperSigner(key, certificates[0], tuple(certificates[1:]))


def make(path: Path, name: str, *, made_at: datetime | None = None, years: int = DEMO_YEARS) -> None:
    """A new key with a certificate it signed itself stands in the file, mode 0600; an existing file is left alone."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    at = made_at or clock.machine()
    subject = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"), x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only",
         "decipher_only"), False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(at - timedelta(minutes=5))
        .not_valid_after(at + timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    keys.keep(path, secret + certificate.public_bytes(pem))


def sign(document: bytes, signer: PaperSigner, at: datetime, *, reason: str = "") -> bytes:
    """The PDF with the signature behind it; not a byte of the document changes.

    Args:
        at: the signing moment that was recorded; it stands in the signature dictionary.

    Raises:
        SigningImpossible: `at` is outside the certificate's validity.
    """
    from pyhanko.sign import fields, signers
    from pyhanko.sign.signers import cms_embedder, pdf_byterange

    valid = signer.certificate.not_valid_before_utc, signer.certificate.not_valid_after_utc
    if not valid[0] <= at <= valid[1]:
        raise SigningImpossible(f"the certificate for papers is valid from {valid[0]} to {valid[1]}, not at {at}")
    writer = _writer(document)
    spec = fields.SigFieldSpec(FIELD, on_page=0)
    embedding = cms_embedder.PdfCMSEmbedder(new_field_spec=spec).write_cms(FIELD, writer)
    next(embedding)
    placeholder = pdf_byterange.SignatureObject(
        timestamp=clock.china(at), subfilter=fields.SigSeedSubFilter.PADES, reason=reason, bytes_reserved=RESERVED
    )
    # A certifying signature: whatever is added behind it invalidates it in every reader.
    certifying = cms_embedder.SigMDPSetup("sha256", certify=True, docmdp_perms=fields.MDPPerm.NO_CHANGES)
    embedding.send(cms_embedder.SigObjSetup(placeholder, mdp_setup=certifying))
    prepared, out = embedding.send(cms_embedder.SigIOSetup("sha256", output=io.BytesIO()))
    embedding.send(_detached(signers, signer, prepared.document_digest))
    return bytes(out.getvalue())


def _writer(document: bytes) -> Any:
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class Appending(IncrementalPdfFileWriter):
        """Appends and leaves the metadata alone: the dates in it are the act's. No part of it is random."""

        def _update_meta(self) -> None:
            pass

        @classmethod
        def _handle_id(cls, prev: Any) -> Any:
            second = generic.ByteStringObject(hashlib.sha256(document).digest()[:16])
            return generic.ArrayObject([prev.trailer["/ID"][0], second])

    return Appending(io.BytesIO(document))


def _detached(signers: Any, signer: PaperSigner, digest: bytes) -> Any:
    """The CMS over the digest: content type, digest and the certificate's own digest are what is signed (PAdES-B)."""
    from asn1crypto import x509 as asn1
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    der = serialization.Encoding.DER
    own, *above = (asn1.Certificate.load(one.public_bytes(der)) for one in (signer.certificate, *signer.chain))
    store = SimpleCertificateStore()
    store.register_multiple([own, *above])

    class Loaded(signers.Signer):  # type: ignore[misc]
        """Signs with the key as it was read once: reading an RSA key takes longer than signing with it."""

        async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
            return signer.key.sign(data, padding.PKCS1v15(), hashes.SHA256())

    loaded = Loaded(signing_cert=own, cert_registry=store)
    # The library's way is asynchronous; in a thread of its own it runs whether or not a loop runs around us.
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, loaded.async_sign(digest, "sha256", use_pades=True)).result()
