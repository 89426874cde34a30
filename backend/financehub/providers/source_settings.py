"""What an operator sets for one source: other hosts, a key, who is asking."""

from collections.abc import Mapping

from msgspec import Struct

from financehub.errors import Invalid
from financehub.providers.provider import Provider


class SourceSettings(Struct, frozen=True, kw_only=True):
    """Overrides of base URLs by host name, the key, the contact that polite sources want to be told, and a factor on the limits.

    `limit_factor` is for those whom the source allows more (a paid plan, a copy hosted by themselves) or less.
    """

    hosts: Mapping[str, str] = {}
    key: str | None = None
    contact: str = ""
    limit_factor: float = 1.0

    def __repr__(self) -> str:
        return f"SourceSettings(hosts={dict(self.hosts)!r}, key={'set' if self.key else None}, contact={self.contact!r})"

    def base_url(self, provider: Provider, host: str) -> str:
        """Return where `host` of the provider is reached, without a slash at the end."""
        return self.hosts.get(host, provider.hosts[host]).rstrip("/")


def setting_name(provider: Provider, what: str) -> str:
    """Return the environment variable that sets `what` ("KEY", "REST_URL") of a provider."""
    return f"FINANCEHUB_{provider.id}_{what}".upper()


def read_source_settings(provider: Provider, environment: Mapping[str, str]) -> SourceSettings:
    """Return what `environment` sets for `provider`; raises Invalid, naming the setting, for a value that cannot be used."""
    hosts = {}
    for host in provider.hosts:
        name = setting_name(provider, f"{host}_URL")
        if url := environment.get(name, "").strip():
            if not url.startswith(("http://", "https://", "ws://", "wss://")):
                raise Invalid(f"{name} must be a URL with its scheme, was {url!r}", setting=name)
            hosts[host] = url
    return SourceSettings(
        hosts=hosts,
        key=_read_header_text(setting_name(provider, "KEY"), environment) or None,
        contact=_read_header_text("FINANCEHUB_CONTACT", environment),
        limit_factor=_read_factor(setting_name(provider, "LIMIT_FACTOR"), environment),
    )


def _read_factor(name: str, environment: Mapping[str, str]) -> float:
    text = environment.get(name, "").strip() or "1"
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor < float("inf"):
        raise Invalid(f"{name} must be a number above 0, was {text!r}", setting=name)
    return factor


def _read_header_text(name: str, environment: Mapping[str, str]) -> str:
    """Return a text that may stand in an HTTP header; the complaint about one that may not never shows it."""
    text = environment.get(name, "").strip()
    if not (text.isascii() and (text.isprintable() or not text)):
        raise Invalid(f"{name} may hold printable ASCII characters only", setting=name)
    return text
