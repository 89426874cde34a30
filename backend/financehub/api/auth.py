"""/api/auth: sign in, stay signed in, see and end sessions."""

from datetime import datetime
from typing import Annotated, Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import BaseModel, ConfigDict, Field

from financehub.accounts import actions, queries
from financehub.accounts.actions import Device, SignedIn
from financehub.api.bearer import caller_of
from financehub.api.error_handlers import responses
from financehub.api.reader_threads import read
from financehub.api.refresh_cookie import clear_refresh_cookie, guarded_refresh_token, set_refresh_cookie
from financehub.api.request_identity import client_ip

router = Router(tags=["auth"])
MAX_PASSWORD_LENGTH = 1024
Password = Annotated[str, Field(min_length=1, max_length=MAX_PASSWORD_LENGTH)]


class PlainBody(BaseModel):
    """A request body that says exactly what is asked for and nothing else."""

    model_config = ConfigDict(extra="forbid")


class SignInBody(PlainBody):
    name: Annotated[str, Field(min_length=1, max_length=150)]
    password: Password


class LinkBody(PlainBody):
    token: Annotated[str, Field(min_length=1, max_length=200)]


class PasswordBody(PlainBody):
    """`current_password` is null only for who has none yet."""

    current_password: Password | None
    new_password: Password


class UserBody(BaseModel):
    id: int
    name: str
    is_owner: bool
    has_password: bool


class SignedInBody(BaseModel):
    """The access token to send as «Authorization: Bearer …» until `expires_at`; the refresh token travels in a cookie."""

    access_token: str
    expires_at: datetime
    user: UserBody


class MeBody(BaseModel):
    data: UserBody


class SessionBody(BaseModel):
    id: str
    created_at: datetime
    last_used_at: datetime
    ip: str
    user_agent: str
    is_current: bool


class SessionsBody(BaseModel):
    data: list[SessionBody]


@router.post("/sign-in", auth=None, response=responses(SignedInBody), operation_id="sign_in", summary="Sign in by password")
async def sign_in(request: HttpRequest, response: HttpResponse, body: SignInBody) -> dict[str, Any]:
    """Open a session. An unknown name and a wrong password are answered alike; too many tries are answered 429."""
    signed_in = await sync_to_async(actions.sign_in)(body.name, body.password, device_of(request))
    return _admit(request, response, signed_in)


@router.post("/link", auth=None, response=responses(SignedInBody), operation_id="sign_in_by_link", summary="Sign in by link")
async def sign_in_by_link(request: HttpRequest, response: HttpResponse, body: LinkBody) -> dict[str, Any]:
    """Open a session with the token of a one-time link; it works once and for 15 minutes."""
    signed_in = await sync_to_async(actions.sign_in_by_link)(body.token, device_of(request))
    return _admit(request, response, signed_in)


@router.post("/refresh", auth=None, response=responses(SignedInBody), operation_id="refresh", summary="Renew the access token")
async def refresh(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    """Exchange the refresh cookie for a new one and an access token. A cookie used twice ends its session.

    Needs the header `X-FinanceHub-Request: 1`.
    """
    signed_in = await sync_to_async(actions.refresh)(guarded_refresh_token(request), device_of(request))
    return _admit(request, response, signed_in)


@router.post("/sign-out", response=responses(None, status=204), operation_id="sign_out", summary="Sign out")
async def sign_out(request: HttpRequest, response: HttpResponse) -> Status[None]:
    """End the caller's session and forget its cookie. Needs the header `X-FinanceHub-Request: 1`."""
    guarded_refresh_token(request, is_needed=False)
    await sync_to_async(actions.sign_out)(caller_of(request).session_id)
    clear_refresh_cookie(response)
    return Status(204, None)


@router.get("/me", response=responses(MeBody), operation_id="get_me", summary="Show who is signed in")
async def get_me(request: HttpRequest) -> dict[str, Any]:
    person = await read(queries.get_person, caller_of(request).user_id)
    return {"data": user_body(person)}


@router.get("/sessions", response=responses(SessionsBody), operation_id="list_sessions", summary="List sessions")
async def list_sessions(request: HttpRequest, user_id: int | None = None) -> dict[str, Any]:
    """List the caller's live sessions; the owner may name another user."""
    caller = caller_of(request)
    sessions = await read(queries.list_sessions_for, caller.user_id, user_id)
    return {
        "data": [
            {
                "id": session.id,
                "created_at": session.created_at,
                "last_used_at": session.last_used_at,
                "ip": session.ip,
                "user_agent": session.user_agent,
                "is_current": session.id == caller.session_id,
            }
            for session in sessions
        ]
    }


@router.delete("/sessions/{id}", response=responses(None, status=204), operation_id="end_session", summary="End a session")
async def end_session(request: HttpRequest, id: str) -> Status[None]:  # noqa: A002 the contract names the parameter
    """End one of the caller's sessions; the owner may end anybody's. Its sockets close at once."""
    await sync_to_async(actions.revoke_session)(caller_of(request).user_id, id)
    return Status(204, None)


@router.post("/password", response=responses(None, status=204), operation_id="change_password", summary="Change the password")
async def change_password(request: HttpRequest, body: PasswordBody) -> Status[None]:
    """Set a new password, at least 12 characters and not a known one, and end all other sessions."""
    caller = caller_of(request)
    await sync_to_async(actions.change_password)(
        caller.user_id, current_password=body.current_password, new_password=body.new_password, kept_session_id=caller.session_id
    )
    return Status(204, None)


def device_of(request: HttpRequest) -> Device:
    return Device(ip=client_ip(request), user_agent=request.headers.get("User-Agent", "")[:200])


def user_body(person: queries.Person) -> dict[str, Any]:
    return {"id": person.id, "name": person.name, "is_owner": person.is_owner, "has_password": person.has_password}


def _admit(request: HttpRequest, response: HttpResponse, signed_in: SignedIn) -> dict[str, Any]:
    set_refresh_cookie(request, response, signed_in.refresh_token, signed_in.session_expires_at)
    return {
        "access_token": signed_in.access_token,
        "expires_at": signed_in.access_expires_at,
        "user": user_body(signed_in.person),
    }
