import asyncio

import pytest
from scripted_sources import DictCatalogue, make_catalogue

from financehub.errors import FinanceHubError, NotFound
from financehub.orchestration.naming import REMEMBERED_SECONDS, Known, Naming
from financehub.orchestration.storage_threads import StorageThreads


class Seconds:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def make_naming(catalogue: DictCatalogue) -> tuple[Naming, Seconds, StorageThreads]:
    seconds, threads = Seconds(), StorageThreads()
    return Naming(catalogue, threads, seconds), seconds, threads


async def test_what_was_looked_up_is_remembered_for_five_minutes() -> None:
    catalogue = make_catalogue()
    naming, seconds, threads = make_naming(catalogue)
    known = await naming.get("BTCUSDT")
    assert (known.instrument.symbol, known.names["second"]) == ("BTCUSDT", "BTC-USD")
    seconds.now += REMEMBERED_SECONDS - 1
    await naming.get("BTCUSDT")
    assert catalogue.lookups == 1
    seconds.now += 1
    await naming.get("BTCUSDT")
    assert catalogue.lookups == 2
    threads.close()


async def test_many_who_ask_at_once_share_one_look_up() -> None:
    catalogue = make_catalogue()
    naming, _, threads = make_naming(catalogue)
    found = await asyncio.gather(*(naming.get("BTCUSDT") for _ in range(100)))
    assert {known.instrument.symbol for known in found} == {"BTCUSDT"}
    assert catalogue.lookups == 1
    threads.close()


async def test_a_change_of_the_catalogue_is_seen_at_once_when_told() -> None:
    catalogue = make_catalogue()
    naming, _, threads = make_naming(catalogue)
    await naming.get("BTCUSDT")
    catalogue.names["BTCUSDT"] = {"second": "XBT"}
    naming.forget_all()
    assert (await naming.get("BTCUSDT")).names == {"second": "XBT"}
    threads.close()


async def test_the_unknown_is_told_per_symbol_and_not_remembered() -> None:
    catalogue = make_catalogue()
    naming, _, threads = make_naming(catalogue)
    found = await naming.find_all(["AAPL", "NOPE", "AAPL"])
    assert isinstance(found["AAPL"], Known)
    assert isinstance(found["NOPE"], NotFound)
    with pytest.raises(FinanceHubError):
        await naming.get("NOPE")
    assert catalogue.lookups == 3
    threads.close()
