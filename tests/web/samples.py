"""Sample data for every component. Invented names only."""

from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace as S

from platform_site import clock
from platform_site.accounts.refusals import Violation
from platform_site.rules import rule

HASH = "b41e0c9df27a58d3c07b77fe1e6608ace518aa402d91b03519b69a1c4f3e7c02"


def too_short(now: datetime) -> Violation:
    """等标期 13 日，差 7 日."""
    start, end = now + timedelta(days=1), now + timedelta(days=14)
    facts = {
        "what": "等标期",
        "start": start,
        "end": end,
        "need": 20,
        "have": 13,
        "unit": "cd",
        "earliest": start.replace(hour=16, minute=0, second=0, microsecond=0) + timedelta(days=20),
    }
    remedy = {"field": "bid_deadline", "value": now + timedelta(days=22)}
    return Violation("period.too_short", "ENG-10", rule("ENG-10").article, facts, remedy)


def everything() -> dict:
    """One of each."""
    now = clock.now()
    day = timedelta(days=1)
    stages = [
        {"name": "进场登记", "note": "9月28日", "state": "done"},
        {"name": "招标公告", "note": "10月12日", "state": "done"},
        {"name": "投标", "note": "11月17日止", "state": "done"},
        {"name": "开标", "note": "11月17日", "state": "done"},
        {"name": "评标", "note": "11月19日", "state": "done", "near": True},
        {"name": "候选人公示", "note": "至 11月26日，计时暂停", "state": "now", "near": True},
        {"name": "中标通知", "note": "最早 11月27日", "state": "todo", "near": True},
        {"name": "合同", "note": "通知后 30 日内", "state": "todo"},
        {"name": "归档", "note": "", "state": "todo"},
    ]
    nexts = {
        "title": "招标人答复异议，答复前招标投标活动暂停",
        "reason": "收到异议 1 件。招标人应当自收到之日起 3 日内答复。",
        "article": rule("ENG-39").article,
        "rule": "ENG-39",
        "until": now + timedelta(hours=20),
        "until_note": "距答复期限",
    }
    due = [
        {"title": "公示期满", "at": now + 3 * day, "article": rule("ENG-38").article, "rule": "ENG-38"},
        {
            "title": "发出中标通知书，同时告知所有未中标人",
            "text": "异议答复且公示期满之后",
            "article": rule("ENG-42").article,
            "rule": "ENG-42",
        },
        {
            "title": "订立书面合同",
            "text": "自中标通知书发出之日起 30 日内",
            "article": rule("ENG-43").article,
            "rule": "ENG-43",
        },
    ]
    notices = [
        {
            "title": "招标公告",
            "url": "#",
            "at": now - 40 * day,
            "summary": "文件发售 10月12日至 10月19日。",
            "digest": HASH,
        },
        {
            "title": "澄清与修改（第 1 次）",
            "url": "#",
            "at": now - 28 * day,
            "summary": "投标截止顺延至 11月17日。",
            "digest": HASH,
            "diff_url": "#",
            "diff_count": 3,
        },
        {"title": "中标候选人公示", "url": "#", "at": now, "summary": "公示 3 日。", "digest": HASH, "state": "now"},
        {"title": "中标结果公告", "at": None, "summary": "与中标通知书同时发布。", "state": "todo"},
    ]
    checks = [
        {
            "state": "no",
            "title": "等标期不少于 20 日",
            "text": "现为 13 日",
            "article": rule("ENG-10").article,
            "rule": "ENG-10",
        },
        {
            "state": "hm",
            "title": "资格条件可能不合理",
            "text": "“近三年本省类似业绩”",
            "article": rule("ENG-20").article,
        },
        {"state": "ok", "title": "发售期不少于 5 日", "article": rule("ENG-07").article, "rule": "ENG-07"},
        {"state": "wait", "title": "采用标准文本", "text": "上传文件后核对"},
    ]
    entries = [
        {
            "index": 4218655,
            "at": now,
            "event": "收到异议，暂停招标投标活动",
            "who": "其他利害关系人",
            "digest": HASH,
            "proof_url": "#",
        },
        {"index": None, "at": now, "event": "发布中标候选人公示", "who": "招标代理机构经办人", "digest": HASH},
    ]
    items = [
        {
            "title": "泽安市江北水厂二期工程施工一标段中标候选人公示",
            "url": "#",
            "tag": "工程建设",
            "facts": ["泽安市", "公开招标"],
            "at": now,
            "amount": Decimal("171306688.00"),
            "amount_label": "第一候选人报价",
            "paused": "有异议，暂停计时",
        },
        {
            "title": "瑞江市滨河新区 RJ-2026-017 号国有建设用地使用权挂牌出让公告",
            "url": "#",
            "tag": "土地使用权",
            "facts": ["瑞江市", "挂牌"],
            "at": now - day,
            "amount": Decimal("612000000"),
            "amount_label": "起始价",
            "amount_unit": "万元",
            "clock": now + timedelta(minutes=40),
            "clock_label": "竞价截止",
        },
        {
            "title": "石阜市第一人民医院门诊楼加固改造工程终止招标公告",
            "url": "#",
            "tag": "工程建设",
            "facts": ["石阜市"],
            "at": now - 9 * day,
            "amount": None,
            "side": "已退还文件费和保证金",
            "ended": "已终止",
        },
    ]
    codes = [
        too_short(now),
        Violation(
            "clock.too_early",
            "ENG-38",
            rule("ENG-38").article,
            {"until": now + 2 * day, "moment": "公示期满", "act": "发出中标通知书"},
        ),
        Violation(
            "amount.over_cap",
            "ENG-15",
            rule("ENG-15").article,
            {
                "amount": Decimal("980000.00"),
                "cap": Decimal("800000.00"),
                "base": Decimal("40000000"),
                "share": Decimal("0.02"),
            },
            {"field": "bond_cny", "value": Decimal("800000.00")},
        ),
        Violation("text.unreasonable", "ENG-20", rule("ENG-20").article, {"hits": ("近三年本省类似业绩",)}),
        Violation("made.up", "", "", {"have": 2, "until": now, "share": Decimal("1.5"), "members": ["甲", "乙"]}),
    ]
    return {
        "stages": stages,
        "next": nexts,
        "due": due,
        "notices": notices,
        "checks": checks,
        "counts": "1 处不符，1 条提示",
        "entries": entries,
        "items": items,
        "reasons": codes,
        "hash": HASH,
        "now_plus": [now + timedelta(minutes=30), now + timedelta(hours=20), now + 2 * day, now + 20 * day, now - day],
        "offers": [
            {"number": 16, "pseudonym": "Q4", "at": now, "amount": Decimal("687000000"), "top": True},
            {
                "number": 15,
                "pseudonym": "H9",
                "at": now - timedelta(minutes=4),
                "amount": Decimal("682000000"),
                "mine": True,
            },
        ],
        "stats": [
            {"label": "今日开标、竞价", "number": "17", "unit": "场", "note": "已完成 6 场", "url": "#"},
            {"label": "正在公告", "number": "1,284", "unit": "项", "note": "今日新发布 43 项", "url": "#"},
            {"label": "今年成交", "number": "1,862.47", "unit": "亿元", "note": "9,316 宗", "url": "#"},
            {"label": "今年节约资金", "number": "86.31", "unit": "亿元", "note": "较最高限价降低 5.8%", "url": "#"},
            {"label": "今年出让增值", "number": "23.90", "unit": "亿元", "note": "较起始价增加 5.1%"},
        ],
        "warning": S(
            id=7,
            red=True,
            title="望潮市雨污分流工程二标段：三家报价呈等差排列",
            url="#",
            text="相邻相差均为 24.0 万元。",
            base_rate=Decimal("0.009"),
            confirmed=19,
            judged=62,
            confirmed_share=Decimal(19) / 62,
            article=rule("ENG-32").article,
            rule="ENG-32",
            evidence_url="#",
            act_url="#",
        ),
        "deadline_warning": S(
            id=8,
            red=False,
            title="合同已签订 4 个工作日未公告",
            url="",
            text="应在 2 个工作日内公告。",
            base_rate=Decimal("0.057"),
            confirmed=None,
            judged=None,
            article=rule("GP-34").article,
            rule="GP-34",
            kind_of="合同",
        ),
        "schedule": [
            {
                "time": "09:00",
                "title": "澜浦绕城高速养护工程",
                "url": "#",
                "note": "省中心 第 2 开标室",
                "past": True,
                "tag": "已开标",
            },
            {
                "time": "10:00",
                "title": "平渡县高标准农田三标段",
                "url": "#",
                "note": "平渡分中心",
                "clock": now + timedelta(minutes=18),
            },
            {"time": "14:30", "title": "瑞江东站综合交通枢纽设计", "note": "瑞江分中心", "words": "今日下午"},
        ],
        "facts": [("统一交易标识码", "A07-12990000MB0A00011D-20260928-000318-K"), ("工期", "540 日历天")],
        "crumbs": [("首页", "/"), ("工程建设", "#"), ("泽安市", "")],
        "sections": [{"id": "s1", "name": "概况", "count": None}, {"id": "s2", "name": "公告", "count": 4}],
        "pager": {"previous_url": "", "next_url": "?after=x", "note": "本页 1 至 20，按发布时间"},
        "links": [
            {"url": "#", "icon": "scale", "title": "规则库", "note": "每条规则的条文和执行方式"},
            {"url": "#", "icon": "fingerprint", "title": "核验凭证", "note": "不经本平台也能验"},
        ],
        "steps": [
            {"name": "项目与审批", "note": "核准文件、资金已落实", "state": "done"},
            {"name": "时间安排", "note": "1 处不符合规定", "state": "now"},
            {"name": "核对并发布", "note": "", "state": ""},
        ],
        "head": [
            {"text": "投标人", "wide": True},
            {"text": "报价（元）", "n": True, "half": True, "sort": "ascending"},
        ],
        "rows": [["澜浦禹通水利建设有限公司", "168,220,000.00"], ["石阜建工股份有限公司", "175,418,300.00"]],
        "identity": {"subject": "泽安市江北水务建设有限公司", "person": "李闻溪", "role": "招标经办"},
        "chart": {
            "unit": "条",
            "x": ["45周", "46周", "47周"],
            "series": [
                {"name": "黄色预警", "kind": "bar", "data": [36, 41, 29], "tone": "amber"},
                {"name": "办结", "kind": "line", "data": [42, 40, 31]},
            ],
        },
        "trend": [3, 5, 2, 8, 6],
    }
