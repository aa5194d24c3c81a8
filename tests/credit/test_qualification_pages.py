"""Qualifications on pages: one's own, the public's, supervision's. Nothing typed is lost, nothing said disappears."""

from datetime import timedelta

import pytest

from credit import services
from credit.models import Qualification, QualificationDoubt
from platform_site.accounts.actors import CONSOLE
from platform_site.accounts.services import duty_grant
from tests.credit.test_qualifications import TODAY, an_official, declared, noon  # noqa: F401  the same day
from tests.people import a_person, a_subject

pytestmark = pytest.mark.django_db
TYPED = {
    "kind": "水利水电工程施工总承包",
    "grade": "壹级",
    "number": "Ｄ１９９",
    "issuer": "云泽省水利厅",
    "valid_from": "2024年3月1日",
    "valid_until": "２０２９-０２-２８",
}


@pytest.fixture
def own(client):
    """(subject, actor) of the person who is signed in."""
    person = a_person()
    client.force_login(person)
    return a_subject(person)


def page_of(subject) -> str:
    return f"/subjects/{subject.code}/qualifications/"


def test_what_is_typed_in_full_width_is_public_at_once(client, own):
    subject, _ = own

    assert client.post(page_of(subject), TYPED).status_code == 302

    row = Qualification.objects.get()
    assert (row.number, row.valid_until.isoformat()) == ("D199", "2029-02-28")
    client.logout()
    page = client.get(f"/subjects/{subject.code}/").text
    assert all(words in page for words in ("水利水电工程施工总承包", "D199", "云泽省水利厅", "有效", "自行申报"))


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"valid_until": "2023-01-01"}, 409, "有效期止日早于起日"),
        ({"valid_from": "2026-11-25", "valid_until": ""}, 409, "有效期还没有开始"),
        ({"valid_from": "去年三月"}, 422, "请按“2026-02-10”的样子填写日期"),
        ({"valid_from": "2025-02-29"}, 422, "没有这一天"),
        ({"kind": ""}, 422, "请填写"),
        ({"issuer": "厅" * 10_000}, 422, "10000"),
        ({"number": "D1\x00"}, 422, "空"),
        ({"number": "　"}, 422, "请填写"),
    ],
)
def test_what_is_wrong_is_said_and_everything_typed_is_still_there(client, own, changes, status, words):
    subject, _ = own

    answer = client.post(page_of(subject), {**TYPED, **changes})

    assert answer.status_code == status
    assert words in answer.text
    assert 'value="云泽省水利厅"' in answer.text or "issuer" in changes
    assert not Qualification.objects.exists()


def test_a_certificate_declared_twice_is_refused_with_the_way_out(client, own):
    subject, actor = own
    declared(subject, actor)

    answer = client.post(page_of(subject), {**TYPED, "kind": "建筑工程施工总承包", "number": "D999000001"})

    assert answer.status_code == 409
    assert "这项资质已经申报" in answer.text
    assert "更换" in answer.text


def test_an_expired_certificate_is_taken_and_shown_as_expired(client, own):
    subject, _ = own

    client.post(page_of(subject), {**TYPED, "valid_until": "2026-11-23"})

    assert "已过期" in client.get(f"/subjects/{subject.code}/").text


def test_a_certificate_near_its_end_says_when(client, own):
    subject, actor = own
    declared(subject, actor, valid_until=TODAY + timedelta(days=9))

    page = client.get(f"/subjects/{subject.code}/").text

    assert "将于" in page
    assert "2026-12-03" in page


def test_replacing_begins_with_what_stood_and_keeps_it(client, own):
    subject, actor = own
    old = declared(subject, actor)
    form = client.get(f"{page_of(subject)}?replaces={old.pk}").text
    assert 'value="D999000001"' in form
    assert 'value="2024-03-01"' in form

    answer = client.post(page_of(subject), {**TYPED, "replaces": old.pk})

    assert answer.status_code == 302
    assert Qualification.objects.get(replaces=old).number == "D199"
    assert "已更换" in client.get(f"/subjects/{subject.code}/").text


@pytest.mark.parametrize("asked", ["x", "00000000-0000-0000-0000-000000000000", "another's"])
def test_what_is_not_ones_own_is_not_replaced(client, own, asked):
    subject, _ = own
    if asked == "another's":
        asked = str(declared(*a_subject()).pk)

    assert client.get(page_of(subject), {"replaces": asked}).status_code == 404
    assert client.post(page_of(subject), {**TYPED, "replaces": asked}).status_code == 404


def test_withdrawing_keeps_the_row_on_the_public_page(client, own):
    subject, actor = own
    row = declared(subject, actor)

    assert client.post(f"{page_of(subject)}{row.pk}/withdraw/").status_code == 302
    assert client.post(f"{page_of(subject)}{row.pk}/withdraw/").status_code == 409

    page = client.get(f"/subjects/{subject.code}/").text
    assert "已撤回" in page
    assert row.number in page


