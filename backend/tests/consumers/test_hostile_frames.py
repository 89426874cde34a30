"""Whatever a client says: one clear answer or a clean close, never a fault of ours."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            "\x00",
            "BTCUSDT",
            "price",
            "bars:1m",
            "bars:",
            "price:BTCUSDT",
            ":",
            "*",
            "..",
            "a" * 70,
            "İ",
            "💥",
            "bars:1m:BTCUSDT",
        ]
    ),
    st.text(max_size=20),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=8,
)
ACTIONS = st.sampled_from(["subscribe", "unsubscribe", "list", "ping", "resume", "fly", "", None])
POINTS = st.fixed_dictionaries({"topic": TEXTS, "epoch": TEXTS, "seq": st.one_of(st.integers(), VALUES)})
MESSAGES = st.fixed_dictionaries(
    {"action": ACTIONS},
    optional={
        "symbols": st.one_of(st.lists(TEXTS, max_size=4), VALUES),
        "streams": st.one_of(st.lists(TEXTS, max_size=4), VALUES),
        "topics": st.one_of(st.lists(POINTS, max_size=3), VALUES),
        "id": VALUES,
        "extra": VALUES,
    },
)
RAW = st.one_of(
    MESSAGES.map(json.dumps), VALUES.map(json.dumps), st.text(max_size=100), st.just("[" * 60_000), st.just('{"id":' * 9_000)
)


@settings(max_examples=150, deadline=5_000, suppress_health_check=list(HealthCheck), derandomize=True)
@given(frames=st.lists(RAW, min_size=1, max_size=5))
async def test_frames_get_a_clear_answer(browser, connections, frames):
    page = await browser.open()
    for number, frame in enumerate(frames):
        await page.say_raw(frame)
        await page.say(action="ping", id=f"end {number}")
        while (answer := await page.hear()).get("id") != f"end {number}":
            assert answer["type"] in {"ack", "error", "pong", "snapshot", "status"}
            assert answer.get("code") != "error", (frame, answer)
    await page.disconnect()
    assert connections.count() == 0


@settings(max_examples=60, deadline=5_000, suppress_health_check=list(HealthCheck), derandomize=True)
@given(token=VALUES)
async def test_any_token_but_a_good_one_ends_the_socket_or_is_refused(browser, connections, token):
    page = await browser.open()
    await page.say(action="refresh", token=token, id="r")
    if isinstance(token, str):
        assert (await page.closed_with())[0] == 4401
    else:
        assert (await page.hear())["code"] == "invalid"
        await page.disconnect()
    assert connections.count() == 0
