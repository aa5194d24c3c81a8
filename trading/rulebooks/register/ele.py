"""ELE: electronic tendering (电子招标投标). No row has a number; they bind by construction."""

from platform_site.rules import Rule, register

ORDER = "电子招标投标办法（2013年第20号令）"

RULES: tuple[Rule, ...] = register(
    [
        Rule(
            "ELE-01",
            "下载招标文件不得设置规定以外的登记报名条件；下载者名称、数量截止前保密；澄清修改显著公告并通知所有下载者",
            f"{ORDER} 第二十条、第二十一条、第二十二条；招标投标法 第二十二条",
            "prohibition",
            "block",
            "knowledge",
            note="招标投标法第二十二条已核对原文，其余未经核对。",
        ),
        Rule(
            "ELE-02",
            "交易平台运营机构及其关联方不得在本平台投标或者代理投标",
            f"{ORDER} 第二十三条",
            "prohibition",
            "block",
            "knowledge",
        ),
        Rule(
            "ELE-03",
            "投标文件应当加密后递交，未加密的拒收并提示",
            f"{ORDER} 第二十六条",
            "prohibition",
            "block",
            "verified-2nd",
            note="离线加密；内容见二手资料。",
        ),
        Rule(
            "ELE-04",
            "收到投标文件即时发出确认回执；截止时未完成传输的视为撤回，逾期送达的拒收",
            f"{ORDER} 第二十七条",
            "duty",
            "block",
            "knowledge",
            note="回执见二手资料，其余未经核对。",
        ),
        Rule(
            "ELE-05",
            "投标截止时间前任何单位和个人不得解密、提取投标文件",
            f"{ORDER} 第二十七条；招标投标法 第二十八条",
            "prohibition",
            "block",
            "verified-2nd",
            quote="招标人收到投标文件后，应当签收保存，不得开启。",
            note="企图解密的报警。招标投标法第二十八条已核对原文，20号令见二手资料。",
        ),
        Rule(
            "ELE-06",
            "按时在线公开开标：提取全部投标文件，在线解密，公布名称和报价，生成开标记录并公开",
            f"{ORDER} 第二十九条、第三十条、第三十二条",
            "sequence",
            "block",
            "knowledge",
            note="开标在截止时间的同一时间。",
        ),
        Rule(
            "ELE-07",
            "投标人原因未解密的视为撤销，其他原因的视为撤回，其余投标继续开标",
            f"{ORDER} 第三十一条",
            "duty",
            "block",
            "knowledge",
            note="视为撤回的可以要求责任方赔偿直接损失；招标文件可以载明补救方案。",
        ),
        Rule(
            "ELE-08",
            "在有效监控和保密的环境下在线评标；报告、公示、通知书、合同、异议均为签名的数据电文",
            f"{ORDER} 第三十三条至第四十条；电子签名法 第十四条",
            "duty",
            "block",
            "knowledge",
            note="电子签名法第十四条已核对原文，其余未经核对。",
        ),
        Rule(
            "ELE-09",
            "数据电文不得篡改、不得丢失、可以追溯，保持原件形式和完整",
            f"{ORDER} 第十四条；电子签名法 第五条、第六条",
            "duty",
            "block",
            "knowledge",
            note="每条记录有摘要和时间戳；不一致的报警。电子签名法两条已核对原文，20号令未经核对。",
        ),
        Rule(
            "ELE-10",
            "交易平台为行政监督提供监督通道，公众免费查阅公开信息",
            f"{ORDER} 第七条、第九条",
            "duty",
            "warn",
            "knowledge",
        ),
    ]
)
