"""The last words of `make run`: the address, and in a demo everybody one may be."""

import json
from unicodedata import east_asian_width

import pytest

from platform_site.embedded import greeting
from platform_site.embedded.province import FILES

ORIGIN = "http://127.0.0.1:8000"
ACCOUNTS = [
    {"username": "agency", "role": "招标代理经办", "does": "编制招标公告"},
    {"username": "operator", "role": "交易中心经办", "does": "公布投标文件"},
    {"username": "expert1", "role": "评标专家", "does": "评审"},
    {"username": "expert2", "role": "评标专家", "does": "评审"},
    {"username": "expert3", "role": "评标专家", "does": "评审"},
]


@pytest.fixture
def seeded(tmp_path):
    (tmp_path / greeting.ACCOUNTS).write_text(json.dumps(ACCOUNTS))
    return tmp_path


def test_the_address_comes_first_and_the_one_click_door_second(seeded):
    first, second, *_ = greeting.lines(ORIGIN, seeded, demo=True)

    assert first.startswith(f"{ORIGIN}/ ")
    assert second.startswith(f"{ORIGIN}/demo/ ")
    assert "one click" in second


def test_every_account_has_one_line_and_those_alike_share_one(seeded):
    rows = [line.split() for line in greeting.lines(ORIGIN, seeded, demo=True)[2:]]

    assert rows == [
        ["agency", "招标代理经办", "编制招标公告"],
        ["operator", "交易中心经办", "公布投标文件"],
        ["expert1", "…", "expert3", "评标专家", "评审"],
    ]


def test_columns_stand_under_each_other_though_chinese_is_twice_as_wide(seeded):
    rows = greeting.lines(ORIGIN, seeded, demo=True)[2:]
    before = [row[: row.index(one["does"])] for row, one in zip(rows, ACCOUNTS[:3], strict=True)]

    assert len({sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text) for text in before}) == 1


def test_before_the_province_is_seeded_nobody_is_named(tmp_path):
    assert len(greeting.lines(ORIGIN, tmp_path, demo=True)) == 2


def test_outside_a_demo_nobody_is_named_and_no_door_is_told(seeded):
    (line,) = greeting.lines(ORIGIN, seeded, demo=False)

    assert line.startswith(f"{ORIGIN}/ ")
    assert "/demo/" not in line


def test_a_reset_keeps_the_accounts_with_the_province():
    assert greeting.ACCOUNTS in FILES
