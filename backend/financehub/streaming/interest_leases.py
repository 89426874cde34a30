"""Who watches what, as leases that run out: a lost goodbye does no harm."""

from collections.abc import Iterable

from msgspec import Struct

LINGER_SECONDS = 30.0
MAX_LEASE_SECONDS = 300.0


class Interest(Struct, frozen=True):
    """What a door publishes while somebody watches `symbol`: stream names ("price", "bars:1m") for `ttl` more seconds."""

    symbol: str
    streams: list[str]
    ttl: float = LINGER_SECONDS


class InterestLeases:
    """Remember until when each (symbol, stream) is wanted, by a clock that the caller reads."""

    def __init__(self) -> None:
        self._until: dict[str, dict[str, float]] = {}

    @property
    def symbols(self) -> list[str]:
        return list(self._until)

    def streams(self, symbol: str) -> frozenset[str]:
        return frozenset(self._until.get(symbol, ()))

    def renew(self, interest: Interest, now: float) -> bool:
        """Take or prolong a lease, never shorten one; return whether anything new is wanted."""
        wanted = self._until.setdefault(interest.symbol, {})
        before = len(wanted)
        until = now + min(max(interest.ttl, 0.0), MAX_LEASE_SECONDS)
        for stream in interest.streams:
            wanted[stream] = max(until, wanted.get(stream, 0.0))
        if not wanted:
            del self._until[interest.symbol]
        return len(wanted) > before

    def keep(self, symbols: Iterable[str], streams: list[str]) -> None:
        """Want `streams` of `symbols` for ever."""
        for symbol in symbols:
            self._until.setdefault(symbol, {}).update(dict.fromkeys(streams, float("inf")))

    def expire(self, now: float) -> list[str]:
        """Drop what ran out; return the symbols that want less than before."""
        fewer = []
        for symbol, wanted in list(self._until.items()):
            left = {stream: until for stream, until in wanted.items() if until > now}
            if len(left) < len(wanted):
                fewer.append(symbol)
                self._until[symbol] = left
            if not left:
                del self._until[symbol]
        return fewer
