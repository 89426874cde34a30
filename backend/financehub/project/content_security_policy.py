"""The content security policy of each exported page: scripts from ourselves and the page's own inline ones by hash."""

import base64
import hashlib
import re

_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)


def content_security_policy(html: bytes) -> str:
    """Return the header value for a page: its inline scripts by SHA-256, no unsafe-inline or unsafe-eval for scripts.

    Styles may be inline: components position themselves with style attributes, and a style cannot run code.
    """
    hashes = sorted({base64.b64encode(hashlib.sha256(body).digest()).decode() for body in _INLINE_SCRIPT.findall(html) if body})
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in hashes)])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
