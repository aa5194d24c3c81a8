"""A bidder files in the real page; trustees open for who did not come. Nothing readable leaves the browser."""

import hashlib
import re
from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session

from platform_site import clock, ledger
from platform_site.clock import services as clock_services
from platform_site.sealing.models import PlainFile
from platform_site.sealing.storage import ciphertext_path
from tests.browser_checks import Watched, assert_accessible, assert_no_overflow
from tests.databases import BASE
from tests.trading.filing import release
from tests.trading.served import MANAGER, PRICE, WORDS, fill, press, receipt
from trading.models import Bid
from trading.rehearsal import engineering_open

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (BASE / "static" / "vendor" / "sealing.js").exists(), reason="needs the files of `make setup`"
    ),
]
SIZE = 9_000_000  # bytes; three chunks


@pytest.fixture
def documents(portal):
    """A drawing of three chunks and a letter."""
    drawing, letter = portal.folder / "施工图纸.zip", portal.folder / "投标函.txt"
    drawing.write_bytes(b"\x07" * SIZE)
    letter.write_text("致招标人：我方愿意以上述报价承担本标段。")
    return [str(drawing), str(letter)]


def test_from_one_click_to_a_proven_receipt_and_opened_by_trustees(portal, page, documents):
    sent = []
    page.on("request", lambda request: sent.append(request.url.encode() + b"\n" + (request.post_data_buffer or b"")))
    portal.sign_in(page, "bidder1")
    watched = Watched(page)
    # No stream process here: the page is left to looking by itself.
    page.route("**/stream/**", lambda route: route.fulfill(content_type="text/event-stream", body=": none\n\n"))

    watched.goto(portal.address("bid/"))
    page.get_by_role("button", name="获取招标文件").click()
    page.get_by_role("link", name="招标文件.txt").wait_for()
    page.locator(".gz-do-row").get_by_role("link", name="递交投标文件").first.click()
    fill(page, documents)
    assert page.locator("#price-capitals").inner_text() == WORDS
    press(page)
    receipt(page)

    page.get_by_text("已有承诺").wait_for()
    watched.check()
    ledger.sequence_once()
    page.get_by_text("已有证明").wait_for()
    everything = b"".join(sent)
    bid = Bid.objects.select_related("envelope").get()
    stored = b"".join(ciphertext_path(part.upload_id).read_bytes() for part in bid.envelope.parts.all())
    for secret in (
        PRICE,
        "170500000",
        MANAGER,
        "施工图纸",
        "我方愿意",
        portal.scene.cast.keys[bid.subject.code].identity,
    ):
        assert secret.encode() not in everything
        assert secret.encode() not in stored
    assert abs(datetime.fromisoformat(bid.envelope.header["created"]) - clock.machine()) < timedelta(minutes=2)

    for rival in ("bidder2", "bidder3"):
        engineering_open.file(portal.scene.cast, portal.scene.again(), rival)
    page.goto(portal.address("opening/"))
    assert "澜浦禹通" not in page.content()
    clock_services.advance(portal.deadline() + timedelta(minutes=1), portal.scene.cast["operator"].actor)
    page.reload()
    assert "澜浦禹通水利建设有限公司" in page.locator("#roll-h").locator("xpath=ancestor::section").inner_text()

    release(portal.scene, 3)
    portal.sign_in(page, "operator")
    page.goto(portal.address("opening/"))
    page.get_by_role("button", name="公布全部投标文件").click()
    row = page.locator("tr", has_text="云泽恒岳建设集团有限公司")
    row.get_by_text("受托人代为解密").wait_for()

    assert "170,500,000.50" in row.inner_text()
    assert MANAGER in row.inner_text()
    watched.check()
    bid.refresh_from_db()
    assert bid.state == "opened"
    found = PlainFile.objects.filter(result__envelope=bid.envelope)
    assert [(file.name, file.size) for file in found] == [("施工图纸.zip", SIZE), ("投标函.txt", found[1].size)]


