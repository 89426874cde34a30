"""Django's handler without a thread for each request that needs none."""

from contextlib import closing
from typing import Any, cast

from asgiref.sync import SyncToAsync, sync_to_async
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix


class LoopHandler(ASGIHandler):
    """Answer a request in the event loop, its whole body being there already (`BodyLimit` saw to that).

    Django's own starts and joins a thread for every request, only to ask whether that thread has old database connections. Here a
    request that used its thread is closed in it, as with Django, and any other in the loop. A caller who leaves does not stop what was
    begun: its answer is remembered for the next one.
    """

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with closing(body):
            set_script_prefix(get_script_prefix(scope))
            request, refusal = self.create_request(scope, body)
            response = await self.run_get_response(request) if request is not None else cast(HttpResponseBase, refusal)
            try:
                await self.send_response(response, send)
            finally:
                await _close(response)


async def _close(response: HttpResponseBase) -> None:
    """End the request where its database work was done, so that connections opened for it are closed by their own thread."""
    context = SyncToAsync.thread_sensitive_context.get(None)
    if context is not None and context in SyncToAsync.context_to_thread_executor:
        await sync_to_async(response.close)()
    else:
        response.close()
