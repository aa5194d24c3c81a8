"""A bidder's day in a real browser, under the portal's content policy: make a key, seal, upload, unlock."""

import base64
from pathlib import Path

import pytest
from django.db import transaction

from platform_site import ledger
from platform_site.accounts.actors import CLOCK
from platform_site.sealing import services
from platform_site.sealing.keyfiles import BidderKey
from platform_site.sealing.storage import ciphertext_path
from tests.sealing.guards import four_guards
from tests.sealing.world import ALPHA, DOCUMENT, NOON

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor" / "sealing.js"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not VENDOR.exists(), reason="needs the files of `make setup` in static/vendor"),
]
LOT = "lot:T-2026-0001/1"
SIZE = 9_000_000  # bytes; three chunks


@pytest.fixture
def keyset(served):
    guards = four_guards()
    keyset = services.assign_keyset(LOT, [guard.row for guard in guards], 3, not_before=NOON)
    with transaction.atomic():
        ledger.append("lot.announced", subject=LOT, actor=CLOCK, facts={})
    for guard in guards[1:3]:
        guard.countersign(keyset)
    return keyset


@pytest.fixture
def bidder(served, page):
    """A page on which a key was made and kept; every breach of the policy fails the test."""
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    answer = page.goto(f"{served}/bench/")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    page.public = page.evaluate(
        """async (subject) => {
          const sealing = await import("/static/vendor/sealing.js");
          const key = await sealing.generateKey(subject);
          const text = await sealing.dumpKeyFile(key);
          return { kept: await sealing.keepKey(key), public: key.publicKey, file: text };
        }""",
        ALPHA,
    )
    yield page
    assert [text for text in complaints if "Failed to load resource" not in text] == []


SEAL = """async ({ lot, document: version, size }) => {
  const sealing = await import("/static/vendor/sealing.js");
  const status = await (await fetch(`/sealing/lots/${lot}/`)).json();
  const [key] = await sealing.keptKeys("91310000MA1K35Q84E");
  const file = new File([new Uint8Array(size).fill(7)], "图纸.zip", { type: "application/zip" });
  const context = { lot, document: version, countersignatures: status.countersignatures };
  const steps = [];
  const shelf = await sealing.openShelf("test");
  const sealed = await sealing.seal([file], { price: "99.00" }, status.keyset, key, context, {
    shelf,
    onProgress: (step) => steps.push(step.done),
  });
  const header = JSON.parse(sealed.header);
  const csrf = document.cookie.match(/csrftoken=([^;]+)/)[1];
  const sent = [];
  const uploads = await sealing.upload(sealed.parts, [header.manifest, ...header.parts], {
    begin: "/begin/", chunks: "/sealing/uploads/", csrf, onProgress: (step) => sent.push(step),
  });
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle("ggzy-sealing");
  const inFiles = (await Array.fromAsync((await root.getDirectoryHandle("test")).keys())).length;
  await shelf.clear();
  const left = (await Array.fromAsync(root.keys())).length;
  const { header: text, signature, wraps } = sealed;
  return { header: text, signature, wraps, uploads, steps: steps.length, sent: sent.at(-1), inFiles, left };
}"""


def filed(bidder, sealed):
    return services.envelope_accept(
        lot_ref=LOT,
        subject_code=ALPHA,
        header=sealed["header"].encode(),
        signature=sealed["signature"],
        wraps=sealed["wraps"],
        upload_ids=sealed["uploads"],
        public_key=bidder.public["public"],
        documents={DOCUMENT},
        arrived_at=NOON,
    ).envelope


def start_opening():
    with transaction.atomic():
        ledger.append("lot.opening_started", subject=LOT, actor=CLOCK, facts={})


