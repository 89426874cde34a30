import socket

import pytest

from financehub.errors import PortInUse
from financehub.project.command_line.serve import listen


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
