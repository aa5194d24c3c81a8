"""`python -m tests.frame.seeding`: the whole demo province, by its own command.

Its archives hold plain papers: setting them is a third of the work, and nobody looks into them here.
"""

import os


def main() -> None:
    """The province stands in the database the environment names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from tests.stages import plain_papers

    with plain_papers():
        call_command("demo_province")


if __name__ == "__main__":
    main()
