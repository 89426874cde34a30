import json
import logging

from financehub.project.log_setup import JsonFormatter, LineFormatter


def record(**extra: int) -> logging.LogRecord:
    made = logging.makeLogRecord(
        {"name": "financehub.x", "levelname": "WARNING", "msg": "lost %s", "args": ("one",), "created": 0.5}
    )
    made.__dict__.update(extra)
    return made


def test_line_has_the_extras_behind_the_words() -> None:
    assert LineFormatter().format(record(user=7)).endswith(" WARNING financehub.x lost one user=7")


def test_json_is_one_object_with_the_extras() -> None:
    assert json.loads(JsonFormatter().format(record(user=7))) == {
        "time": 0.5,
        "level": "WARNING",
        "logger": "financehub.x",
        "message": "lost one",
        "user": 7,
    }


def test_json_carries_the_exception() -> None:
    try:
        raise ValueError("why")
    except ValueError as error:
        made = record()
        made.exc_info = (type(error), error, error.__traceback__)
    assert json.loads(JsonFormatter().format(made))["exception"].endswith("ValueError: why")
