"""Find the adapters by looking in their folder; there is no list to keep."""

import importlib
import pkgutil
from types import ModuleType

from financehub.providers import adapters
from financehub.providers.provider import Provider


def load_providers(package: ModuleType = adapters) -> dict[str, Provider]:
    """Return every provider by its id, in the order of their names.

    Raises ValueError where an adapter exposes no `PROVIDER` or one whose id is not the name of its module: a mistake of ours, found
    at start.
    """
    found: dict[str, Provider] = {}
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda entry: entry.name):
        provider = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "PROVIDER", None)
        if not isinstance(provider, Provider):
            raise ValueError(f"the adapter {module.name} exposes no PROVIDER")
        if provider.id != module.name:
            raise ValueError(f"the adapter {module.name} calls itself {provider.id}: the id is the module's name")
        found[module.name] = provider
    return found