def test_a_key_is_made_kept_and_cannot_be_read_out(bidder):
    assert bidder.public["kept"]
    assert BidderKey.load(bidder.public["file"]).public_key == bidder.public["public"]

    exported = bidder.evaluate(
        """async (subject) => {
          const sealing = await import("/static/vendor/sealing.js");
          const [key] = await sealing.keptKeys(subject);
          const tries = [() => sealing.dumpKeyFile(key), () => crypto.subtle.exportKey("pkcs8", key.identity),
                         () => crypto.subtle.exportKey("pkcs8", key.signingSecret)];
          return Promise.all(tries.map((attempt) => attempt().then(() => "read out", () => "refused")));
        }""",
        ALPHA,
    )

    assert exported == ["refused"] * 3


def test_a_bid_sealed_and_uploaded_in_a_browser_opens_by_its_bidder(bidder, keyset):
    sealed = bidder.evaluate(SEAL, {"lot": LOT, "document": DOCUMENT, "size": SIZE})
    envelope = filed(bidder, sealed)
    start_opening()
    identity = bidder.evaluate(
        """async ([subject, envelope]) => {
          const sealing = await import("/static/vendor/sealing.js");
          const [key] = await sealing.keptKeys(subject);
          return sealing.unlock(envelope, key);
        }""",
        [ALPHA, {"header": envelope.header, "wraps": {"owner": envelope.wraps["owner"]}}],
    )
    services.unlock(envelope.pk, identity, subject_code=ALPHA)

    (result,) = services.record(services.open_envelopes(LOT))

    assert (result.kind, result.by, result.offer) == ("opened", "bidder", {"price": "99.00"})
    assert [(file.name, file.size) for file in result.files.all()] == [("图纸.zip", SIZE)]
    assert sealed["steps"] >= 4
    assert sealed["sent"]["done"] == sealed["sent"]["total"] > SIZE
    assert (sealed["inFiles"], sealed["left"]) == (3, 0)  # journal, manifest, file


def test_a_line_that_breaks_costs_the_broken_chunk_only(bidder, keyset):
    broken, chunks = [], []

    def shaky(route):
        chunks.append(route.request.headers["upload-offset"])
        if len(broken) < 2 and route.request.headers["upload-offset"] != "0":
            broken.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    bidder.route("**/sealing/uploads/*/", shaky)

    sealed = bidder.evaluate(SEAL, {"lot": LOT, "document": DOCUMENT, "size": SIZE})

    assert len(broken) == 2
    assert len(chunks) == 6  # the manifest, three of the file, two again
    assert filed(bidder, sealed).state == "sealed"


def test_nothing_readable_ever_left_the_browser(bidder, keyset):
    bodies = []
    bidder.on("request", lambda request: bodies.append((request.url, request.post_data_buffer or b"")))

    sealed = bidder.evaluate(SEAL, {"lot": LOT, "document": DOCUMENT, "size": SIZE})

    everything = b"".join(url.encode() + body for url, body in bodies)
    stored = b"".join(ciphertext_path(part.upload_id).read_bytes() for part in filed(bidder, sealed).parts.all())
    secret = BidderKey.load(bidder.public["file"])
    for held in (everything, stored, base64.b64decode(sealed["wraps"]["owner"])):
        assert b"99.00" not in held
        assert b"\x07" * 64 not in held
        assert "图纸".encode() not in held
        assert secret.identity.encode() not in held
        assert secret.signing_secret.hex().encode() not in held


STALL = """() => {
  const create = FileSystemFileHandle.prototype.createWritable;
  let parts = 0;
  FileSystemFileHandle.prototype.createWritable = async function (...given) {
    const writable = await create.apply(this, given);
    // The second ciphertext never gets further: whoever looks now finds a tab in the middle of encrypting.
    if (this.name.endsWith(".age") && (parts += 1) === 2) writable.write = () => new Promise(() => {});
    return writable;
  };
}"""
BEGIN = """async ({ lot, document: version, names, size }) => {
  const sealing = await import("/static/vendor/sealing.js");
  const status = await (await fetch(`/sealing/lots/${lot}/`)).json();
  const [key] = await sealing.keptKeys("91310000MA1K35Q84E");
  const context = { lot, document: version, countersignatures: status.countersignatures };
  const shelf = await sealing.openShelf("test");
  const draft = await sealing.draftOn(shelf, key);
  const made = draft?.files.find((one) => one.made);
  const files = names.map((name) => {
    if (made?.name === name) return { name, size: made.size, lastModified: made.lastModified, type: "" };
    return new File([new Uint8Array(size).fill(7)], name, { lastModified: 1 });
  });
  const doing = sealing.seal(files, { price: "99.00" }, status.keyset, key, context, { shelf });
  doing.then((sealed) => (globalThis.sealed = sealed), (error) => (globalThis.failed = error.message));
  return made?.made.entry.sha256 ?? null;
}"""


