"""The front on a bare machine: one origin, /stream/ to the stream process, the rest to the web process.

It does what nginx does in docker-compose.yml and no more: passes bodies through in both directions as they come, and
writes who the visitor is over whatever the visitor claimed.
"""

import argparse
import asyncio
import contextlib
from pathlib import Path

import aiohttp
from aiohttp import web
from yarl import URL

# These belong to one connection, not to the message (RFC 9110 section 7.6.1).
HOP_BY_HOP = {
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding",
    "upgrade", "proxy-connection",
}  # fmt: skip
CLAIMS = {"forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "x-real-ip"}
CHUNK_BYTES = 64 * 1024


class Front:
    """One origin before two Unix sockets."""

    def __init__(self, web_socket: Path, stream_socket: Path) -> None:
        self.web_socket, self.stream_socket = web_socket, stream_socket
        self.sessions: dict[str, aiohttp.ClientSession] = {}

    async def open(self, _: web.Application) -> None:
        """Connections to both processes are pooled from here on."""
        for name, path in (("web", self.web_socket), ("stream", self.stream_socket)):
            self.sessions[name] = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(str(path), limit=0),
                # No total limit: uploads and streams last as long as they last.
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
                auto_decompress=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            )

    async def close(self, _: web.Application) -> None:
        """No connection is left."""
        for session in self.sessions.values():
            await session.close()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The answer of the process behind, as it comes."""
        name = "stream" if request.path.startswith("/stream/") else "web"
        headers = [
            (key, value)
            for key, value in request.headers.items()
            if key.lower() not in HOP_BY_HOP and key.lower() not in CLAIMS
        ]
        headers += [
            ("X-Forwarded-For", request.remote or ""),
            ("X-Forwarded-Proto", request.scheme),
            ("X-Forwarded-Host", request.host),
        ]
        body = request.content if request.can_read_body else None
        try:
            upstream = await self.sessions[name].request(
                request.method,
                URL(f"http://portal{request.raw_path}", encoded=True),
                headers=headers,
                data=body,
                allow_redirects=False,
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            )
        except aiohttp.ClientError:
            return web.Response(status=503, text="系统正在启动，请稍候再试。", headers={"Retry-After": "2"})
        async with upstream:
            response = web.StreamResponse(status=upstream.status, reason=upstream.reason)
            for key, value in upstream.headers.items():
                if key.lower() not in HOP_BY_HOP:
                    response.headers.add(key, value)
            await response.prepare(request)
            if request.method != "HEAD":
                async for piece in upstream.content.iter_any():
                    await response.write(piece)
            with contextlib.suppress(ConnectionError):
                await response.write_eof()
            return response


def application(web_socket: Path, stream_socket: Path) -> web.Application:
    """The front as an aiohttp application."""
    front = Front(web_socket, stream_socket)
    app = web.Application(client_max_size=0)
    app.on_startup.append(front.open)
    app.on_cleanup.append(front.close)
    app.router.add_route("*", "/{path:.*}", front.answer)
    return app


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--web", type=Path, required=True)
    parser.add_argument("--stream", type=Path, required=True)
    options = parser.parse_args()
    web.run_app(
        application(options.web, options.stream),
        host=options.host,
        port=options.port,
        print=None,
        access_log=None,
        shutdown_timeout=1,
        loop=asyncio.new_event_loop(),
    )


if __name__ == "__main__":
    main()
