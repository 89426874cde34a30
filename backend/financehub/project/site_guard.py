"""What the terminal's files share with the REST door: only our own host names are served, and TLS once used stays used."""

from collections.abc import Awaitable, Callable, Sequence

from django.http.request import split_domain_port, validate_host

from financehub.accounts.client_address import is_trusted_proxy
from financehub.project.static_site import Receive, Scope, Send

_REFUSAL = b"this host name is not served here; the operator can allow it with FINANCEHUB_ALLOWED_HOSTS"
_HSTS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class SiteGuard:
    """Hand `inner` only requests for a host of ours: a page under a name that was rebound to us could ask in our user's name."""

    def __init__(
        self,
        inner: Callable[[Scope, Receive, Send], Awaitable[None]],
        *,
        allowed_hosts: Sequence[str],
        trusted_proxies: Sequence[str] = (),
        is_behind_tls: bool = False,
    ) -> None:
        self._inner = inner
        self._allowed_hosts = allowed_hosts
        self._trusted_proxies = trusted_proxies
        self._is_behind_tls = is_behind_tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._is_own_host(scope):
            await _refuse(send)
            return
        await self._inner(scope, receive, _with_hsts(send) if self._is_secure(scope) else send)

    def _is_own_host(self, scope: Scope) -> bool:
        hosts = _values(scope, b"host")
        domain = split_domain_port(hosts[0])[0] if len(hosts) == 1 else ""
        return bool(domain) and validate_host(domain, self._allowed_hosts)

    def _is_secure(self, scope: Scope) -> bool:
        if self._is_behind_tls or scope.get("scheme") == "https":
            return True
        peer = (scope.get("client") or ("",))[0]
        return _values(scope, b"x-forwarded-proto") == ["https"] and is_trusted_proxy(peer, self._trusted_proxies)


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").strip().lower() for key, value in scope["headers"] if key.lower() == name]


def _with_hsts(send: Send) -> Send:
    async def send_with_hsts(message: Scope) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], _HSTS]}
        await send(message)

    return send_with_hsts


async def _refuse(send: Send) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(_REFUSAL)).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": _REFUSAL})
