"""Words survive the refusal of the form they were typed into."""

import re
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.http import QueryDict
from django.urls import get_resolver

from platform_site.web import typed

WORDS = "第一行 <b>不是标记</b> & “引号”\r\n第二行"


@pytest.mark.django_db
def test_a_page_without_the_form_gives_the_words_back_whole_and_escaped(client):
    page = client.post("/refuse/", {"text": WORDS}).content.decode()

    assert "您填写的内容" in page
    assert "第一行 &lt;b&gt;不是标记&lt;/b&gt; &amp; “引号”\r\n第二行" in page
    assert typed.MARK not in page


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["password", "nonce", "sealed_nonce", "identity", "csrfmiddlewaretoken"])
def test_what_is_no_free_text_is_never_repeated(client, name):
    page = client.post("/refuse/", {name: "hunter2-hunter2"}).content.decode()

    assert "hunter2" not in page


@pytest.mark.django_db
def test_nothing_typed_leaves_no_trace_on_the_page(client):
    page = client.post("/refuse/", {"text": "  "}).content.decode()

    assert "您填写的内容" not in page
    assert typed.MARK not in page


@pytest.mark.django_db
def test_htmx_gets_the_refusal_alone_because_its_form_still_stands(client):
    response = client.post("/refuse/", {"text": WORDS}, headers={"HX-Request": "true"})

    assert "第一行" not in response.content.decode()


def test_words_that_stand_in_the_form_are_not_lost_however_the_browser_ends_its_lines():
    posted = QueryDict(mutable=True)
    posted["text"] = "甲 & 乙\r\n丙"

    assert typed.lost(posted, "<textarea>甲 &amp; 乙\n丙</textarea>") == []


def test_of_several_answers_only_the_one_that_is_gone_comes_back():
    posted = QueryDict(mutable=True)
    posted.update({"answer-1": "留着的", "answer-2": "不见了的", "quality-reason": "也不见了"})

    assert typed.lost(posted, "<textarea>留着的</textarea>") == [("答复", "不见了的"), ("理由", "也不见了")]


def test_every_field_of_free_words_in_the_portal_has_a_name_under_which_it_comes_back():
    get_resolver().url_patterns  # noqa: B018  # every form of the portal is imported with its views
    sources = [path.read_text() for path in Path(settings.BASE_DIR, "templates").rglob("*.html")]
    drawn = {name for text in sources for name in re.findall(r'<textarea[^>]*? name="([^"]+)"', text)}
    declared = {
        name
        for form in _below(forms.BaseForm)
        if not form.__module__.startswith("django")
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field.widget, forms.Textarea)
    }

    assert len(drawn | declared) > 10
    assert [name for name in sorted(drawn | declared) if not typed.label_of(name)] == []


def _below(kind: type) -> set[type]:
    return {kind}.union(*(_below(one) for one in kind.__subclasses__()))
