"""The guard of what a cookie alone authenticates, where the operator allows another origin."""

from unittest.mock import Mock

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.test import RequestFactory
from msgspec import structs

from financehub.api.bearer import caller_of
from financehub.api.refresh_cookie import guarded_refresh_token, is_allowed_origin
from financehub.errors import Denied, Unauthenticated


def request_from(origin: str) -> HttpRequest:
    headers = {"Origin": origin, "X-FinanceHub-Request": "1"}
    return RequestFactory().post("/api/auth/refresh", headers=headers)


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        ("http://testserver", True),
        ("https://terminal.example", True),
        ("https://terminal.example:444", False),
        ("http://terminal.example", False),
        ("https://terminal.example.evil", False),
        ("", False),
        ("http://[::1", False),
    ],
)
def test_origins(monkeypatch: pytest.MonkeyPatch, origin: str, is_allowed: bool) -> None:
    configuration = structs.replace(settings.CONFIGURATION, allowed_origins=("https://terminal.example",))
    monkeypatch.setattr(settings, "CONFIGURATION", configuration)
    assert is_allowed_origin(request_from(origin), origin) is is_allowed
    with pytest.raises(Unauthenticated if is_allowed else Denied):
        guarded_refresh_token(request_from(origin))


def test_caller_is_known_only_behind_the_bearer() -> None:
    for request in (RequestFactory().get("/"), Mock(auth="somebody")):
        with pytest.raises(Unauthenticated):
            caller_of(request)
