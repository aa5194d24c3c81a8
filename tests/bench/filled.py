"""As many listed notices as a size asks for: made by the server itself from a series of numbers, indexes afterwards.

Places and categories hang together, so that most pairs of them never meet: the hardest question for a list of facets.
"""

import time
from typing import Any

from psycopg2.extensions import connection as Superuser

PLACES = ("泽安市", "澜浦市", "石阜市", "瑞江区", "江北区", "丹崖县", "云岭县", "清河镇", "临江镇", "东山街道")
CODES = ("990100", "990200", "990300", "990102", "990103", "990104", "990105", "990106", "990107", "990108")
THINGS = (
    "水厂", "小学", "门诊楼", "防洪堤", "公路", "污水管网", "图书馆", "桥梁", "变电站", "产业园", "敬老院", "灌区",
)  # fmt: skip
WORKS = ("新建", "改造", "扩建", "加固", "维修", "二期", "三期", "提升", "更新", "迁建")
TAILS = ("工程施工", "工程监理", "设备采购", "勘察设计", "工程总承包")
# Names of villages and roads: what makes real titles differ. Two or three of these characters each.
RARE = "嘉和昌盛福禄寿喜梅兰竹菊松柏桐槐柳榆枫桂杏桃李棠莲荷芦苇稻粟麦黍豆瓜果茶桑麻棉丝绸缎锦绣璋瑜瑾琪琳珊瑚翡翠"
CATEGORIES = ("engineering", "procurement", "land", "mining", "equity")
STAGES = ("tender", "result", "contract", "end")

TABLE = "disclosure_listednotice"
ROWS = f"""
INSERT INTO {TABLE} (
    id, source, imported, category, kind, stage, title, path, reference, method, region_code, region_name, province,
    city, buyer_name, agency_name, winner_names, amount_cny, amount_label, side, closes_what, ended, published_at,
    digest, origin, haystack
)
SELECT gen_random_uuid(), '', false, category, stage, stage, title, '/trades/A07-12-' || n || '/1/', 'A07-12-' || n,
       '公开招标', code, place, left(code, 2), left(code, 4), buyer, '', '', 1000000 + n, '最高限价', '', '', '已截止',
       %(newest)s - n * interval '37 seconds', '', '{{}}', lower(title || ' A07-12-' || n || ' ' || buyer)
FROM (
    SELECT *, place || rare || thing || n || '号' || work || tail AS title, place || '住房和城乡建设局' AS buyer
    FROM (
        SELECT n, (%(places)s::text[])[n %% 10 + 1] place, (%(codes)s::text[])[n %% 10 + 1] code,
               (%(categories)s::text[])[n %% 5 + 1] category, (%(stages)s::text[])[n / 7 %% 4 + 1] stage,
               substr(%(rare)s, n * 7 %% 47 + 1, 1) || substr(%(rare)s, n / 47 %% 49 + 1, 2) rare,
               (%(things)s::text[])[n / 10 %% 12 + 1] thing, (%(works)s::text[])[n / 120 %% 10 + 1] work,
               (%(tails)s::text[])[n / 1200 %% 5 + 1] tail
        FROM generate_series(%(first)s, %(last)s) n
    ) parts
) made
"""
AT_ONCE = 100_000


def fill(superuser: Superuser, count: int, newest: Any) -> dict[str, float]:
    """`count` listed notices stand in the database, the newest published at `newest`, 37 seconds apart.

    Returns:
        Seconds for the rows, and for their indexes.
    """
    with superuser.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute("SET maintenance_work_mem = '512MB'")
        # The index of bigrams and those of the facets are built much sooner over all rows than row by row.
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            f" WHERE indrelid = '{TABLE}'::regclass AND NOT indisprimary"
        )
        definitions = dict(cursor.fetchall())
        for name in definitions:
            cursor.execute(f"DROP INDEX {name}")
        given = {
            "places": list(PLACES), "codes": list(CODES), "categories": list(CATEGORIES), "stages": list(STAGES),
            "rare": RARE, "things": list(THINGS), "works": list(WORKS), "tails": list(TAILS), "newest": newest,
        }  # fmt: skip
        for first in range(1, count + 1, AT_ONCE):
            cursor.execute(ROWS, {**given, "first": first, "last": min(first + AT_ONCE - 1, count)})
        rows = time.perf_counter() - began
        for definition in definitions.values():
            cursor.execute(definition)
        cursor.executemany(
            "INSERT INTO disclosure_listedregion (code, name) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            list(zip(CODES, PLACES, strict=True)),
        )
        cursor.execute(f"VACUUM ANALYZE {TABLE}")
        return {"rows_seconds": round(rows, 1), "all_seconds": round(time.perf_counter() - began, 1)}
