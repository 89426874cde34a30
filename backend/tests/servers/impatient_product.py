"""The product with short time-outs and no memory for quotes, so that drills need not wait: `python -m servers.impatient_product …`.

Nothing else differs: the same command line, server, rooms and decisions.
"""

import sys
from functools import partial

from financehub.orchestration import cache_manager, quote_reader, source_order
from financehub.project.command_line.__main__ import main
from financehub.providers import base_api_fetcher, classify_response
from financehub.providers.provider import Dataset
from financehub.streaming import source_feed


def make_impatient() -> None:
    """Shorten what a person would not notice but a drill would wait for."""
    lifetimes = dict(cache_manager.LIFETIME_SECONDS) | {Dataset.QUOTES: 0.0}
    cache_manager.LIFETIME_SECONDS.update(lifetimes)  # type: ignore[attr-defined]  # a mapping to readers, a dict in truth
    quote_reader.INCOMPLETE_SECONDS = 0.0
    source_order._FIRST_REST_SECONDS = 0.2
    source_order._LONGEST_REST_SECONDS = 0.5
    policy = base_api_fetcher.FetchPolicy
    base_api_fetcher.FetchPolicy = partial(  # type: ignore[misc,assignment]
        policy, deadline_seconds=2.0, read_seconds=0.5, backoff_seconds=0.02, attempts=2
    )
    classify_response._REFUSAL_SECONDS = 1.0
    source_feed.SILENT_SECONDS = 1.5


if __name__ == "__main__":
    make_impatient()
    sys.exit(main())
