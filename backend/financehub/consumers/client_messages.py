"""What a client may say: one schema for every message, checked while decoding."""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Struct

from financehub.errors import Invalid, TooLarge

MAX_MESSAGE_BYTES = 65_536

MessageId: TypeAlias = Annotated[str, Meta(max_length=64)] | int | None
_Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
_Names: TypeAlias = Annotated[list[_Name], Meta(min_length=1, max_length=200)]


class _Message(Struct, frozen=True, kw_only=True, tag_field="action", forbid_unknown_fields=True):
    id: MessageId = None


class Subscribe(_Message, frozen=True, kw_only=True, tag="subscribe"):
    """Watch every one of `streams` of every one of `symbols`."""

    symbols: _Names
    streams: _Names


class Unsubscribe(_Message, frozen=True, kw_only=True, tag="unsubscribe"):
    symbols: _Names
    streams: _Names


class ListTopics(_Message, frozen=True, kw_only=True, tag="list"):
    """Ask what this socket watches."""


class Ping(_Message, frozen=True, kw_only=True, tag="ping"):
    """Ask for a sign of life."""


class ResumePoint(Struct, frozen=True, forbid_unknown_fields=True):
    """The last frame of a topic that the client has."""

    topic: Annotated[str, Meta(min_length=1, max_length=140)]
    epoch: Annotated[str, Meta(max_length=64)]
    seq: Annotated[int, Meta(ge=0)]


class Resume(_Message, frozen=True, kw_only=True, tag="resume"):
    """Watch again after a disconnect, from where each topic was left."""

    topics: Annotated[list[ResumePoint], Meta(min_length=1, max_length=200)]


class Refresh(_Message, frozen=True, kw_only=True, tag="refresh"):
    """Stay connected with a newer access token."""

    token: Annotated[str, Meta(max_length=4096)]


ClientMessage: TypeAlias = Subscribe | Unsubscribe | ListTopics | Ping | Resume | Refresh


class _Addressed(Struct):
    id: MessageId = None


_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_address_decoder = msgspec.json.Decoder(_Addressed)


def read_message(text: str) -> ClientMessage:
    """Return what `text` says. Raises TooLarge above 64 KB and Invalid, naming the field, for what is no message."""
    if len(text) > MAX_MESSAGE_BYTES or len(text.encode()) > MAX_MESSAGE_BYTES:
        raise TooLarge(f"a message has at most {MAX_MESSAGE_BYTES} bytes", limit=MAX_MESSAGE_BYTES)
    try:
        return _decoder.decode(text)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Invalid(f"this is no message: {error}") from None


def read_id(text: str) -> MessageId:
    """Return the id of a message that may be wrong otherwise, None where it has none."""
    try:
        return _address_decoder.decode(text).id
    except (msgspec.MsgspecError, RecursionError):
        return None
