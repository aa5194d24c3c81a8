"""Papers: made of canonical content and the record, once, with an entry of their own; read by whom they are for."""

import base64
import hashlib
import io
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.html import strip_tags

from platform_site import clock
from platform_site.ledger.models import Checkpoint, Entry
from platform_site.ledger.values import instant
from platform_site.web import papercheck, papersigning
from platform_site.web import papers as sheets
from platform_site.web.papers import verify_code
from tests.databases import BASE
from tests.trading import papers_world as w
from tests.trading.public_side import followed
from trading import addresses, registers
from trading.models import Instrument, Letter, Notice
from trading.paperwords import basis
from trading.services import papers

HAN_BESIDE_DIGIT = re.compile(r"[\u4e00-\u9fff，。；、] +\d|\d +[\u4e00-\u9fff]")
KINDS = ("tender", "clarification", "amendment", "opening", "candidates", "objection", "award", "contract")


@pytest.fixture(scope="module")
def lived(django_db_setup, django_db_blocker, tmp_path_factory):
    with w.kept(django_db_blocker, tmp_path_factory.mktemp("life")) as life:
        yield life


@pytest.fixture
def life(lived, db, at):
    papers._later.clear()
    at(lived.stage.now)
    return lived


def html_of(row) -> str:
    """The paper's own markup."""
    sheet = papers.sheet_of(row)
    return sheets.html(sheet.template, sheet.context())


def text_of(row) -> str:
    """The words of a paper without markup, each run of blanks as one."""
    return re.sub(r"\s+", " ", strip_tags(html_of(row)))


def rendered(row):
    """The entries that say this row's paper was made."""
    return Entry.objects.about(row.ledger_ref).filter(event__endswith=".paper_rendered")


# -- made once, of the record ------------------------------------------------------------------------------------------


def test_every_published_notice_letter_and_instrument_is_due(life):
    due = papers.due()

    assert {pk for _, pk in due} == {
        *Notice.objects.filter(state="published").values_list("pk", flat=True),
        *Letter.objects.values_list("pk", flat=True),
        *Instrument.objects.values_list("pk", flat=True),
    }
    assert {notice.kind for notice in life.lot.notices.filter(state="published")} == set(KINDS)


def test_a_paper_stands_under_its_digest_with_an_entry_of_its_own(life):
    notice = life.notice("candidates")

    stored = papers.paper_make(Notice, notice.pk)

    notice.refresh_from_db()
    content = (Path(settings.MEDIA_ROOT) / stored.path).read_bytes()
    assert notice.paper == stored
    assert (stored.name, stored.content_type) == ("中标候选人公示.pdf", "application/pdf")
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    entry = rendered(notice).get()
    assert (entry.event, entry.actor) == ("notice.paper_rendered", "clock")
    assert entry.facts == {
        "content": notice.digest, "sha256": stored.sha256, "size": len(content), "form": "pdf/a-3b",
        "signed_at": instant(notice.paper_at), "certificate": papersigning.current().fingerprint,
    }  # fmt: skip


def test_a_paper_is_made_once(life):
    notice = life.notice("candidates")
    papers.paper_make(Notice, notice.pk)

    assert papers.paper_make(Notice, notice.pk) is None
    assert rendered(notice).count() == 1
    assert (Notice, notice.pk) not in papers.due()


def test_a_run_makes_the_oldest_first_and_stops_at_its_limit(life):
    first, second = papers.due()[:2]

    assert papers.make_due(limit=2) == 2

    assert not {first, second} & set(papers.due())
    assert Notice.objects.filter(paper__isnull=False).count() == 2