PROTECT = """async ([text, words]) => {
  const { dumpKeyFile, loadKeyFile } = await import("/static/vendor/sealing.js");
  return dumpKeyFile(await loadKeyFile(text), words, { workFactor: 8 });
}"""


def test_a_bidder_unlocks_with_a_protected_key_file_and_others_see_it(portal, page, browser):
    cast = portal.scene.cast
    for name in ("bidder1", "bidder2", "bidder3"):
        engineering_open.file(cast, portal.scene.again(), name)
    clock_services.advance(portal.deadline() + timedelta(minutes=1), cast["operator"].actor)
    portal.sign_in(page, "bidder2")
    onlooker = browser.new_context().new_page()
    onlooker.goto(portal.address("opening/"))
    page.goto(portal.address("opening/"))
    wrong, right = portal.folder / "wrong.json", portal.folder / "right.age"
    wrong.write_text(cast.keys[cast["bidder1"].code].dump())
    right.write_text(onlooker.evaluate(PROTECT, [cast.keys[cast["bidder2"].code].dump(), "清江一号"]))

    page.locator("[data-key-file]").set_input_files(str(wrong))
    page.get_by_text("不是这里要用的那一把").wait_for()
    page.locator("[data-key-file]").set_input_files(str(right))
    page.get_by_label("密钥文件的口令").fill("清江一号")
    page.get_by_role("button", name="打开").click()
    page.get_by_text("将使用密钥文件").wait_for()
    page.get_by_role("button", name="解密", exact=True).click()

    page.get_by_text("密钥已收到").wait_for()
    onlooker.get_by_text("已解密").wait_for(timeout=15_000)
    onlooker.context.close()


def consortium(window, code, agreement):
    """One member beside the bidder, and the agreement."""
    window.get_by_text("以联合体投标").click()
    for name, words in (
        ("0-work", "土建"),
        ("1-code", code),
        ("1-name", "成员"),
        ("1-work", "安装"),
        ("1-ratings", "市政 壹级"),
    ):
        window.locator(f"#party-{name}").fill(words)
    window.locator("#agreement").set_input_files(str(agreement))


def test_an_expired_session_loses_nothing(portal, page, documents):
    agreement, code = portal.folder / "共同投标协议.txt", portal.scene.cast["bidder5"].code
    agreement.write_text("双方组成联合体。")
    portal.sign_in(page, "bidder1")
    page.goto(portal.address("bid/file/"))
    fill(page, documents)
    consortium(page, code, agreement)
    Session.objects.all().delete()

    press(page)
    page.get_by_role("link", name="在新窗口登录").wait_for()
    kept = page.locator("#price").input_value()
    portal.sign_in(page, "bidder1")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_role("button", name="使用演示密钥").click()
    page.locator("#send", has_text="继续递交").wait_for()
    ratings = page.locator("#party-1-ratings").input_value()
    press(page)
    receipt(page)

    assert (kept, ratings) == (PRICE, "市政 壹级")
    digest = hashlib.sha256(agreement.read_bytes()).hexdigest()
    assert Bid.objects.get().envelope.header["consortium"] == {"members": [code], "agreement": digest}


def test_a_line_that_breaks_while_filing_goes_on_where_it_stopped(portal, page, documents):
    portal.sign_in(page, "bidder1")
    broken = []

    def shaky(route):
        if len(broken) < 2 and route.request.headers.get("upload-offset") not in (None, "0"):
            broken.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/sealing/uploads/*/", shaky)
    page.goto(portal.address("bid/file/"))
    fill(page, documents)
    press(page)
    receipt(page)

    assert len(broken) == 2
    assert Bid.objects.get().state == "sealed"


def test_a_lost_answer_is_asked_for_again_and_files_once(portal, page, documents):
    portal.sign_in(page, "bidder1")
    lost = []

    def losing(route):
        if not lost:
            lost.append(route.fetch())  # arrived and answered, but the answer never came back
            route.abort()
        else:
            route.continue_()

    page.route("**/bid/file/send/", losing)
    page.goto(portal.address("bid/file/"))
    fill(page, documents)
    press(page)
    page.get_by_text("没有连上平台").wait_for(timeout=60_000)
    page.get_by_role("button", name="继续递交").click()
    receipt(page)

    assert lost[0].status == 201
    assert str(Bid.objects.get().pk) in page.url


