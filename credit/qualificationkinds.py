"""Kinds and grades of qualification as suggestions for whoever types one. No closed list: any other term is as good.

A kind the State no longer examines is still found here, with the act that ended it, so that nobody asks for it. Plain
Python.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Kind:
    """A term of the field.

    Attributes:
        ended: the day from which the State issues it no more, None while it does.
        basis: the act that ended it.
    """

    name: str
    ended: date | None = None
    basis: str = ""


# 建筑业企业资质标准, 工程勘察、设计、监理资质标准, 安全生产许可证条例 and the like; terms from knowledge.
KINDS = (
    Kind("建筑工程施工总承包"),
    Kind("市政公用工程施工总承包"),
    Kind("公路工程施工总承包"),
    Kind("水利水电工程施工总承包"),
    Kind("电力工程施工总承包"),
    Kind("机电工程施工总承包"),
    Kind("通信工程施工总承包"),
    Kind("地基基础工程专业承包"),
    Kind("建筑装修装饰工程专业承包"),
    Kind("建筑幕墙工程专业承包"),
    Kind("钢结构工程专业承包"),
    Kind("桥梁工程专业承包"),
    Kind("隧道工程专业承包"),
    Kind("电子与智能化工程专业承包"),
    Kind("消防设施工程专业承包"),
    Kind("古建筑工程专业承包"),
    Kind("施工劳务"),
    Kind("安全生产许可证"),
    Kind("工程勘察综合"),
    Kind("工程设计综合"),
    Kind("工程监理综合"),
    Kind("房屋建筑工程监理"),
    Kind("市政公用工程监理"),
    Kind("水利工程施工监理"),
    Kind("政府采购代理机构名录登记"),
    Kind("测绘"),
    Kind("土地估价机构备案"),
    Kind("医疗器械经营许可"),
    Kind("食品经营许可"),
    Kind("招标代理", date(2017, 12, 28), "2017年12月27日修改的招标投标法取消招标代理机构资格认定"),
    Kind("工程造价咨询", date(2021, 7, 1), "国发〔2021〕7号取消工程造价咨询企业资质认定"),
)
GRADES = ("特级", "壹级", "贰级", "叁级", "甲级", "乙级", "丙级", "一级", "二级", "三级", "不分等级")


def ended(kind: str) -> Kind | None:
    """The kind the words name, where the State issues it no more; None for every other term."""
    return next((one for one in KINDS if one.ended and one.name in kind), None)