def test_the_same_sheet_gives_the_same_bytes_whenever_and_wherever_it_is_made(life, at, tmp_path):
    row = life.letter(w.WINNER)
    document = html_of(row)
    made = papers.render(papers.sheet_of(row))

    at(life.stage.now + timedelta(days=400))
    assert html_of(row) == document
    (tmp_path / "sheet.html").write_text(document)
    elsewhere = (
        "import sys, django; django.setup(); from platform_site.web import papers;"
        "sys.stdout.buffer.write(papers.pdf(open(sys.argv[1]).read()))"
    )
    import os

    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONHASHSEED": "7", "TZ": "UTC"}
    done = subprocess.run(
        [sys.executable, "-c", elsewhere, str(tmp_path / "sheet.html")],
        cwd=BASE, env=environment, capture_output=True, check=True,
    )  # fmt: skip
    assert hashlib.sha256(done.stdout).hexdigest() == hashlib.sha256(made).hexdigest()


def test_the_checkpoint_on_a_paper_is_the_first_over_its_entry(life):
    from platform_site import ledger

    before = text_of(life.notice("tender"))
    ledger.sequence_once()

    first = Checkpoint.objects.order_by("size").first()
    assert Checkpoint.objects.count() > 1
    assert " ".join(first.note.split("\n")[:3]) in before
    assert text_of(life.notice("tender")) == before


def test_a_paper_that_cannot_be_made_waits_and_keeps_nobody_waiting(life, monkeypatch, caplog):
    broken, fine = life.notice("tender"), life.notice("clarification")
    whole = papers.render

    def render(sheet):
        if sheet.digest == broken.digest:
            raise ValueError("no page")
        return whole(sheet)

    monkeypatch.setattr(papers, "render", render)

    assert papers.make_due(limit=1) == 1

    broken.refresh_from_db()
    fine.refresh_from_db()
    assert broken.paper is None
    assert fine.paper is not None
    assert "could not be made" in caplog.text
    caplog.clear()
    papers.make_due(limit=1)
    assert "could not be made" not in caplog.text


def test_no_more_than_the_set_number_are_made_at_once(life, settings):
    settings.PAPERS_AT_ONCE = 0

    assert papers.make_due() == 0


def test_an_act_stands_though_no_worker_can_be_woken(life, monkeypatch, django_capture_on_commit_callbacks):
    from trading.services import notices

    asked = []

    class Broker:
        def send_task(self, name):
            asked.append(name)
            raise OSError("no broker")

    monkeypatch.setattr(notices, "current_app", Broker())
    with django_capture_on_commit_callbacks(execute=True):
        notices.wake_papers()

    from platform_site.celery import app

    assert asked == ["trading.tasks.papers_due"]
    assert asked[0] in {row["task"] for row in app.conf.beat_schedule.values()}
    app.loader.import_default_modules()
    assert asked[0] in app.tasks


def test_what_was_changed_behind_the_record_is_named(life):
    notice, letter = life.notice("award"), life.letter(w.LOSER)
    papers.paper_make(Notice, notice.pk)
    assert [*registers.letters_unchanged(), *registers.papers_recorded()] == []

    Letter.objects.filter(pk=letter.pk).update(content={**letter.content, "amount_cny": "1.00"})
    other = papers.paper_make(Notice, life.notice("contract").pk)
    Notice.objects.filter(pk=notice.pk).update(paper=other)

    assert [found.subject for found in registers.letters_unchanged()] == [letter.ledger_ref]
    assert [found.subject for found in registers.papers_recorded()] == [notice.ledger_ref]


# -- signed ------------------------------------------------------------------------------------------------------------


def bytes_of(stored) -> bytes:
    """A stored file."""
    return (Path(settings.MEDIA_ROOT) / stored.path).read_bytes()


def test_a_paper_is_signed_by_the_key_whose_certificate_the_record_names_once(life):
    stored = [papers.paper_make(Notice, life.notice(kind).pk) for kind in ("candidates", "award")]

    named = Entry.objects.get(event="papers.certificate_named")
    certificate = base64.b64decode(named.facts["certificate"])
    assert hashlib.sha256(certificate).hexdigest() == named.facts["sha256"] == papersigning.current().fingerprint
    for one in stored:
        said = papercheck.signature_of(bytes_of(one), {named.facts["sha256"]: certificate})
        assert said.state == papercheck.HOLDS
    assert [*registers.papers_recorded(), *registers.published_files_unchanged()] == []


