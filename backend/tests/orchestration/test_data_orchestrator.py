import pytest
from scripted_sources import DictBars, make_orchestrator

from financehub.errors import SetupError
from financehub.orchestration.data_orchestrator import current_orchestrator, install_orchestrator


async def test_a_process_has_one_orchestrator_once_it_was_started() -> None:
    with pytest.raises(SetupError):
        current_orchestrator()
    shelf = DictBars()
    orchestrator = make_orchestrator(bars=shelf)
    install_orchestrator(orchestrator)
    try:
        assert current_orchestrator() is orchestrator
        assert orchestrator.bar_shelf is shelf
    finally:
        install_orchestrator(None)
        await orchestrator.close()
    with pytest.raises(SetupError):
        current_orchestrator()
