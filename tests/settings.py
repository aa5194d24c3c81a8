"""The portal's settings for tests: the same, in a folder of their own, with cheap password hashing.

Every run gets its own folder so that several people's runs stand side by side and none touches the demo province.
"""

import atexit
import os
import pathlib
import shutil
import tempfile

_local = tempfile.mkdtemp(prefix="ggzy-test-")
os.mkdir(os.path.join(_local, "static"))
atexit.register(shutil.rmtree, _local, ignore_errors=True)
os.environ["PORTAL_LOCAL_DIR"] = _local
os.environ["PORTAL_MODE"] = "demo"
os.environ["PORTAL_FACE"] = "all"

# Papers are set with the set-up's Chinese fonts, as under `make run`; scanned once and kept beside the test servers.
_home = pathlib.Path(__file__).resolve().parent.parent / ".local" / "tests"
if "FONTCONFIG_FILE" not in os.environ:
    from platform_site.embedded import typefaces

    _home.mkdir(parents=True, exist_ok=True)
    if _fonts := (_home / "fonts.conf" if (_home / "fonts.conf").exists() else typefaces.fonts(_home)):
        os.environ["FONTCONFIG_FILE"] = str(_fonts)

from platform_site.settings import *  # noqa: E402, F403

# One key signs the papers of every test: making one takes as long as a paper. tests/conftest.py makes it.
PAPER_SIGNER = str(_home / "paper-signer.pem")

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Every test client is a server of its own: static files are looked up when asked for, not listed at each start.
WHITENOISE_AUTOREFRESH = True
# What a test has just done is seen at once; tests/disclosure/test_keeping.py keeps pages.
PAGE_CACHE_SECONDS = 0
# A task asked for in a test waits in memory; tests call the function the task wakes.
CELERY_BROKER_URL = "memory://"
