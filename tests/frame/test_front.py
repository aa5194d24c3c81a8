"""The front of a bare machine: one origin, bodies as they come, the visitor's address not his to claim."""

import asyncio
from pathlib import Path

import aiohttp
from aiohttp import web

from platform_site.embedded import front

MEGABYTE = 1024 * 1024


async def behind(tmp_path: Path, handler, visit):
    """What `visit(session, origin)` returns, before a front with `handler` as web process and one more as stream."""

    async def stream(request: web.Request) -> web.Response:
        return web.Response(text="from the stream process")

    runners = []
    for name, answer in (("web", handler), ("stream", stream)):
        app = web.Application(client_max_size=64 * MEGABYTE)
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.UnixSite(runner, str(tmp_path / f"{name}.sock")).start()
        runners.append(runner)
    runner = web.AppRunner(front.application(tmp_path / "web.sock", tmp_path / "stream.sock"))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    try:
        async with aiohttp.ClientSession(auto_decompress=False) as session:
            return await visit(session, f"http://127.0.0.1:{port}")
    finally:
        for one in [runner, *runners]:
            await one.cleanup()


def test_the_visitor_s_own_claim_of_an_address_is_overwritten(tmp_path):
    async def handler(request):
        return web.json_response({name: value for name, value in request.headers.items() if "Forwarded" in name})

    async def visit(session, origin):
        claims = {"X-Forwarded-For": "6.6.6.6", "Forwarded": "for=6.6.6.6", "X-Forwarded-Proto": "https"}
        async with session.get(origin, headers=claims) as answer:
            return await answer.json(), origin

    told, origin = asyncio.run(behind(tmp_path, handler, visit))

    assert told == {
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": origin.removeprefix("http://"),
    }


def test_a_large_body_passes_in_pieces_and_whole(tmp_path):
    async def handler(request):
        size = 0
        async for piece in request.content.iter_any():
            size += len(piece)
        return web.Response(text=str(size))

    async def visit(session, origin):
        async def pieces():
            for _ in range(40):
                yield b"x" * MEGABYTE

        async with session.post(origin, data=pieces()) as answer:
            return await answer.text()

    assert asyncio.run(behind(tmp_path, handler, visit)) == str(40 * MEGABYTE)


def test_what_the_web_process_streams_arrives_before_it_ends(tmp_path):
    async def visit(session, origin):
        async with session.get(origin) as answer:
            first = await asyncio.wait_for(answer.content.readany(), 5)
            visit.go.set()
            return first, await answer.content.read()

    async def handler(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first")
        await visit.go.wait()
        await response.write(b"second")
        return response

    async def both():
        visit.go = asyncio.Event()
        return await behind(tmp_path, handler, visit)

    assert asyncio.run(both()) == (b"first", b"second")


def test_addresses_cookies_and_statuses_pass_unchanged(tmp_path):
    async def handler(request):
        response = web.Response(status=302, text=request.raw_path, headers={"Location": "/there?x=%E4%B8%AD"})
        response.headers.add("Set-Cookie", "a=1")
        response.headers.add("Set-Cookie", "b=2")
        return response

    async def visit(session, origin):
        async with session.get(f"{origin}/a%2Fb/?q=%E5%85%AC+x", allow_redirects=False) as answer:
            return answer.status, answer.headers.getall("Set-Cookie"), answer.headers["Location"]

    assert asyncio.run(behind(tmp_path, handler, visit)) == (302, ["a=1", "b=2"], "/there?x=%E4%B8%AD")


def test_streams_go_to_the_stream_process(tmp_path):
    async def handler(request):
        return web.Response(text="from the web process")

    async def visit(session, origin):
        async with session.get(f"{origin}/stream/?ticket=x") as answer, session.get(f"{origin}/streams") as other:
            return await answer.text(), await other.text()

    assert asyncio.run(behind(tmp_path, handler, visit)) == ("from the stream process", "from the web process")


def test_while_the_web_process_is_away_the_front_says_so(tmp_path):
    async def visit(session, origin):
        (tmp_path / "web.sock").unlink()
        async with session.get(origin) as answer:
            return answer.status, answer.headers["Retry-After"]

    async def handler(request):
        return web.Response()

    assert asyncio.run(behind(tmp_path, handler, visit)) == (503, "2")
