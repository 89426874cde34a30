"""Where a page ended, written so that nobody builds on how."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from financehub.errors import Invalid


def write_cursor(key: str) -> str:
    """Return the cursor after the row whose key is `key`."""
    return urlsafe_b64encode(key.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> str:
    """Return the key in `cursor`; raises Invalid for what `write_cursor` never wrote."""
    try:
        key = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (ValueError, UnicodeError):
        key = ""
    if not key or write_cursor(key) != cursor:
        raise Invalid(f"after must be the `next` of the page before, was {cursor[:100]!r}", field="after", value=cursor[:100])
    return key
