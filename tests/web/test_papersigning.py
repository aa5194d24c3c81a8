"""The platform's signature on papers: by pyHanko's own validator, by the offline script, and both after damage."""

import hashlib
import io
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from platform_site import clock
from platform_site.web import papercheck, papers, papersigning
from tests.web import offline

AT = datetime(2026, 11, 30, 4, 5, 6, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def quick_keys():
    """Making a key of full size takes longer than everything else here."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(papersigning, "KEY_BITS", 2048)
        yield


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    path = tmp_path_factory.mktemp("signer") / "signer.pem"
    papersigning.make(path, "云泽省文书签署（演练）", made_at=AT - timedelta(days=1))
    return path


@pytest.fixture(scope="module")
def document():
    return papers.pdf("<!doctype html><html lang='zh-CN'><title>通知</title><p>中标通知书</p></html>")


@pytest.fixture
def signer(key, settings):
    settings.PAPER_SIGNER = str(key)
    return papersigning.current()


@pytest.fixture
def signed(document, signer):
    return papersigning.sign(document, signer, AT, reason="制作")


def der(signer) -> bytes:
    return signer.certificate.public_bytes(Encoding.DER)


def judged(data, signer):
    """pyHanko's judgement of the file's one signature, with this certificate as the only one trusted."""
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    trust = ValidationContext(trust_roots=[asn1.Certificate.load(der(signer))], moment=AT)
    return signature, validate_pdf_signature(signature, trust)


def test_pyhanko_judges_the_signature_valid_over_the_whole_file(signed, signer):
    signature, status = judged(signed, signer)

    assert status.bottom_line
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    assert status.signing_cert.sha256 == bytes.fromhex(signer.fingerprint)
    assert signature.self_reported_timestamp == AT


def test_it_is_pades_and_says_nothing_on_the_page(signed, document, signer):
    signature, _ = judged(signed, signer)
    attributes = {one["type"].native for one in signature.signer_info["signed_attrs"]}
    page = PdfFileReader(io.BytesIO(signed)).root["/Pages"]["/Kids"][0]

    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert "signing_certificate_v2" in attributes
    assert "signing_time" not in attributes
    assert signature.docmdp_level == MDPPerm.NO_CHANGES
    assert len(page["/Annots"]) == 1
    annotation = page["/Annots"][0]
    assert [float(side) for side in annotation["/Rect"]] == [0, 0, 0, 0]
    assert int(annotation["/F"]) & 0b10 == 0  # PDF/A: printed, never hidden
    assert signed.startswith(document)


def test_the_same_document_key_and_moment_give_the_same_bytes(document, signer, signed):
    assert papersigning.sign(document, signer, AT, reason="制作") == signed
    assert papersigning.sign(document, signer, AT + timedelta(seconds=1), reason="制作") != signed


def test_the_metadata_of_the_act_is_left_alone(signed, document):
    before, after = (PdfFileReader(io.BytesIO(data)) for data in (document, signed))

    assert after.root["/Metadata"].data == before.root["/Metadata"].data
    assert dict(after.trailer["/Info"]) == dict(before.trailer["/Info"])
    assert after.trailer["/ID"][0] == before.trailer["/ID"][0]


@pytest.mark.parametrize("place", [20, 0.3, 0.7, -40], ids=["head", "page", "font", "trailer"])
def test_a_flipped_bit_is_found_by_all_three(signed, document, signer, place):
    at = place if isinstance(place, int) else int(len(document) * place)
    broken = bytearray(signed)
    broken[at] ^= 1
    broken = bytes(broken)
    known = {signer.fingerprint: der(signer)}

    with pytest.raises(offline.Wrong):
        offline.check_signature(broken, known)
    assert papercheck.signature_of(broken, known).state in {papercheck.CHANGED, papercheck.NONE}
    try:
        _, status = judged(broken, signer)
    except Exception:
        return  # it no longer reads as a PDF at all
    assert not status.bottom_line


def test_what_pads_the_signature_can_hide_nothing(signed, signer):
    """The place kept free is wider than the signature and is not signed: it holds zeros, in one way of writing."""
    known, padding = {signer.fingerprint: der(signer)}, signed.index(b"0" * 512)

    for hidden in (b"1", b"41" * 20):
        broken = signed[:padding] + hidden + signed[padding + len(hidden) :]
        assert papercheck.signature_of(broken, known).state == papercheck.FOREIGN
        with pytest.raises(offline.Wrong, match="nobody signed"):
            offline.check_signature(broken, known)


def test_what_is_added_behind_it_is_found_and_the_original_is_still_named(signed, signer):
    known = {signer.fingerprint: der(signer)}

    said = papercheck.signature_of(signed + b"\n%%EOF added", known)

    assert said.state == papercheck.ADDED
    assert said.revision == hashlib.sha256(signed).hexdigest()
    with pytest.raises(offline.Wrong, match="were added"):
        offline.check_signature(signed + b"x", known)


def test_another_key_under_the_same_name_is_not_ours(document, signer, tmp_path, settings):
    papersigning.make(tmp_path / "other.pem", "云泽省文书签署（演练）", made_at=AT - timedelta(days=1))
    settings.PAPER_SIGNER = str(tmp_path / "other.pem")
    forged = papersigning.sign(document, papersigning.current(), AT)
    known = {signer.fingerprint: der(signer)}

    assert papercheck.signature_of(forged, known).state == papercheck.FOREIGN
    with pytest.raises(offline.Wrong, match="key the record does not name"):
        offline.check_signature(forged, known)
    assert not judged(forged, signer)[1].bottom_line


def test_the_script_alone_finds_that_it_holds(signed, signer):
    assert offline.check_signature(signed, {signer.fingerprint: der(signer)}) == signer.fingerprint


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        b"/ByteRange [0 10 20 30]" * 3,
        b"/ByteRange [0 999999999999 1 1]",
        b"/ByteRange [0 24 40 0]<30820000000000>" + b"0" * 20,
        b"%PDF " + b"<" * 100_000,
    ],
    ids=["empty", "bare", "hollow", "huge", "cms", "noise"],
)
def test_a_strangers_bytes_are_no_signature_and_no_error(data, signer):
    known = {signer.fingerprint: der(signer)}

    assert papercheck.signature_of(data, known).state in {papercheck.NONE, papercheck.FOREIGN}
    with pytest.raises(offline.Wrong):
        offline.check_signature(data, known)


# -- the key -----------------------------------------------------------------------------------------------------------


def test_a_demo_makes_its_key_at_first_use_and_says_that_it_is_one(settings, tmp_path):
    settings.PAPER_SIGNER, settings.KEYS_DIR = "", tmp_path / "keys"

    first = papersigning.current()

    path = tmp_path / "keys" / "paper-signer.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "演练" in first.certificate.subject.rfc4514_string()
    assert papersigning.current().fingerprint == first.fingerprint
    assert not list(path.parent.glob(".*"))


def test_production_without_a_key_signs_nothing_and_names_the_setting(settings):
    settings.MODE, settings.PAPER_SIGNER = "production", ""

    with pytest.raises(papersigning.SigningImpossible, match="PORTAL_PAPER_SIGNER"):
        papersigning.current()


@pytest.mark.parametrize("content", [None, b"", b"not a key", "ec", "swapped"])
def test_a_file_that_holds_no_key_for_papers_is_refused(content, settings, tmp_path, key):
    path = tmp_path / "signer.pem"
    if content == "ec":
        secret = ec.generate_private_key(ec.SECP256R1())
        pem = secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        content = (
            pem + key.read_bytes().partition(b"-----BEGIN CERT")[1] + key.read_bytes().partition(b"-----BEGIN CERT")[2]
        )
    elif content == "swapped":
        papersigning.make(tmp_path / "other.pem", "另一把")
        own = (tmp_path / "other.pem").read_bytes().partition(b"-----BEGIN CERT")[0]
        content = own + b"-----BEGIN CERT" + key.read_bytes().partition(b"-----BEGIN CERT")[2]
    if content is not None:
        path.write_bytes(content)
    settings.PAPER_SIGNER = str(path)

    with pytest.raises(papersigning.SigningImpossible, match=str(path)):
        papersigning.current()


@pytest.mark.parametrize("days", [-2, 366], ids=["before", "expired"])
def test_outside_its_validity_a_certificate_signs_nothing(document, tmp_path, settings, days):
    path = tmp_path / "short.pem"
    papersigning.make(path, "一年", made_at=AT, years=1)
    settings.PAPER_SIGNER = str(path)

    with pytest.raises(papersigning.SigningImpossible, match="valid from"):
        papersigning.sign(document, papersigning.current(), AT + timedelta(days=days))


def test_a_renewed_file_counts_without_a_restart(settings, tmp_path):
    import os

    path = tmp_path / "signer.pem"
    papersigning.make(path, "甲")
    settings.PAPER_SIGNER = str(path)
    first = papersigning.current()
    papersigning.make(tmp_path / "new.pem", "乙")
    (tmp_path / "new.pem").replace(path)
    os.utime(path, (2_000_000_000, 2_000_000_000))

    assert papersigning.current().fingerprint != first.fingerprint


def test_two_first_starts_leave_one_key(tmp_path):
    path: Path = tmp_path / "signer.pem"
    papersigning.make(path, "甲")
    first = path.read_bytes()
    papersigning.make(path, "乙", made_at=clock.machine())

    assert path.read_bytes() == first


@pytest.mark.parametrize(("mode", "signer", "said"), [("production", "", 1), ("production", "x", 0), ("demo", "", 0)])
def test_production_is_told_at_start_that_papers_cannot_be_signed(settings, mode, signer, said):
    from platform_site.web.checks import papers_can_be_signed

    settings.MODE, settings.PAPER_SIGNER = mode, signer

    assert len(papers_can_be_signed(None)) == said
