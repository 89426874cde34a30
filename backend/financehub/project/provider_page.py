"""The page `docs/providers.md`, drawn from what the adapters declare."""

from financehub.providers.provider import Limit, Provider
from financehub.providers.registry import load_providers

HEADER = """# Providers

Drawn from the adapters by `make docs`; a test keeps it current. Limits and facts are as read on the day beside them, at the place linked.
"""


def provider_page() -> str:
    """Return the page as Markdown."""
    return "\n".join([HEADER, *(_section(provider) for provider in load_providers().values())])


def _section(provider: Provider) -> str:
    rows = [f"## {provider.name}", "", f"`{provider.id}` · <{provider.homepage}> · {_key(provider)}"]
    if provider.retired:
        rows += ["", f"**Retired:** {provider.retired}"]
    rows += ["", "| endpoint | gives | for | delay | unit |", "|---|---|---|---|---|"]
    for endpoint in provider.endpoints:
        classes = ", ".join(sorted(endpoint.asset_classes))
        rows.append(f"| {endpoint.name} | {endpoint.dataset} | {classes} | {endpoint.delay_class} | {endpoint.unit} |")
    if provider.stream is not None:
        rows += ["", f"Live: {', '.join(sorted(provider.stream.kinds))}."]
    rows += ["", *(f"- Limit: {_limit(limit)}" for limit in provider.limits)]
    rows += [f"- {fact.text} ([{fact.verified_on}]({fact.source_url}))" for fact in provider.facts]
    hosts = ", ".join(f"`FINANCEHUB_{provider.id.upper()}_{name.upper()}_URL` ({url})" for name, url in provider.hosts.items())
    return "\n".join([*rows, f"- Hosts: {hosts}", ""])


def _key(provider: Provider) -> str:
    if provider.key is None:
        return "no key"
    return f"key {'required' if provider.key.is_required else 'optional'}: `FINANCEHUB_{provider.id.upper()}_KEY`"


def _limit(limit: Limit) -> str:
    return f"{limit.calls:,} in {limit.seconds:,} s per {limit.scope} ([{limit.verified_on}]({limit.source_url}))"


if __name__ == "__main__":
    print(provider_page(), end="")  # noqa: T201 - the page goes where the caller sends it
