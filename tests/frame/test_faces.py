"""Which process may show which face, and what it is told where it may not."""

from collections.abc import Iterable, Iterator

import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from platform_site import urls
from platform_site.faces import facing, routes


def errors() -> list[str]:
    return [one.msg for one in checks.run_checks() if one.id == "portal.E001"]


@pytest.mark.parametrize("mode", ["demo", "sandbox"])
def test_demo_and_sandbox_may_show_everything_in_one_process(settings, mode):
    settings.MODE, settings.FACE = mode, "all"

    assert errors() == []
    facing.require_lawful()


def test_production_refuses_to_show_everything_in_one_process(settings):
    settings.MODE, settings.FACE = "production", "all"

    (said,) = errors()
    assert "PORTAL_FACE=all is for demo and sandbox" in said
    with pytest.raises(ImproperlyConfigured, match="three processes"):
        facing.require_lawful()


def test_an_unknown_face_is_named(settings):
    settings.FACE = "publik"

    (said,) = errors()
    assert said == "PORTAL_FACE must be public, trading, supervision, none or all, not 'publik'"


@pytest.mark.parametrize("face", facing.FACES)
def test_a_face_in_production_starts_with_its_own_login_and_with_no_other(settings, monkeypatch, face):
    settings.MODE, settings.FACE = "production", face

    monkeypatch.setitem(settings.DATABASES["default"], "USER", f"portal_{face}")
    facing.require_lawful()
    monkeypatch.setitem(settings.DATABASES["default"], "USER", "portal_app")
    with pytest.raises(ImproperlyConfigured, match=f"connects as portal_{face}, not as portal_app"):
        facing.require_lawful()


def test_a_process_without_a_face_serves_no_page(settings):
    settings.MODE, settings.FACE = "production", "none"

    assert errors() == []
    with pytest.raises(ImproperlyConfigured, match="serves no address"):
        facing.require_lawful()


def every(patterns: Iterable, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(route, pattern) of everything below."""
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from every(one.url_patterns, f"{one.namespace}:" if one.namespace else space)
        else:
            yield f"{space}{one.name}", one


def test_every_route_stands_in_the_table_and_nothing_that_is_no_route():
    names = {name for name, _ in every(urls.everything)}

    assert {name: routes.faces_of(name) for name in names}
    assert set(routes.SERVED) - names == {name.partition(":")[0] for name in names if ":" in name}


@pytest.mark.parametrize("face", facing.FACES)
def test_a_face_holds_the_views_of_its_own_routes_and_of_no_other(face):
    for name, pattern in every(routes.served(urls.everything, face)):
        assert (pattern.callback is not routes.not_here) == (face in routes.faces_of(name)), name


@pytest.fixture
def show(settings):
    """show(face): the addresses are that face's."""

    def one(face: str) -> Client:
        settings.ROOT_URLCONF = tuple(routes.served(urls.everything, face))
        return Client(enforce_csrf_checks=True)

    return one


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("face", "own", "others"),
    [
        ("public", "/rules/", ["/work/", "/supervision/", "/sign-in/", "/demo/", "/sealing/countersign/lot:A/1/"]),
        ("trading", "/sign-in/", ["/rules/", "/supervision/", "/trades/A/1/", "/demo/"]),
        ("supervision", "/sign-in/", ["/rules/", "/work/", "/experts/desk/", "/demo/"]),
    ],
)
def test_an_address_of_another_face_answers_as_one_that_never_was(show, face, own, others):
    client = show(face)

    assert client.get(own).status_code == 200
    for path in others:
        assert client.get(path).status_code == 404, path
        assert client.post(path, {"a": "b"}).status_code == 404, path


def test_links_lead_from_one_face_to_the_others(show):
    show("public")

    assert reverse("trading:bid", args=["A07", 1]) == "/work/lots/A07/1/bid/"
    assert reverse("supervision:board") == "/supervision/"
