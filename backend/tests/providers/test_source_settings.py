import pytest
from made_up_source import CANARY, make_provider

from financehub.errors import Invalid
from financehub.providers.registry import load_providers
from financehub.providers.source_settings import SourceSettings, read_source_settings, setting_name


def test_nothing_set_leaves_the_declared_hosts() -> None:
    binance = load_providers()["binance"]
    settings = read_source_settings(binance, {})
    assert settings == SourceSettings()
    assert settings.base_url(binance, "rest") == "https://data-api.binance.vision"


def test_reads_what_is_set_for_this_source_only() -> None:
    environment = {
        "FINANCEHUB_BINANCE_REST_URL": "http://127.0.0.1:9/binance/",
        "FINANCEHUB_BINANCE_STREAM_URL": "ws://127.0.0.1:9/binance",
        "FINANCEHUB_BINANCE_LIMIT_FACTOR": "2.5",
        "FINANCEHUB_ACME_KEY": CANARY,
        "FINANCEHUB_CONTACT": "Ada ada@acme.example",
    }
    binance = load_providers()["binance"]
    settings = read_source_settings(binance, environment)
    assert settings.base_url(binance, "rest") == "http://127.0.0.1:9/binance"
    assert settings.base_url(binance, "stream") == "ws://127.0.0.1:9/binance"
    assert (settings.key, settings.contact, settings.limit_factor) == (None, "Ada ada@acme.example", 2.5)
    assert read_source_settings(make_provider(), environment).key == CANARY


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FINANCEHUB_ACME_REST_URL", "api.acme.example"),
        ("FINANCEHUB_ACME_REST_URL", "file:///etc/passwd"),
        ("FINANCEHUB_ACME_LIMIT_FACTOR", "0"),
        ("FINANCEHUB_ACME_LIMIT_FACTOR", "-1"),
        ("FINANCEHUB_ACME_LIMIT_FACTOR", "much"),
        ("FINANCEHUB_ACME_LIMIT_FACTOR", "inf"),
        ("FINANCEHUB_ACME_LIMIT_FACTOR", "nan"),
        ("FINANCEHUB_ACME_KEY", f"{CANARY}\r\nX-Evil: 1"),
        ("FINANCEHUB_ACME_KEY", f"{CANARY}é"),
        ("FINANCEHUB_CONTACT", "Ada\x00"),
    ],
)
def test_names_the_setting_that_cannot_be_used_and_never_shows_a_key(name: str, value: str) -> None:
    with pytest.raises(Invalid, match=name) as raised:
        read_source_settings(make_provider(), {name: value})
    assert raised.value.facts == {"setting": name}
    assert CANARY not in str(raised.value)


def test_a_key_does_not_show() -> None:
    assert CANARY not in repr(SourceSettings(key=CANARY))
    assert "set" in repr(SourceSettings(key=CANARY))
    assert setting_name(make_provider(), "KEY") == "FINANCEHUB_ACME_KEY"
