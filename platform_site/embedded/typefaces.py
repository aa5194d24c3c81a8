"""The Chinese fonts of the set-up, for papers: few servers have any of their own."""

from pathlib import Path

from platform_site import env


def fonts(local: Path) -> Path | None:
    """A fontconfig file that adds the set-up's Chinese fonts to the system's; None where they are not installed."""
    installed = env.BASE_DIR / "node_modules" / "@expo-google-fonts"
    # Every weight is a file of ten megabytes to scan; papers and pages use these.
    folders = sorted(
        path.parent for weight in ("400Regular", "600SemiBold") for path in installed.glob(f"*/{weight}/*.ttf")
    )
    if not folders:
        return None
    system = "/etc/fonts/fonts.conf"
    lines = [
        '<?xml version="1.0"?>',
        '<!DOCTYPE fontconfig SYSTEM "fonts.dtd">',
        "<fontconfig>",
        f'<include ignore_missing="yes">{system}</include>',
        *(f"<dir>{folder}</dir>" for folder in folders),
        f"<cachedir>{local / 'fontcache'}</cachedir>",
        *(
            f"<alias><family>{generic}</family><prefer><family>{family}</family></prefer></alias>"
            for generic, family in (("serif", "Noto Serif SC"), ("sans-serif", "Noto Sans SC"))
        ),
        "</fontconfig>",
    ]
    path = local / "fonts.conf"
    local.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path
