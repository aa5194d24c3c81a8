"""Large bids: a tab or a whole browser dies while it encrypts or uploads, and the next visit goes on from there.

The files are small and the chunks smaller, so that the path of a gigabyte is walked: many chunks, one after the other.
"""

import hashlib
import os
import signal
from pathlib import Path

import pytest

from platform_site.sealing import keysets
from platform_site.sealing import services as sealing
from platform_site.sealing.models import KeySet, Upload
from tests.browser import launching
from tests.browser_checks import assert_accessible, assert_no_overflow
from tests.databases import BASE
from tests.trading.served import MANAGER, PRICE, demo_key, fill, press, receipt
from trading.models import Bid

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (BASE / "static" / "vendor" / "sealing.js").exists(), reason="needs the files of `make setup`"
    ),
]
CHUNK = 32 * 1024


@pytest.fixture
def documents(portal, monkeypatch):
    """Ten chunks of a drawing and a letter."""
    monkeypatch.setattr(sealing, "MAX_CHUNK", CHUNK)
    drawing, letter = portal.folder / "施工图纸.zip", portal.folder / "投标函.txt"
    drawing.write_bytes(os.urandom(300_000))
    letter.write_text("致招标人：我方愿意以上述报价承担本标段。")
    return [str(drawing), str(letter)]


