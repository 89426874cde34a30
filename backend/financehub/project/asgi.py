"""The application: REST by Django, live data by WebSocket, the terminal's files, and what runs beside them."""

import os
from importlib import import_module
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "financehub.project.settings")
django.setup()

from channels.routing import ProtocolTypeRouter  # noqa: E402 - Django must be ready before the doors are imported

from financehub.api.body_limit import BodyLimit  # noqa: E402
from financehub.api.loop_handler import LoopHandler  # noqa: E402
from financehub.consumers.routing import websocket_application  # noqa: E402
from financehub.errors import FinanceHubError  # noqa: E402
from financehub.project.runtime import Runtime  # noqa: E402
from financehub.project.settings import ALLOWED_HOSTS, CONFIGURATION  # noqa: E402
from financehub.project.site_guard import SiteGuard  # noqa: E402
from financehub.project.static_site import Receive, Scope, Send, StaticSite  # noqa: E402

import_module("financehub.project.urls")  # at start, not by the first request: a mistake in a route shows at once


class HttpSwitch:
    """Give /api to Django and everything else to the terminal's files."""

    def __init__(self, django_application: Any, site: SiteGuard) -> None:
        self._django = django_application
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_api = scope["path"] == "/api" or scope["path"].startswith("/api/")
        await (self._django if is_api else self._site)(scope, receive, send)


class Lifespan:
    """Start what runs beside the requests before the first of them, and stop it after the last."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._runtime.start()
        except FinanceHubError as error:
            await send({"type": "lifespan.startup.failed", "message": error.message})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._runtime.stop()
        await send({"type": "lifespan.shutdown.complete"})


django_application: Any = LoopHandler()  # typed more narrowly than ASGI itself

site = SiteGuard(
    StaticSite(CONFIGURATION.frontend_dir),
    allowed_hosts=ALLOWED_HOSTS,
    trusted_proxies=CONFIGURATION.trusted_proxies,
    is_behind_tls=CONFIGURATION.is_behind_tls,
)

application = ProtocolTypeRouter(
    {
        "http": HttpSwitch(BodyLimit(django_application), site),
        "websocket": websocket_application,
        "lifespan": Lifespan(Runtime(CONFIGURATION)),
    }
)
