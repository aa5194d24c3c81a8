#!/usr/bin/env python
"""Every management command runs on the configured servers, or borrows the embedded ones and gives them back."""

import os
import sys


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "platform_site.settings")
    from platform_site.embedded import borrowed_servers

    with borrowed_servers():
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