def kill(profile: Path) -> None:
    """The browser of this profile is gone, as by a power cut."""
    mark = f"--user-data-dir={profile}".encode()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                ours = mark in (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if ours:
                os.kill(int(folder.name), signal.SIGKILL)


@pytest.mark.rule("ELE-04")
def test_a_browser_killed_while_uploading_goes_on_without_key_or_encrypting(portal, browser, documents, tmp_path):
    profile = tmp_path / "profile"
    offsets = []

    def stalling(route):
        offset = int(route.request.headers["upload-offset"])
        offsets.append(offset)
        if offset < 4 * CHUNK:
            route.continue_()

    first = browser.browser_type.launch_persistent_context(profile, **launching())
    window = first.pages[0]
    portal.sign_in(window, "bidder1")
    window.route("**/sealing/uploads/*/", stalling)
    window.goto(portal.address("bid/file/"))
    fill(window, documents)
    press(window)
    with window.expect_request(lambda request: request.headers.get("upload-offset") == str(4 * CHUNK)):
        pass
    before = dict(Upload.objects.values_list("sha256", "received"))
    kill(profile)

    second = browser.browser_type.launch_persistent_context(
        profile, viewport={"width": 390, "height": 844}, **launching()
    )
    window = second.pages[0]
    portal.sign_in(window, "bidder1")
    offsets.clear()
    window.on("request", lambda sent: offsets.append(int(sent.headers.get("upload-offset", -1))))
    window.goto(portal.address("bid/file/"))
    window.get_by_text("有一份已经封存").wait_for()
    assert_no_overflow(window)
    assert_accessible(window)
    window.locator("#earlier-go").click()
    receipt(window)
    second.close()

    bid = Bid.objects.select_related("envelope").get()
    header = bid.envelope.header
    filed = {entry["sha256"] for entry in (header["manifest"], *header["parts"])}
    assert set(before) <= filed
    assert Upload.objects.count() == 3
    assert 4 * CHUNK in before.values()
    large = [offset for offset in offsets if offset >= 4 * CHUNK]
    assert large == sorted(set(large))
    assert not {CHUNK, 2 * CHUNK, 3 * CHUNK} & set(offsets)


STALL = """() => {
  const create = FileSystemFileHandle.prototype.createWritable;
  let parts = 0;
  FileSystemFileHandle.prototype.createWritable = async function (...given) {
    const writable = await create.apply(this, given);
    if (this.name.endsWith(".age") && (parts += 1) === 2) writable.write = () => new Promise(() => {});
    return writable;
  };
}"""
KEPT = """async ([lot, subject]) => {
  const sealing = await import("/static/vendor/sealing.js");
  const name = sealing.shelfName(lot, subject);
  const shelf = await sealing.openShelf(name);
  while ((await shelf.journal())?.files.made !== 1) await new Promise((wake) => setTimeout(wake, 20));
  const top = await (await navigator.storage.getDirectory()).getDirectoryHandle("ggzy-sealing");
  const found = [];
  for await (const [part, handle] of (await top.getDirectoryHandle(name)).entries()) {
    if (!part.endsWith(".age")) continue;
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await (await handle.getFile()).arrayBuffer()));
    found.push([...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
  return found;
}"""


def test_a_tab_killed_while_encrypting_is_filled_again_and_another_is_kept_out_meanwhile(portal, page, documents):
    portal.sign_in(page, "bidder1")
    page.goto(portal.address("bid/file/"))
    fill(page, documents)
    page.evaluate(STALL)
    press(page)
    lot, code = portal.scene.lot.ledger_ref, portal.scene.cast["bidder1"].code
    kept = page.evaluate(KEPT, [lot, code])
    other = page.context.new_page()
    other.goto(portal.address("bid/file/"))
    other.get_by_text("上次加密中断了").wait_for()
    fill(other, documents[1:])
    press(other)
    other.get_by_text("另一个窗口正在加密或者递交").wait_for()
    other.close(run_before_unload=False)
    page.close(run_before_unload=False)

    again = page.context.new_page()
    again.goto(portal.address("bid/file/"))
    again.get_by_text("2 个文件中 1 个已经加密").wait_for()
    demo_key(again)
    again.get_by_text("已加密，不用再选").wait_for()
    typed = {name: again.locator(f"#{name}").input_value() for name in ("price", "period", "manager")}
    press(again)
    said = again.locator("#files-error").inner_text()
    again.locator("#files").set_input_files(documents[1:])
    press(again)
    receipt(again)

    assert typed == {"price": PRICE, "period": "520", "manager": MANAGER}
    assert "“投标函.txt”还没有加密" in said
    header = Bid.objects.select_related("envelope").get().envelope.header
    assert header["parts"][0]["sha256"] in kept


def test_a_bid_sealed_on_a_computer_without_a_line_is_filed_by_the_page(portal, page, browser, documents, tmp_path):
    cast, lot = portal.scene.cast, portal.scene.again()
    portal.sign_in(page, "bidder1")
    page.goto(portal.address("bid/file/"))
    with page.expect_download() as ticket:
        page.get_by_role("link", name="投标凭据").click()
    with page.expect_download() as tool:
        page.get_by_role("link", name="离线封装工具").click()
    printed = page.locator("#package-h").locator("xpath=ancestor::section").inner_text()
    saved = {"tool": tmp_path / "tool.html", "ticket": tmp_path / "ticket.json", "key": tmp_path / "key.json"}
    tool.value.save_as(saved["tool"])
    ticket.value.save_as(saved["ticket"])
    saved["key"].write_text(cast.keys[cast["bidder1"].code].dump())
    digest = hashlib.sha256(saved["tool"].read_bytes()).hexdigest()
    notice = lot.notices.get(kind="tender", state="published")
    assert digest in printed
    assert notice.content["sealing_tool"] == digest

    alone = browser.new_context(offline=True, locale="zh-CN", viewport={"width": 390, "height": 844})
    window = alone.new_page()
    asked, complaints = [], []
    window.on("request", lambda request: asked.append(request.url))
    window.on("console", lambda message: complaints.append(message.text))
    window.on("pageerror", lambda error: complaints.append(str(error)))
    window.goto(saved["tool"].as_uri())
    forged = tmp_path / "forged.json"
    forged.write_text(saved["ticket"].read_text().replace(lot.title, "别的标段"))
    window.locator("#ticket").set_input_files(forged)
    window.get_by_text("签名与本工具内置的平台公钥不符").wait_for()
    window.locator("#ticket").set_input_files(saved["ticket"])
    window.get_by_role("heading", name=lot.title).wait_for()
    assert (
        keysets.set_fingerprint(KeySet.objects.get(pk=lot.ledger_ref).document) in window.locator("main").inner_text()
    )
    press(window)
    assert window.locator("#price-error").is_visible()
    window.locator("#price").fill(PRICE)
    window.locator("#period").fill("520")
    window.locator("#manager").fill(MANAGER)
    window.locator("#files").set_input_files(documents)
    window.locator("[data-key-file]").set_input_files(saved["key"])
    window.get_by_text("将使用密钥文件").wait_for()
    assert_no_overflow(window)
    assert_accessible(window)
    with window.expect_download() as package:
        press(window)
    package.value.save_as(tmp_path / "bid.ggzy")
    mark = window.locator("#saved-print").inner_text()
    alone.close()
    assert {address.partition(":")[0] for address in asked} <= {"file", "blob"}
    assert complaints == []

    page.locator("#package").set_input_files(saved["key"])
    page.get_by_text("不是离线封装工具存下的信封文件").wait_for()
    page.locator("#package").set_input_files(tmp_path / "bid.ggzy")
    page.get_by_role("button", name="递交这个信封").click()
    receipt(page)

    bid = Bid.objects.select_related("envelope").get()
    assert bid.envelope.header_sha256 == mark
    assert mark in page.content()
