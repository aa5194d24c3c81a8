"""Words in a document that often mean an unreasonable condition (招标投标法实施条例 第三十二条). A person decides."""

import re

# Each pattern is one of the listed ways to limit competitors; what it catches is shown, never judged.
SUSPECT = tuple(
    re.compile(pattern)
    for pattern in (
        r"近[一二三四五六七八九十\d]+年[^，。；\n]{0,12}(?:本省|本市|本县|本区|省内|市内)[^，。；\n]{0,12}业绩",
        r"(?:本省|本市|本县|省内|市内|本地)[^，。；\n]{0,8}(?:注册|设立|分公司|分支机构|办事处|备案|登记)",
        r"(?:获得|荣获|具有)[^，。；\n]{0,10}(?:省级|市级|本省|本市)[^，。；\n]{0,10}(?:奖项|荣誉|奖)",
        r"(?:指定|采用|必须使用|同档次于)[^，。；\n]{0,10}(?:品牌|商标|专利)",
        r"注册资(?:本|金)[^，。；\n]{0,10}(?:不低于|不少于|以上)",
        r"(?:国有|民营|外资)企业(?:除外|不得|优先)",
        r"外[省市][^，。；\n]{0,20}(?:登记|备案|入[省市赣])",
    )
)


def suspect_words(text: str) -> list[str]:
    """What the patterns found, in order of appearance, each once. Empty: nothing suspect, which proves nothing."""
    found = sorted({(m.start(), m.group()) for pattern in SUSPECT for m in pattern.finditer(text)})
    return list(dict.fromkeys(words for _, words in found))
