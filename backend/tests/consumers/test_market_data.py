from consumers.socket_market import PROVENANCE, payload


async def test_subscribe_gives_ack_snapshot_and_numbered_updates(browser, bus, fan_out):
    await bus.publish("quotes.VENUE.BTCUSDT", payload({"price": 1.0}), retain=True)
    page = await browser.open()
    await page.say(action="subscribe", symbols=["BTCUSDT"], streams=["price"], id="7")
    assert await page.hear() == {"v": 1, "type": "ack", "id": "7", "action": "subscribe", "topics": ["price:BTCUSDT"]}
    snapshot = await page.hear()
    assert snapshot == {
        "v": 1,
        "type": "snapshot",
        "topic": "price:BTCUSDT",
        "epoch": fan_out.epoch,
        "seq": 1,
        "data": {"price": 1.0},
        "provenance": {**PROVENANCE, "freshness": snapshot["provenance"]["freshness"]},
    }
    await bus.publish("quotes.VENUE.BTCUSDT", payload({"price": 2.0}), retain=True)
    assert await page.hear() == {
        "v": 1,
        "type": "update",
        "topic": "price:BTCUSDT",
        "epoch": fan_out.epoch,
        "seq": 2,
        "data": {"price": 2.0},
        "provenance": PROVENANCE,
    }
    await page.disconnect()