def test_whatever_interrupts_the_making_the_next_try_gives_the_same_bytes(life, monkeypatch):
    notice = life.notice("award")
    keep = papers.file_keep
    written = []

    def full(name, content, content_type):
        written.append(content.read())
        raise OSError("no space left on device")

    monkeypatch.setattr(papers, "file_keep", full)
    assert papers._tried(Notice, notice.pk) is False
    notice.refresh_from_db()
    moment = notice.paper_at
    monkeypatch.setattr(papers, "file_keep", keep)
    monkeypatch.setattr(clock, "machine", lambda: moment + timedelta(hours=3))

    stored = papers.paper_make(Notice, notice.pk)

    notice.refresh_from_db()
    assert notice.paper_at == moment
    assert bytes_of(stored) == written[0]
    assert rendered(notice).get().facts["signed_at"] == instant(moment)


def test_without_a_key_no_paper_is_made_and_with_one_it_is(life, settings, caplog, tmp_path):
    notice, good = life.notice("tender"), settings.PAPER_SIGNER
    settings.PAPER_SIGNER = str(tmp_path / "nowhere.pem")

    assert papers.make_due(limit=1) == 0

    assert "papers cannot be signed" in caplog.text
    assert not rendered(notice).exists()
    assert (Notice, notice.pk) in papers.due()
    settings.PAPER_SIGNER = good
    papers._later.clear()
    assert papers.make_due(limit=1) == 1


def test_an_expired_certificate_makes_no_paper(life, settings, caplog, tmp_path):
    settings.PAPER_SIGNER = str(tmp_path / "old.pem")
    papersigning.make(Path(settings.PAPER_SIGNER), "过期", made_at=clock.machine() - timedelta(days=800), years=1)
    notice = life.notice("award")

    assert papers._tried(Notice, notice.pk) is False

    assert "is valid from" in caplog.text
    assert not rendered(notice).exists()


# -- handed in for checking --------------------------------------------------------------------------------------------


def hand_in(client, data, name="文书.pdf"):
    """The page's answer to a file."""
    followed()
    return client.post("/verify/file/", {"paper": SimpleUploadedFile(name, data, "application/pdf")})


def test_a_paper_handed_in_is_told_from_a_changed_one(life, client):
    notice = life.notice("award")
    made = bytes_of(papers.paper_make(Notice, notice.pk))
    flipped = made[:5000] + bytes([made[5000] ^ 1]) + made[5001:]

    page = hand_in(client, made).content.decode()
    assert "是本平台制作的文书，没有改动" in page
    assert "有效，覆盖整份文件" in page
    assert "一致：现在的账本以文书上印的检查点开头" in page
    assert notice.digest in page
    for data, words in (
        (flipped, "文件被改动过"),
        (made + b"%more", "原件之后被添加了内容"),
        (papers.render(papers.sheet_of(notice)), "不是本平台记录在案的文书"),
        (b"hello", "不是本平台记录在案的文书"),
    ):
        page = hand_in(client, data)
        assert page.status_code == 200
        assert words in page.content.decode()


def test_a_letter_handed_in_tells_nobody_to_whom_it_went(life, client):
    letter = life.letter(w.LOSER)

    page = hand_in(client, bytes_of(papers.paper_make(Letter, letter.pk))).content.decode()

    assert "是本平台制作的文书，没有改动" in page
    assert letter.subject.name not in page


def test_no_file_an_empty_one_and_one_too_large_are_told(life, client, monkeypatch):
    from disclosure.views import papers as page

    monkeypatch.setattr(page, "FILE_LIMIT", 10)
    assert client.post("/verify/file/").status_code == 422
    for data, words in ((b"", "没有收到文件"), (b"x" * 11, "不会是本平台的文书")):
        answer = hand_in(client, data)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert "<script" not in hand_in(client, b"x", "<script>alert(1)</script>.pdf").content.decode().split("<main")[1]


