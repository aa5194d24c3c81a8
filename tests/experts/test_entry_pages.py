"""The applicant's page and the pool's desk: what is typed comes back, and who has no business there finds nothing."""

import pytest

from experts import services
from experts.models import Application, Expert
from platform_site.accounts.models import User
from tests.experts import world as w
from tests.experts.test_entry import SAID
from tests.experts.test_pages import as_, keepers, somebody

__all__ = ["as_", "keepers"]
TYPED = {
    "specialties": "A0801，a06", "years": "１２", "title": "高级工程师", "senior": "on", "born": "1975年4月2日",
    "region_code": "330100", "employer_name": "云泽设计研究院", "employers_past": "旧单位，2024-5\n老设计院 2025.11",
    "healthy": "on", "truthful": "on",
}  # fmt: skip


@pytest.fixture
def waiting(db) -> Application:
    user = User.objects.create_user("asks", name="裴清晏")
    return services.application_submit(said=SAID, actor=w.Actor(kind="person", user_id=user.public_id))


def test_an_application_as_people_type_it(as_):
    answer = as_(somebody()).post("/experts/apply/", TYPED)

    assert answer.status_code == 302
    made = Application.objects.get()
    assert (made.specialties, made.years, made.born) == (["A06", "A0801"], 12, "1975-04-02")
    assert [one["left"] for one in made.employers_past] == ["2024-05", "2025-11"]


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"employers_past": "旧单位"}, 422, "第 1 行请写成"),
        ({"born": "昨天"}, 422, "请按"),
        ({"years": "7"}, 409, "应当满 <b>8 年</b>"),
        ({"truthful": ""}, 409, "两项声明都要勾选"),
        ({"specialties": "Z99"}, 409, "评标专业代码有误"),
    ],
)
def test_what_is_refused_comes_back_with_everything_typed(as_, changed, status, said):
    answer = as_(somebody()).post("/experts/apply/", TYPED | changed)

    page = answer.content.decode()
    assert answer.status_code == status
    assert said in page
    assert "云泽设计研究院" in page
    assert not Application.objects.exists()


def test_the_desk_shows_who_waits_and_the_maintainer_admits(as_, waiting):
    client = as_(somebody("pool_maintainer"))
    assert "裴清晏" in client.get("/experts/pool/").content.decode()
    address = f"/experts/pool/applications/{waiting.pk}/"
    assert "1975-04-02" in client.get(address).content.decode()

    assert client.post(address, {"decision": "reject"}).status_code == 409
    assert client.post(address, {"decision": "admit"}).status_code == 302
    assert Expert.objects.get().user.name == "裴清晏"


def test_the_pools_supervisor_reads_and_does_not_decide(as_, waiting):
    client = as_(somebody("pool_supervisor"))

    page = client.get(f"/experts/pool/applications/{waiting.pk}/").content.decode()
    assert "准予入库</button>" not in page
    assert "1975" not in page
    assert client.post(f"/experts/pool/applications/{waiting.pk}/", {"decision": "admit"}).status_code == 403
    assert not Expert.objects.exists()


@pytest.mark.parametrize("duty", ["operator", "draw_officer", "supervisor"])
def test_whoever_uses_the_pool_does_not_look_into_it(as_, waiting, duty):
    found = w.expert(1)
    client = as_(somebody(duty))

    for address in ("/experts/pool/", f"/experts/pool/applications/{waiting.pk}/", f"/experts/pool/{found.public_id}/"):
        assert client.get(address).status_code == 404


def test_an_expert_is_suspended_restored_and_leaves_with_reasons(as_, db):
    found = w.expert(1)
    client, address = as_(somebody("pool_maintainer")), f"/experts/pool/{found.public_id}/"

    assert client.post(address, {"move": "suspend", "reason": " "}).status_code == 409
    for move, state in (("suspend", "suspended"), ("restore", "active"), ("exit", "exited")):
        assert client.post(address, {"move": move, "reason": "年度考核"}).status_code == 302
        found.refresh_from_db()
        assert found.state == state
    assert client.post(address, {"move": "restore", "reason": "再来"}).status_code == 409
    assert client.post(address, {"move": "promote", "reason": "x"}).status_code == 404


def test_a_file_tells_of_no_draw(as_, keepers):
    w.pool(8)
    draw = w.drawn(keepers)
    chosen = draw.invitations.select_related("expert").first()

    page = as_(somebody("pool_maintainer")).get(f"/experts/pool/{chosen.expert.public_id}/").content.decode()
    assert draw.lot_ref not in page
    assert chosen.label not in page
    assert str(draw.id) not in page


def test_the_desk_finds_by_name_employer_specialty_and_state(as_, db):
    w.expert(1), w.expert(2, specialties=("C06",))
    client = as_(somebody("pool_maintainer"))

    page = client.get("/experts/pool/?code=C").content.decode()
    assert "专家2" in page
    assert "专家1<" not in page
    assert "没有符合条件的专家" in client.get("/experts/pool/?q=%00nobody&state=exited").content.decode()


def test_an_applicant_withdraws_only_the_own(as_, waiting):
    stranger = as_(somebody())
    assert stranger.post(f"/experts/apply/{waiting.pk}/withdraw/").status_code == 404

    assert as_(waiting.user).post(f"/experts/apply/{waiting.pk}/withdraw/").status_code == 302
    waiting.refresh_from_db()
    assert waiting.state == "withdrawn"
