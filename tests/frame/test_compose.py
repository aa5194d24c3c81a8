"""Containers run the same processes as a bare machine, every face in one of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from django.urls import URLResolver, get_resolver

from platform_site.embedded.portal_processes import specs
from platform_site.faces import routes
from platform_site.faces.facing import FACES
from tests.databases import BASE

COMPOSE = yaml.safe_load((BASE / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
SPECS = {spec.name: spec for spec in specs(run=Path("/run"), host="127.0.0.1", port=80, local=Path("/local"))}


# The web process of `make run`, once for every face.
AS_IN_MAKE_RUN = {name: [name] if name != "web" else list(FACES) for name in SPECS}
LOGINS = {
    **{face: f"portal_{face}" for face in FACES},
    "worker": "portal_worker",
    "sequencer": "portal_sequencer",
}


def test_compose_runs_the_processes_of_make_run_and_the_servers_beside_them():
    named = {service for services in AS_IN_MAKE_RUN.values() for service in services}

    assert set(SERVICES) == named | {"postgres", "redis", "migrate"}


def test_compose_runs_the_same_programs():
    # The front is nginx there; everything else is the same module.
    for name in set(SPECS) - {"front"}:
        bare = SPECS[name].command[1:4]
        for service in AS_IN_MAKE_RUN[name]:
            assert SERVICES[service]["command"][1 : 1 + len(bare)] == bare, service


def test_every_process_has_a_login_of_its_own_and_the_rest_none():
    urls = {name: service.get("environment", {}).get("DATABASE_URL", "") for name, service in SERVICES.items()}

    assert {name: url.partition("//")[2].partition(":")[0] for name, url in urls.items() if url} == LOGINS


def test_every_face_is_served_once_and_no_other_process_shows_one():
    faces = {name: service.get("environment", {}).get("PORTAL_FACE") for name, service in SERVICES.items()}

    assert {name: face for name, face in faces.items() if face not in {None, "none"}} == {one: one for one in FACES}


def test_the_public_face_can_write_no_file_and_sees_no_key():
    assert SERVICES["public"]["volumes"] == ["files:/srv/portal/files:ro", "ledger:/srv/portal/ledger:ro"]


def addresses() -> Iterator[tuple[str, str]]:
    """(route, an address of it) for every named route."""

    def of(resolver: URLResolver, space: str, before: str) -> Iterator[tuple[str, str]]:
        for name in resolver.reverse_dict:
            if isinstance(name, str):
                for possibilities, *_ in resolver.reverse_dict.getlist(name):
                    for text, parameters in possibilities:
                        yield f"{space}{name}", "/" + before + text % dict.fromkeys(parameters, "x1")
        for inner, (prefix, found) in resolver.namespace_dict.items():
            yield from of(found, f"{inner}:", before + prefix)

    yield from of(get_resolver(), "", "")


def sent_to(path: str) -> str:
    """The upstream nginx chooses: the first regular expression that fits, else the longest prefix."""
    text = (BASE / "deploy" / "nginx.conf").read_text()
    rules = re.findall(r"location (~ )?(\S+) \{[^}]*?proxy_pass http://(\w+);", text)
    for kind, pattern, upstream in rules:
        if kind and re.search(pattern, path):
            return upstream
    return max((len(start), upstream) for kind, start, upstream in rules if not kind and path.startswith(start))[1]


def test_the_front_sends_every_address_to_a_face_that_serves_it():
    found = list(addresses())
    astray = [(name, path, sent_to(path)) for name, path in found if sent_to(path) not in routes.faces_of(name)]

    assert len(found) > 150
    assert [one for one in astray if routes.faces_of(one[0])] == []
    assert sent_to("/stream/") == "stream"


def test_only_migrate_is_told_how_to_be_the_owner():
    told = {name for name, service in SERVICES.items() if "DATABASE_OWNER_URL" in service.get("environment", {})}

    assert told == {"migrate"}


def test_every_variable_compose_asks_for_is_in_the_example():
    text = (BASE / "docker-compose.yml").read_text()
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", text))
    given = {line.split("=")[0] for line in (BASE / ".env.example").read_text().splitlines() if "=" in line}

    assert asked <= given


def test_the_roles_of_the_script_are_those_of_the_embedded_servers():
    from platform_site.embedded import databases

    made = set(re.findall(r"'(portal_\w+)'", (BASE / "deploy" / "roles.sql").read_text()))

    assert made == set(databases.ROLES)
