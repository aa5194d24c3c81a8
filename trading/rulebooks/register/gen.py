"""GEN: how time is counted. These rows say how to count, so they hold no number of their own."""

from platform_site.rules import Rule, register

RULES: tuple[Rule, ...] = register(
    [
        Rule(
            "GEN-01",
            "期间开始的当日不计入，自下一日起算",
            "民法典 第二百零一条；政府采购质疑和投诉办法（财政部令第94号） 第四十二条",
            "calc",
            "calc",
            "verified",
            note="第一日为起因之日的次日。",
        ),
        Rule(
            "GEN-02",
            "期间最后一日是法定休假日的，顺延至休假日结束的次日",
            "民法典 第二百零三条；政府采购质疑和投诉办法（财政部令第94号） 第四十二条",
            "calc",
            "calc",
            "verified",
            note="最短期间不因此缩短。",
        ),
        Rule(
            "GEN-03",
            "日为日历日，工作日为工作日，不得互相折算",
            "民法典 第二百零一条至第二百零四条",
            "calc",
            "calc",
            "verified",
            note="工作日按国务院办公厅每年节假日安排通知，含调休上班；节假日历一节未经核对原文。",
        ),
        Rule(
            "GEN-04",
            "以上、以下、不少于，包括本数",
            "政府采购质疑和投诉办法（财政部令第94号） 第四十二条；民法典 第一千二百五十九条",
            "calc",
            "calc",
            "verified",
            note="民法典条号待核。",
        ),
        Rule(
            "GEN-05",
            "数据电文进入发件人控制之外的信息系统视为发送；可靠的电子签名与手写签名或者盖章具有同等效力",
            "电子签名法 第十一条、第十三条、第十四条",
            "duty",
            "block",
            "verified",
            note="以接收关口的时间戳为准；未签名的拒收。",
        ),
    ]
)
