import socket
from pathlib import Path

import pytest

from financehub.errors import PortInUse
from financehub.project.command_line.serve import announcement, listen
from financehub.project.configuration import Configuration, DataMode


def test_free_port_is_taken() -> None:
    listener = listen("127.0.0.1", 0)
    assert listener.getsockname()[0] == "127.0.0.1"
    listener.close()


def test_taken_port_is_named_with_another_to_choose() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(PortInUse) as caught:
            listen("127.0.0.1", port)
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in caught.value.message
    assert f"PORT={port + 1} make run" in caught.value.message
    assert caught.value.facts == {"port": port}


def test_announcement_of_a_market_that_is_not_real_says_where_to_break_it() -> None:
    simulated = Configuration(data_dir=Path("/d"), mode=DataMode.SIMULATED, simulator_port=9000)
    assert announcement(simulated, "http://h:1", "http://h:1/sign-in#token=t").splitlines() == [
        "",
        "FinanceHub (simulated) serves http://h:1",
        "Sign in once with http://h:1/sign-in#token=t",
        "The simulated market answers at http://127.0.0.1:9000 (docs/simulator.md: break it on purpose)",
        "Stop with Ctrl-C. For a new link: financehub link --mode simulated",
    ]
    assert "market answers" not in announcement(Configuration(data_dir=Path("/d")), "http://h:1", "x")


def test_announcement_on_every_address_says_who_is_refused() -> None:
    opened = Configuration(data_dir=Path("/d"), allowed_hosts=("0.0.0.0", "localhost"))
    assert "Other machines are refused until FINANCEHUB_ALLOWED_HOSTS lists" in announcement(opened, "http://h:1", "x")