def test_a_second_window_is_told_before_it_replaces(portal, page, documents):
    portal.sign_in(page, "bidder1")
    other = page.context.new_page()
    for window in (page, other):
        window.goto(portal.address("bid/file/"))
        fill(window, documents)
    press(page)
    receipt(page)

    press(other)
    other.get_by_text("在别的窗口里已有一次递交").wait_for(timeout=60_000)
    press(other)
    receipt(other)

    assert sorted(Bid.objects.values_list("state", flat=True)) == ["replaced", "sealed"]


def test_a_wrong_clock_of_the_device_changes_nothing(portal, page, documents):
    page.add_init_script(
        """{ const Real = Date, late = -3 * 365 * 86400e3;
             globalThis.Date = class extends Real {
               constructor(...given) { given.length ? super(...given) : super(Real.now() + late); }
               static now() { return Real.now() + late; } }; }"""
    )
    portal.sign_in(page, "bidder1")
    page.goto(portal.address("bid/file/"))
    shown = page.locator(".gz-left b").inner_text()
    fill(page, documents)
    press(page)
    receipt(page)

    header = Bid.objects.select_related("envelope").get().envelope.header
    assert abs(datetime.fromisoformat(header["created"]) - clock.machine()) < timedelta(minutes=2)
    days = int(re.match(r"(\d+)天", shown).group(1))
    assert days == (portal.deadline() - clock.now()).days


def test_what_is_missing_is_said_at_its_field(portal, page):
    portal.sign_in(page, "bidder1")
    page.goto(portal.address("bid/file/"))
    page.locator("#price").fill("186420000.01")
    over = page.locator("#price-warn").inner_text()
    page.locator("#price").fill("一亿")
    page.get_by_text("以联合体投标").click()
    page.locator("#party-1-code").fill("91")

    press(page)

    assert "高于最高投标限价 186,420,000.00 元" in over
    for field in ("price", "period", "manager", "files", "key", "agreement", "consortium"):
        assert page.locator(f"#{field}-error").is_visible(), field
    assert_accessible(page)
    assert_no_overflow(page)
    assert Bid.objects.count() == 0


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_pages_fit_a_phone_and_a_desk(portal, page, width):
    portal.sign_in(page, "bidder1")
    page.set_viewport_size({"width": width, "height": 850})
    bid = engineering_open.file(portal.scene.cast, portal.scene.again(), "bidder1")
    for tail in ("bid/", "bid/file/", "bid/withdraw/", f"bid/receipts/{bid.pk}/", "opening/"):
        page.goto(portal.address(tail))
        assert_no_overflow(page)
        assert_accessible(page)
    page.goto(f"{portal.url}/work/bids/")
    assert_no_overflow(page)


def test_capitals_in_the_page_are_the_servers(portal, page):
    from platform_site.web.amounts import Decimal, capitals

    amounts = ["0.01", "0.10", "1.00", "10.05", "100.50", "1001.00", "10000.00", "100000.01", "1000000.00"]
    amounts += ["10010001.10", "100000000.00", "105000000.00", "1000000001.00", "99999999999999.99", "20000300.00"]
    page.goto(portal.address("opening/"))

    said = page.evaluate(
        """async (amounts) => { const { capitals, amountOf } = await import("/static/js/capitals.js");
                                return amounts.map((one) => capitals(amountOf(one))); }""",
        amounts,
    )

    assert said == [capitals(Decimal(amount)) for amount in amounts]
    typed = page.evaluate(
        """async () => { const { amountOf } = await import("/static/js/capitals.js");
             return ["１，２３４．５元", "1,234.567", "0", "-1", "12 345", "1e5", "", "007"].map(amountOf); }"""
    )
    assert typed == ["1234.50", None, None, None, "12345.00", None, None, "7.00"]
