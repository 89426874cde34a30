"""One instrument that somebody watches: its channels, where they are fed from, and how each is doing."""

from msgspec import Struct, field

from financehub.errors import FinanceHubError
from financehub.orchestration.naming import Known
from financehub.providers.provider import StreamTopic
from financehub.streaming.live_payloads import SymbolStatus, TopicStatus
from financehub.streaming.live_topics import LiveTopic
from financehub.streaming.source_feed import STALE, SourceFeed

POLLED = "polled"
UNAVAILABLE = "unavailable"


class WatchedSymbol(Struct, kw_only=True):
    """The watched streams of one instrument, each with its subscription at the source; None where it is polled or not to be had."""

    known: Known
    feed: SourceFeed | None
    topics: dict[LiveTopic, StreamTopic | None] = field(default_factory=dict)
    reasons: dict[LiveTopic, str] = field(default_factory=dict)
    polled: set[LiveTopic] = field(default_factory=set)
    published: bytes = b""

    def note_failure(self, error: FinanceHubError | None) -> None:
        """Keep why the last poll failed; None means that it worked."""
        for topic in self.polled:
            self.reasons[topic] = error.message if error else ""

    def status(self) -> SymbolStatus:
        return SymbolStatus(self.known.instrument.symbol, {topic.stream_name: self._status_of(topic) for topic in self.topics})

    def _status_of(self, topic: LiveTopic) -> TopicStatus:
        at_source = self.topics[topic]
        if at_source is not None and self.feed is not None:
            return self.feed.status(at_source)
        reason = self.reasons.get(topic, "")
        if topic in self.polled:
            return TopicStatus(STALE, reason) if reason else TopicStatus(POLLED)
        return TopicStatus(UNAVAILABLE, reason)
