"""What somebody typed survives the refusal of it, whatever page answers.

A view that draws its own page puts the words back into its form. But the form may be gone: its window has closed, its
act was done in another window meanwhile, or the view left the refusal to the middleware. So the one door every refusal
passes looks at the finished page, and words that stand nowhere on it are given back under the refusal, to be copied.
"""

from html import unescape

from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string

# Fields of free words, and what they are called where the form with its label is gone. Whatever is not named here (a
# password, a key, a hidden id) is never repeated.
LABELS = {
    "title": "事项",
    "text": "内容",
    "question": "问题",
    "answer": "答复",
    "reply": "答复",
    "reason": "理由",
    "passed_over": "理由",
    "dissent": "不同意见和理由",
    "silent": "拒绝签字的经过",
    "note": "说明",
    "refund": "退还办法",
    "summary": "变更内容",
    "before": "原文",
    "after": "更正为",
    "needed": "理由",
    "employers_past": "近三年离开的单位",
    "opinion": "验收意见",
    "scope": "范围",
    "qualification": "资格条件",
    "adjustments": "价格调整",
    "ratings": "联合体资质要求",
    "remote_sites": "远程异地场所",
    "evidence": "证据",
    "promise": "回执全文",
}
# Where the words go: templates print this beside a refusal, and no visitor ever gets to see it.
MARK = "<!-- typed -->"


def label_of(name: str) -> str:
    """What the field is called, `answer-7` and `price-reason` included; "" for fields whose value is no free text."""
    head, tail = name.partition("-")[0], name.rpartition("-")[2]
    return LABELS.get(head) or LABELS.get(tail, "")


def lost(posted: QueryDict, page: str) -> list[tuple[str, str]]:
    """(label, words) of what was typed and stands nowhere on the page, in the order of the form."""
    drawn = _one_newline(unescape(page))
    return [
        (label, value)
        for name, values in posted.lists()
        for value in values
        if value.strip() and (label := label_of(name)) and _one_newline(value) not in drawn
    ]


def given_back(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The response; a refused post's page shows what it would otherwise have lost. Partials and data are left alone."""
    if response.status_code != 409 or response.streaming or MARK.encode() not in response.content:
        return response
    page = response.content.decode()
    words = lost(request.POST, page)
    block = render_to_string("components/typed.html", {"words": words}) if words else ""
    response.content = page.replace(MARK, block, 1)
    return response


def _one_newline(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
