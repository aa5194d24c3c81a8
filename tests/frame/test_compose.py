"""Containers run the same processes as a bare machine."""

from pathlib import Path

import yaml

from platform_site.embedded.portal_processes import specs
from tests.databases import BASE

COMPOSE = yaml.safe_load((BASE / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
SPECS = {spec.name: spec for spec in specs(run=Path("/run"), host="127.0.0.1", port=80, local=Path("/local"))}


def test_compose_runs_the_processes_of_make_run_and_the_servers_beside_them():
    assert set(SERVICES) == set(SPECS) | {"postgres", "redis", "migrate"}


def test_compose_runs_the_same_programs():
    # The front is nginx there; everything else is the same module.
    for name in set(SPECS) - {"front"}:
        bare = SPECS[name].command[1:4]
        assert SERVICES[name]["command"][1 : 1 + len(bare)] == bare, name


def test_only_migrate_is_told_how_to_be_the_owner():
    told = {name for name, service in SERVICES.items() if "DATABASE_OWNER_URL" in service.get("environment", {})}

    assert told == {"migrate"}


def test_every_variable_compose_asks_for_is_in_the_example():
    import re

    text = (BASE / "docker-compose.yml").read_text()
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", text))
    given = {line.split("=")[0] for line in (BASE / ".env.example").read_text().splitlines() if "=" in line}

    assert asked <= given


def test_the_roles_of_the_script_are_those_of_the_embedded_servers():
    import re

    from platform_site.embedded import databases

    made = set(re.findall(r"CREATE ROLE (\w+)", (BASE / "deploy" / "roles.sql").read_text()))

    assert made == {databases.OWNER, databases.APP, *databases.FACES}