def test_the_script_checks_a_paper_with_the_certificates_the_platform_publishes(life, client, tmp_path):
    (tmp_path / "paper.pdf").write_bytes(bytes_of(papers.paper_make(Notice, life.notice("award").pk)))
    (tmp_path / "certificates.json").write_bytes(client.get("/verify/certificates/").content)
    (tmp_path / "verify.py").write_bytes(client.get("/ledger/verify.py").content)
    command = [sys.executable, "verify.py", "paper", "paper.pdf", "--certificates", "certificates.json"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("holds: paper.pdf sha256")

    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7 nothing")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "FAULT: paper.pdf: there is no signature in it\n")


def test_a_checkpoint_that_was_rewritten_is_said_to_be(life):
    from disclosure.views.papers import checkpoint_stands

    line = papers.sheet_of(life.notice("award")).evidence.checkpoint
    origin, size, root = line.split(" ")

    assert checkpoint_stands(line)
    assert not checkpoint_stands(f"{origin} {int(size) - 1} {root}")
    assert not checkpoint_stands(f"another.example {size} {root}")


# -- the report, for the file ------------------------------------------------------------------------------------------


def test_the_report_is_a_paper_without_any_members_own_points(life):
    report = life.lot.instruments.get(kind="report")
    said, text = str(report.content), text_of(report)

    assert "评标报告" in text
    assert "第1名：云泽恒岳建设集团有限公司" in text
    assert text.count("已签署，同意") == life.lot.committee.members.filter(left_at__isnull=True).count()
    assert life.lot.report.digest in text
    assert Entry.objects.get(event="report.submitted").facts["instrument"] == report.digest
    assert not {"scores", "reviews", "means"} & report.content.keys()
    for member in life.lot.committee.members.select_related("user"):
        assert str(member.user) not in said


def test_the_report_is_read_by_the_side_that_received_it_alone(life):
    report = life.lot.instruments.get(kind="report")
    papers.paper_make(Instrument, report.pk)

    for suffix in ("/", ".pdf"):
        path = addresses.instrument(report, suffix=suffix)
        for username in ("initiator", "agency"):
            assert life.browser(username).get(path).status_code == 200, username
        for username in (w.WINNER, w.LOSER, "operator", "purchaser"):
            assert life.browser(username).get(path).status_code == 404, username


def test_a_report_changed_behind_the_record_is_named(life):
    report = life.lot.instruments.get(kind="report")
    assert list(registers.instruments_unchanged()) == []

    Instrument.objects.filter(pk=report.pk).update(content={**report.content, "benchmark_cny": "1.00"})

    assert [found.subject for found in registers.instruments_unchanged()] == [report.ledger_ref]


# -- what they say -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_paper_says_where_the_record_holds_it_and_that_it_is_a_rehearsal(life, kind):
    notice = life.notice(kind)
    sheet = papers.sheet_of(notice)

    text = text_of(notice)

    assert sheet.heading in text
    assert life.lot.reference in text
    assert verify_code(notice.digest) in text
    assert f"sha256 {notice.digest}" in text
    assert f"账本第{sheet.evidence.position:,}条" in text
    assert sheet.evidence.checkpoint in text
    assert "演练文书，单位、人员和印章均为虚构，不具效力。" in text
    assert f'data-site="{settings.SITE_NAME}（演练，不具效力）"' in html_of(notice)
    assert "None" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_no_line_that_is_justified_has_a_space_beside_a_number(life, kind):
    for paragraph in re.findall(r"<p[^>]*>(.*?)</p>", html_of(life.notice(kind)), re.S):
        assert not HAN_BESIDE_DIGIT.search(strip_tags(paragraph)), paragraph


SAID = {
    "tender": (
        "投标截止时间为2026年4月3日9时30分",
        "¥186,420,000.00",
        "人民币壹亿捌仟陆佰肆拾贰万元整",
        "网上下载，不收费用，不需要报名",
        "下列受托人中的3名",
    ),
    "clarification": ("现对收到的询问统一答复如下，不说明询问的来源。", "该澄清的内容为招标文件的组成部分。"),
    "amendment": ("2026年4月3日9时30分，不变", "该修改的内容为招标文件的组成部分。", "继续有效"),
    "opening": ("最高投标限价", "4份", "受托人", "至公布时，无当场异议。", "第三十四条至第三十六条"),
    "candidates": ("公示期自2026年4月3日起，至2026年4月7日24时止。", "3日内作出答复", "应当暂停招标投标活动"),
    "objection": ("经核实，异议不成立。", "对第一候选人业绩证明的异议", "10日内向有关行政监督部门投诉"),
    "award": ("结果已经确定", "中标人", "合同订立期限", "第四十五条"),
    "contract": ("合同价款", "¥170,574,300.00", "540日历天", "第四十六条、第五十九条"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_notice_speaks_in_the_words_of_the_law(life, kind):
    text = text_of(life.notice(kind))

    for words in SAID[kind]:
        assert words in text, words


def test_the_award_letter_binds_in_capitals_and_gives_the_last_day(life):
    text = text_of(life.letter(w.WINNER))

    assert "云泽恒岳建设集团有限公司：" in text
    assert "现确定贵方为中标人。" in text
    assert "人民币壹亿柒仟零伍拾柒万肆仟叁佰元整" in text
    assert "自本通知书发出之日起三十日内（2026年5月9日24时之前）" in text
    assert "招标人改变中标结果的，或者中标人放弃中标项目的，应当依法承担法律责任。" in text
    assert "合同金额的10%" in text


def test_a_loser_reads_who_won_and_where_he_stood(life):
    text = text_of(life.letter(w.LOSER))

    assert "中标结果通知书" in text
    assert "已确定云泽恒岳建设集团有限公司为中标人，中标价为¥170,574,300.00。贵方未中标。" in text
    assert re.search(r"贵方在评审中排名第3，总分\d+\.\d\d分。", text)
    assert "招标人最迟在书面合同签订后5日内退还" in text


def test_a_seal_is_drawn_in_rehearsals_only(life, settings):
    assert 'class="stamp"' in html_of(life.notice("award"))

    settings.MODE = "production"

    html = html_of(life.notice("award"))
    assert 'class="stamp"' not in html
    assert "不具效力" not in html


def test_articles_are_cited_law_by_law_in_their_order():
    assert basis("招标投标法实施条例 第五十五条；招标投标法 第五十七条、第四十五条；招标投标法 第四十五条") == (
        "《中华人民共和国招标投标法实施条例》第五十五条；《中华人民共和国招标投标法》第四十五条、第五十七条"
    )
    assert basis("电子招标投标办法（2013年第20号令） 第二十九条；国土资发〔2010〕34号") == (
        "《电子招标投标办法》（2013年第20号令）第二十九条；国土资发〔2010〕34号"
    )
    assert basis("") == ""


def test_an_archival_pdf_carries_its_fonts_colours_and_the_dates_of_the_act(life):
    from pyhanko.pdf_utils.reader import PdfFileReader

    letter = life.letter(w.WINNER)
    reader = PdfFileReader(io.BytesIO(papers.render(papers.sheet_of(letter))))

    metadata = reader.root["/Metadata"].data.decode()
    assert re.search(r"pdfaid:part[>=\"']+3", metadata)
    assert re.search(r"pdfaid:conformance[>=\"']+B", metadata)
    assert reader.root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert reader.trailer["/Info"]["/CreationDate"].startswith("D:20260408160000") or reader.trailer["/Info"][
        "/CreationDate"
    ].startswith("D:20260409000000")
    pages = reader.root["/Pages"]
    assert pages["/Count"] == 1
    fonts = pages["/Kids"][0]["/Resources"]["/Font"]
    for name in fonts:
        descriptor = fonts[name]["/DescendantFonts"][0]["/FontDescriptor"]
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


# -- who reads them ----------------------------------------------------------------------------------------------------


def test_the_paper_of_a_published_notice_lies_beside_its_page(life, client):
    notice = life.notice("candidates")
    followed()
    assert client.get(addresses.notice(notice, suffix=".pdf")).status_code == 404
    stored = papers.paper_make(Notice, notice.pk)
    followed()

    answer = client.get(addresses.notice(notice, suffix=".pdf"))

    content = b"".join(answer.streaming_content)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert hashlib.sha256(content).hexdigest() == stored.sha256
    page = client.get(addresses.notice(notice)).content.decode()
    assert f'href="{addresses.notice(notice, suffix=".pdf")}"' in page


def test_a_letter_opens_for_its_addressee_and_the_side_that_sent_it_alone(life):
    letter = life.letter(w.LOSER)
    papers.paper_make(Letter, letter.pk)

    for suffix in ("/", ".pdf"):
        path = addresses.letter(letter, suffix=suffix)
        for username in (w.LOSER, "initiator", "agency"):
            assert life.browser(username).get(path).status_code == 200, username
        for username in (w.WINNER, "bidder2", "bidder5", "purchaser"):
            assert life.browser(username).get(path).status_code == 404, username


def test_officials_and_strangers_get_no_letter(life, client):
    path = addresses.letter(life.letter(w.LOSER))

    for username in ("operator", "supervisor", "draw_officer"):
        assert life.browser(username).get(path).status_code in {302, 403, 404}, username
    assert client.get(path).status_code == 302


def test_a_letter_is_not_found_under_another_lot(life):
    letter = life.letter(w.LOSER)
    path = addresses.letter(letter).replace(f"/{life.lot.number}/letters", f"/{life.lot.number + 1}/letters")

    assert life.browser(w.LOSER).get(path).status_code == 404


def test_the_record_says_of_letters_their_digests_and_nobodys_name(life):
    letter = life.letter(w.LOSER)
    papers.paper_make(Letter, letter.pk)

    entry = rendered(letter).get()
    awarded = Entry.objects.get(event="lot.awarded")
    said = str(entry.facts) + str(awarded.facts["letters"]) + entry.leaf.decode()
    assert entry.facts["content"] == letter.digest
    assert awarded.facts["letters"] == sorted(Letter.objects.values_list("digest", flat=True))
    assert letter.subject.code not in said
    assert letter.subject.name not in said


def test_the_code_of_a_notice_leads_to_it(life, client):
    notice = life.notice("award")
    stored = papers.paper_make(Notice, notice.pk)
    followed()

    typed = client.get("/verify/paper/", {"code": verify_code(notice.digest).lower()}, follow=True)

    page = typed.content.decode()
    assert typed.status_code == 200
    assert notice.digest in page
    assert stored.sha256 in page
    assert addresses.notice(notice) in page
    assert addresses.verification(notice.digest).endswith(f"/verify/{verify_code(notice.digest)}/")


def test_the_code_of_a_letter_tells_nobody_to_whom_it_went(life, client):
    letter = life.letter(w.LOSER)
    followed()

    page = client.get(f"/verify/{verify_code(letter.digest)}/").content.decode()

    assert "中标结果通知书" in page
    assert letter.digest in page
    assert letter.subject.name not in page
    assert "石阜" not in page


@pytest.mark.parametrize("code", ["ZG-0000-0000-0000", "ZG-7F3K", "%25", "x"])
def test_a_code_of_nothing_is_a_404_with_a_way_on(life, client, code):
    answer = client.get(f"/verify/{code}/")

    assert answer.status_code == 404
    assert "没有这个核验码的文书" in answer.content.decode()


def test_document_files_are_everybodys_once_the_opening_has_started(life, client):
    file = life.lot.documents.order_by("-number").first().files.get()
    followed()

    answer = client.get(f"{addresses.trade(life.lot)}files/{file.pk}/")

    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == file.sha256
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert clock.now() > life.lot.recorded["bid_deadline"]