def test_nobody_withdraws_for_another_subject(client, own):
    other, its_actor = a_subject()
    row, subject = declared(other, its_actor), own[0]

    assert client.post(f"{page_of(other)}{row.pk}/withdraw/").status_code == 404
    assert client.post(f"{page_of(subject)}{row.pk}/withdraw/").status_code == 404
    assert Qualification.objects.get().withdrawn_at is None


def test_a_kind_the_state_issues_no_more_says_so(client, own):
    subject, actor = own
    declared(subject, actor, kind="招标代理机构甲级")

    assert "取消招标代理机构资格认定，不得作为资格条件" in client.get(f"/subjects/{subject.code}/").text


def test_words_in_a_certificate_are_words_and_no_markup(client, own):
    subject, actor = own
    declared(subject, actor, kind="<script>alert(1)</script>")

    assert "<script>alert(1)" not in client.get(f"/subjects/{subject.code}/").text


def test_the_public_page_costs_the_same_for_one_certificate_and_for_twenty(client, own, django_assert_max_num_queries):
    subject, actor = own
    for number in range(20):
        declared(subject, actor, number=f"D{number}")
    client.logout()

    with django_assert_max_num_queries(9):
        client.get(f"/subjects/{subject.code}/")


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ({"q": "ｄ９９９ ０００００１"}, True),
        ({"q": "D99900000"}, False),
        ({"held": "施工总承包"}, True),
        ({"held": "测绘"}, False),
        ({"held": "安全生产"}, False),  # run out
        ({"held": "监理"}, False),  # taken back
        ({"q": "D999000001", "held": "施工总承包", "kind": "bidder"}, True),
        ({"q": "\x00", "held": "\x00施工总承包"}, True),
    ],
)
def test_the_register_finds_who_holds_what_today(client, own, query, there):
    subject, actor = own
    declared(subject, actor)
    declared(subject, actor, kind="安全生产许可证", number="A1", valid_until=TODAY - timedelta(days=1))
    taken_back = declared(subject, actor, kind="工程监理综合", number="A2")
    services.qualification_withdraw(qualification_id=taken_back.pk, actor=actor)
    client.logout()

    answer = client.get("/subjects/", query)

    assert answer.status_code == 200
    assert (subject.name in answer.text) is there


# -- supervision -------------------------------------------------------------------------------------------------------


@pytest.fixture
def official(client, settings):
    """A supervisor of an authority of its own, signed in."""
    settings.MODE = "demo"
    actor = an_official()
    from platform_site.accounts.selectors import user_of

    client.force_login(user_of(actor))
    return actor


def test_a_supervisor_finds_a_certificate_doubts_it_and_ends_the_doubt(client, official):
    subject, actor = a_subject()
    row = declared(subject, actor)
    assert row.title in client.get("/supervision/qualifications/", {"q": " ｄ９９９０００００１"}).text
    assert row.title not in client.get("/supervision/qualifications/").text

    answer = client.post(f"/supervision/qualifications/{row.pk}/", {"reason": "发证机关查询不到"}, follow=True)

    assert answer.status_code == 200
    assert row.title in client.get("/supervision/qualifications/").text
    public = client.get(f"/subjects/{subject.code}/").text
    assert "存疑" in public
    assert "发证机关查询不到" in public

    doubt = QualificationDoubt.objects.get()
    end = f"/supervision/qualifications/{row.pk}/doubts/{doubt.pk}/end/"
    assert client.post(end, {"reason": ""}).status_code == 422
    assert client.post(end, {"reason": "已经补录"}).status_code == 302
    assert client.post(end, {"reason": "再解除一次"}).status_code == 409
    assert "已经补录" in client.get(f"/subjects/{subject.code}/").text


@pytest.mark.parametrize("reason", ["", "　", "疑" * 10_000])
def test_a_doubt_without_a_reason_or_with_a_book_of_one_comes_back(client, official, reason):
    row = declared(*a_subject())

    assert client.post(f"/supervision/qualifications/{row.pk}/", {"reason": reason}).status_code == 422

    assert not QualificationDoubt.objects.exists()


def test_an_auditor_reads_and_a_trader_does_not(client, own, settings):
    settings.MODE = "demo"
    row = declared(*own)
    assert client.get("/supervision/qualifications/").status_code == 403
    assert client.post(f"/supervision/qualifications/{row.pk}/", {"reason": "x"}).status_code == 403

    auditor = a_person()
    duty_grant(user=auditor, duty="auditor", actor=CONSOLE)
    client.force_login(auditor)

    assert "标注存疑并公开" not in client.get(f"/supervision/qualifications/{row.pk}/").text
    assert client.post(f"/supervision/qualifications/{row.pk}/", {"reason": "x"}).status_code == 403