def test_a_tab_killed_while_encrypting_goes_on_with_the_same_ciphertext(bidder, keyset):
    names = ["图纸.zip", "清单.xlsx"]
    told = {"lot": LOT, "document": DOCUMENT, "names": names, "size": 300_000}
    bidder.evaluate(STALL)
    bidder.evaluate(BEGIN, told)
    bidder.evaluate(
        """async () => {
          const sealing = await import("/static/vendor/sealing.js");
          const shelf = await sealing.openShelf("test");
          while ((await shelf.journal())?.files.made !== 1) await new Promise((wake) => setTimeout(wake, 20));
        }"""
    )
    address, context = bidder.url, bidder.context
    bidder.close(run_before_unload=False)

    again = context.new_page()
    again.goto(address)
    kept = again.evaluate(BEGIN, told)
    again.wait_for_function("() => globalThis.sealed ?? globalThis.failed")

    assert again.evaluate("() => globalThis.failed") is None
    digests = again.evaluate("() => JSON.parse(globalThis.sealed.header).parts.map((part) => part.sha256)")
    assert kept is not None
    assert digests[0] == kept
    assert len(digests) == 2


def test_a_full_disk_is_said_before_and_while_it_fills(bidder, keyset):
    told = {"lot": LOT, "document": DOCUMENT, "names": ["图纸.zip"], "size": 3_000_000}
    said = "() => globalThis.failed ?? globalThis.sealed"
    devtools = bidder.context.new_cdp_session(bidder)
    origin = bidder.evaluate("() => location.origin")
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 1_000_000})
    bidder.evaluate(BEGIN, told)
    bidder.wait_for_function(said)
    before = bidder.evaluate(said)
    bidder.evaluate("() => { delete globalThis.failed; navigator.storage.estimate = async () => ({}); }")
    bidder.evaluate(BEGIN, told)
    bidder.wait_for_function(said)
    meanwhile = bidder.evaluate(said)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": origin})
    bidder.evaluate("() => { delete globalThis.failed; }")

    bidder.evaluate(BEGIN, told)
    bidder.wait_for_function(said)

    assert (before, meanwhile) == ("storage.full", "storage.full")
    assert bidder.evaluate("() => globalThis.sealed.parts.length") == 2


def test_a_file_rewritten_between_choosing_and_reading_is_not_sealed(bidder, keyset, tmp_path):
    drawing = tmp_path / "图纸.zip"
    drawing.write_bytes(b"1" * 500_000)
    bidder.evaluate("() => document.body.insertAdjacentHTML('beforeend', '<input type=file id=chosen>')")
    bidder.locator("#chosen").set_input_files(str(drawing))
    drawing.write_bytes(b"2" * 500_001)

    failed = bidder.evaluate(
        """async ({ lot, document: version }) => {
          const sealing = await import("/static/vendor/sealing.js");
          const status = await (await fetch(`/sealing/lots/${lot}/`)).json();
          const [key] = await sealing.keptKeys("91310000MA1K35Q84E");
          const context = { lot, document: version, countersignatures: status.countersignatures };
          const shelf = await sealing.openShelf("test");
          const files = globalThis.document.getElementById("chosen").files;
          const sealed = sealing.seal(files, {}, status.keyset, key, context, { shelf });
          return sealed.then(() => "sealed", (error) => [error.message, error.file]);
        }""",
        {"lot": LOT, "document": DOCUMENT},
    )

    assert failed == ["file.changed", "图纸.zip"]
