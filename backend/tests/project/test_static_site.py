import gzip
from pathlib import Path
from typing import Any

import pytest

from financehub.project.content_security_policy import content_security_policy
from financehub.project.static_site import StaticSite


@pytest.fixture
def site(tmp_path: Path) -> StaticSite:
    files = {
        "index.html": b"<p>home</p>",
        "markets.html": b"<script>a()</script>",
        "assets/_.html": b"asset page",
        "assets/_.txt": b"asset data",
        "assets/_/inner.txt": b"inner data",
        "assets/help.html": b"help",
        "404.html": b"lost",
        "_next/static/app.js": b"let x = 1;" * 100,
    }
    for name, body in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    (tmp_path / "_next/static/app.js.gz").write_bytes(gzip.compress(files["_next/static/app.js"]))
    (tmp_path / "_next/static/app.js.br").write_bytes(b"brotli")
    return StaticSite(tmp_path)


async def ask(site: StaticSite, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    await site({"type": "http", "path": path, "method": method, "headers": pairs}, receive, send)
    found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], found, sent[1]["body"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/", b"<p>home</p>"),
        ("/markets", b"<script>a()</script>"),
        ("/markets/", b"<script>a()</script>"),
        ("/assets/AAPL", b"asset page"),
        ("/assets/BRK.B", b"asset page"),
        ("/assets/%5EGSPC", b"asset page"),
        ("/assets/AAPL.txt", b"asset data"),
        ("/assets/AAPL/inner.txt", b"inner data"),
        ("/assets/help", b"help"),
    ],
)
async def test_path_finds_its_page(site: StaticSite, path: str, body: bytes) -> None:
    assert (await ask(site, path))[0::2] == (200, body)


@pytest.mark.parametrize("path", ["/nowhere", "/assets", "/assets/AAPL/more/deep", "/../secret", "/assets/"])
async def test_unknown_path_is_the_not_found_page(site: StaticSite, path: str) -> None:
    assert (await ask(site, path))[0::2] == (404, b"lost")


async def test_smallest_accepted_form_is_served(site: StaticSite) -> None:
    status, headers, body = await ask(site, "/_next/static/app.js", accept_encoding="gzip, br")
    assert (status, headers["content-encoding"], body) == (200, "br", b"brotli")
    status, headers, body = await ask(site, "/_next/static/app.js", accept_encoding="gzip")
    assert (headers["content-encoding"], gzip.decompress(body)) == ("gzip", b"let x = 1;" * 100)
    status, headers, body = await ask(site, "/_next/static/app.js")
    assert ("content-encoding" in headers, body) == (False, b"let x = 1;" * 100)
    assert headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_head_has_the_length_and_no_body(site: StaticSite) -> None:
    status, headers, body = await ask(site, "/", method="HEAD")
    assert (status, headers["content-length"], body) == (200, "11", b"")


async def test_known_page_is_not_sent_again(site: StaticSite) -> None:
    _, headers, _ = await ask(site, "/")
    status, again, body = await ask(site, "/", if_none_match=headers["etag"])
    assert (status, again["etag"], body) == (304, headers["etag"], b"")
    assert headers["cache-control"] == "no-cache"


async def test_page_carries_a_strict_policy_and_no_sniffing(site: StaticSite) -> None:
    _, headers, _ = await ask(site, "/markets")
    # sha256 of `a()`, computed with: printf 'a()' | openssl dgst -sha256 -binary | base64
    assert "script-src 'self' 'sha256-qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4='" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_policy_names_each_inline_script_once_and_no_external_one() -> None:
    policy = content_security_policy(
        b'<script src="/a.js"></script><script>1</script><script>1</script><script id="x">2</script>'
    )
    scripts = policy.split("script-src ")[1].split(";")[0].split()
    assert scripts == [
        "'self'",
        "'sha256-1HNeOiZeFu7gP1lxi5tdAwGcB9i2xR+Q2jpmbuwTqzU='",
        "'sha256-a4ayc/80/OGda4BO/1o/V0etpOqiLx1JwB5S3beHW0s='",
    ]
    assert "unsafe-eval" not in policy


def test_an_unbuilt_folder_says_so(tmp_path: Path) -> None:
    assert StaticSite(tmp_path).is_built is False
