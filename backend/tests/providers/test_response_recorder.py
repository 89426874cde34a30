from hashlib import sha256
from pathlib import Path

import msgspec
from made_up_source import CANARY, QUERY_KEY, make_provider

from financehub.providers.provider import Request
from financehub.providers.response_recorder import Reply, ResponseRecorder


def test_writes_the_body_and_its_circumstances_without_secrets(tmp_path: Path) -> None:
    reply = Reply(
        200,
        {
            "content-type": "application/json",
            "x-mbx-used-weight-1m": "20",
            "set-cookie": CANARY,
            "x-request-key": CANARY,
            "retry-after": "1",
        },
        b'{"a": 1}',
    )
    request = Request(path="/rows", params=(("page", "1"),))
    ResponseRecorder(tmp_path).record_response(make_provider(key=QUERY_KEY), "rows", request, reply)
    [body] = [path for path in (tmp_path / "acme" / "rows").iterdir() if not path.name.endswith(".meta.json")]
    meta = msgspec.json.decode(body.with_name(body.stem + ".meta.json").read_bytes())
    assert body.read_bytes() == b'{"a": 1}'
    assert meta["request"] == {"method": "GET", "url": "https://api.acme.example/rows", "params": {"page": "1"}}
    assert (meta["status"], meta["bytes"], meta["sha256"]) == (200, 8, sha256(b'{"a": 1}').hexdigest())
    assert meta["response_headers"] == {"content-type": "application/json", "x-mbx-used-weight-1m": "20", "retry-after": "1"}
    assert CANARY not in msgspec.json.encode(meta).decode()
