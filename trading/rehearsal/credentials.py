"""Qualifications of the cast: valid, near their end, run out, replaced, published, doubted; one bidder has none and
trades all the same."""

from datetime import date, datetime, timedelta

from credit.services import doubt_mark, qualification_declare, qualifications_publish
from credit.services.published import Listed
from platform_site import clock
from platform_site.accounts.actors import CONSOLE
from trading.rehearsal.people import Cast

PUBLISHER = "云泽省住房和城乡建设厅"
WATER, BUILDING, TOWN = "水利水电工程施工总承包", "建筑工程施工总承包", "市政公用工程施工总承包"
SAFETY, PURCHASING = "安全生产许可证", "政府采购代理机构名录登记"
# username: (kind, grade, number, issuer, years since it began, days until its last day; None 长期)
DECLARED = (
    ("bidder1", WATER, "壹级", "D199010001", PUBLISHER, 3, 731),
    ("bidder1", BUILDING, "贰级", "D299010001", PUBLISHER, 3, 731),
    ("bidder1", SAFETY, "", "（云）JZ安许证字〔2024〕000117", PUBLISHER, 2, 19),
    ("bidder2", WATER, "叁级", "D399020004", PUBLISHER, 4, 96),
    ("bidder2", TOWN, "贰级", "D299020017", PUBLISHER, 2, 1102),
    ("bidder3", BUILDING, "特级", "D199030002", "中华人民共和国住房和城乡建设部", 4, 420),
    ("bidder3", SAFETY, "", "（云）JZ安许证字〔2023〕000408", PUBLISHER, 3, -37),
    ("bidder4", WATER, "壹级", "D199040044", PUBLISHER, 1, 1460),
    ("agency", PURCHASING, "", "ZC990100000231", "云泽省财政厅", 5, None),
)
# The first certificate of this bidder was replaced by a better one.
UPGRADED = ("bidder2", "贰级", "D299020016", 1102)
DOUBTED = ("bidder4", "证书编号与发证机关公开的名单不一致，已请该单位说明。")


def qualified(cast: Cast, now: datetime) -> None:
    """The rows stand as of `now`: declared long ago, one confirmed by a published list, one doubted lately."""
    today, rows = clock.china(now).date(), {}
    with clock.at(now - timedelta(days=118)):
        for username, kind, grade, number, issuer, years, left in DECLARED:
            trader = cast[username]
            row = qualification_declare(
                subject_code=trader.code,
                kind=kind,
                grade=grade,
                number=number,
                issuer=issuer,
                valid_from=date(today.year - years, 3, 1),
                valid_until=None if left is None else today + timedelta(days=left),
                actor=trader.actor,
            )
            rows.setdefault(username, row)
    with clock.at(now - timedelta(days=90)):
        first = rows["bidder1"]
        cells = {
            "统一社会信用代码": first.subject.code, "单位名称": first.subject.name, "资质类别": first.kind,
            "等级": first.grade, "证书编号": first.number, "发证机关": first.issuer,
            "有效期起": first.valid_from, "有效期止": first.valid_until,
        }  # fmt: skip
        qualifications_publish(
            [Listed(1, "", cells)], publisher=PUBLISHER, file="建筑业企业资质公开.csv", sha256="", actor=CONSOLE
        )
    with clock.at(now - timedelta(days=60)):
        username, grade, number, left = UPGRADED
        former, trader = rows[username], cast[username]
        qualification_declare(
            subject_code=trader.code,
            kind=former.kind,
            grade=grade,
            number=number,
            issuer=former.issuer,
            valid_from=today - timedelta(days=61),
            valid_until=today + timedelta(days=left),
            replaces=former.pk,
            actor=trader.actor,
        )
    with clock.at(now - timedelta(days=12)):
        username, reason = DOUBTED
        doubt_mark(qualification_id=rows[username].pk, reason=reason, actor=cast["supervisor"].actor)
