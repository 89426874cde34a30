"""The least a server can do: a bare ASGI application, and a bare `websockets` server that sends one text to everybody."""

import asyncio
import json
import os
import sys
import time
from typing import Any

import uvicorn
import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

BODY = b'{"status":"ok"}' + b" " * 600
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


async def bare_application(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


def announce(port: int) -> None:
    sys.stdout.write(json.dumps({"address": f"127.0.0.1:{port}", "tokens": [""], "pid": os.getpid()}) + "\n")
    sys.stdout.flush()


class BareServer(uvicorn.Server):
    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        announce(self.servers[0].sockets[0].getsockname()[1])


async def serve_broadcasts() -> None:
    """Broadcast as commanded on standard input, in the manner of bench_server."""
    sockets: set[ServerConnection] = set()

    async def keep(socket: ServerConnection) -> None:
        sockets.add(socket)
        await socket.wait_closed()
        sockets.discard(socket)

    async with serve(keep, "127.0.0.1", 0, compression=None, ping_interval=None) as server:
        announce(server.sockets[0].getsockname()[1])
        while line := await asyncio.to_thread(sys.stdin.readline):
            command = json.loads(line)
            started, cpu, published = time.monotonic(), time.process_time(), 0
            while (now := time.monotonic()) < started + command["seconds"]:
                due = int((now - started) * command["per_second"]) - published
                if due > 0:
                    head = f'{{"at":{time.monotonic_ns()},"fill":"'
                    broadcast(sockets, head + "x" * (command["size"] - len(head) - 2) + '"}')
                    published += 1
                await asyncio.sleep(max(0.0, started + (published + 1) / command["per_second"] - time.monotonic()))
            done = {"published": published, "cpu_seconds": time.process_time() - cpu, "seconds": time.monotonic() - started}
            sys.stdout.write(json.dumps(done) + "\n")
            sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[1] == "http":
        BareServer(uvicorn.Config(bare_application, port=0, log_config=None, access_log=False)).run()
    else:
        uvloop.run(serve_broadcasts())
