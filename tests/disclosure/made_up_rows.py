"""Made-up rows in the shapes the real ones take. No name, number or place in them is real."""

import json
from pathlib import Path
from typing import Any


def index_row(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A row of a procurement index."""
    row = {
        "id": f"row{number:08d}",
        "title": f"某县人民医院某某系统采购项目{number}公开招标公告",
        "notice_type": "招标",
        "province": "江西",
        "city": "九江市",
        "district": "武宁县",
        "industry": "信息技术",
        "publish_time": "2024-12-09T16:31:31+08:00",
        "buyer": "某县人民医院",
        "agency": "某某招标代理有限公司",
        "budget_yuan": 900000 + number,
        "source_site": "某省政府采购网",
    }
    return {name: value for name, value in (row | changes).items() if value is not ...}


def written(path: Path, *rows: dict[str, Any] | str | bytes) -> Path:
    """The file holds the rows, one a line; text and bytes stand as they are."""
    with path.open("wb") as stream:
        for row in rows:
            if isinstance(row, bytes):
                stream.write(row + b"\n")
            else:
                text = row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)
                stream.write(text.encode() + b"\n")
    return path


TITLES = "ref\ttitle\tcategory\tnotice_type\tdate\turl"


def title_line(number: int = 1, title: str = "", date: str = "20220606") -> str:
    """A line of a file of titles."""
    words = title or f"某县第一小学课桌采购项目{number}竞争性磋商公告"
    return f"{18000000 + number}\t{words}\t货物/家具用具\t竞争性磋商公告\t{date}\thttp://www.ccgp.example/t{number}.htm"
