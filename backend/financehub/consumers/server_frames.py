"""What the server says: every frame but those with market data, which are made beside their topic."""

from datetime import datetime
from typing import Any

import msgspec

from financehub.consumers.client_messages import MessageId
from financehub.errors import FinanceHubError

_encoder = msgspec.json.Encoder()


def _frame(kind: str, **fields: Any) -> str:
    return _encoder.encode({"v": 1, "type": kind, **fields}).decode()


def welcome_frame(*, mode: str, market_time: datetime, replay_speed: float | None, epoch: str, expires_at: datetime) -> str:
    return _frame("welcome", mode=mode, market_time=market_time, replay_speed=replay_speed, epoch=epoch, expires_at=expires_at)


def ack_frame(message_id: MessageId, action: str, topics: list[str], **more: Any) -> str:
    return _frame("ack", id=message_id, action=action, topics=topics, **more)


def pong_frame(message_id: MessageId, market_time: datetime) -> str:
    return _frame("pong", id=message_id, market_time=market_time)


def error_frame(message_id: MessageId, error: FinanceHubError) -> str:
    return _frame("error", id=message_id, code=error.code, message=error.message, facts=error.facts)


def status_frame(topic: str, state: str, reason: str) -> str:
    return _frame("status", topic=topic, state=state, reason=reason)


def gap_frame(topic: str, epoch: str, from_seq: int, to_seq: int) -> str:
    return _frame("gap", topic=topic, epoch=epoch, from_seq=from_seq, to_seq=to_seq)
