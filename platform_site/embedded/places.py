"""Where the embedded servers live on this machine."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from platform_site.embedded.trouble import Trouble

# A Unix socket's path may hold 107 bytes; PostgreSQL appends "/.s.PGSQL.5432.lock" beside it.
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432")
ROOT_HOME = Path("/var/lib/ggzy-portal")


@dataclass(frozen=True)
class Places:
    """Folders of one set of servers.

    Attributes:
        home: data, logs, lock and holders.
        run: sockets; short enough for the kernel, entered by nobody else.
        account: (uid, gid) PostgreSQL runs as where we are root, else None; it refuses to run as root.
    """

    home: Path
    run: Path
    account: tuple[int, int] | None

    @property
    def pgdata(self) -> Path:
        return self.home / "pg"

    @property
    def redis_socket(self) -> Path:
        return self.run / "redis.sock"


def places(local: Path) -> Places:
    """The folders for the checkout whose local folder is `local`, made and safe to use.

    As root the data lives under /var/lib instead: PostgreSQL then runs as another account, which must reach it, and
    opening up the parents of somebody's home would be rude.

    Raises:
        Trouble: a folder belongs to somebody else, or as root no account for PostgreSQL can be found or made.
    """
    local = local.absolute()
    key = hashlib.sha256(str(local).encode()).hexdigest()[:12]
    if os.geteuid() != 0:
        home = local / "servers"
        _own_folder(home, os.geteuid())
        run = home / "run"
        if len(os.fsencode(run)) > LONGEST_SOCKET_FOLDER:
            run = Path(f"/tmp/ggzy-{os.geteuid()}-{key}")
        _own_folder(run, os.geteuid())
        return Places(home, run, None)
    account = _account()
    home = ROOT_HOME / key
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    run = home / "run"
    _own_folder(run, account[0], account)
    _own_folder(home / "pg", account[0], account)
    if not (home / "local-folder").exists():
        (home / "local-folder").write_text(f"{local}\n")
    return Places(home, run, account)


def orphaned_homes() -> list[Path]:
    """Homes under /var/lib whose checkout or local folder is gone. Nobody can start servers there again."""
    found = []
    for mark in ROOT_HOME.glob("*/local-folder"):
        if not Path(mark.read_text().strip()).exists():
            found.append(mark.parent)
    return found


def _own_folder(path: Path, uid: int, account: tuple[int, int] | None = None) -> None:
    """`path` is a folder only `uid` may enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if account and found.st_uid == 0:
        os.chown(path, *account)
        found = path.lstat()
    if stat.S_ISLNK(found.st_mode) or found.st_uid != uid:
        raise Trouble(f"{path} belongs to somebody else; remove it or set PORTAL_LOCAL_DIR")
    path.chmod(0o700)


def _account() -> tuple[int, int]:
    """The unprivileged account PostgreSQL runs as when we are root."""
    for name in ("pgserver", "postgres"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    if maker := shutil.which("useradd"):
        made = subprocess.run([maker, "--system", "--no-create-home", "pgserver"], capture_output=True, check=False)
        if made.returncode == 0:
            found = pwd.getpwnam("pgserver")
            return found.pw_uid, found.pw_gid
    try:
        found = pwd.getpwnam("nobody")
    except KeyError:
        raise Trouble("PostgreSQL refuses to run as root and no other account exists; be an ordinary user") from None
    return found.pw_uid, found.pw_gid
