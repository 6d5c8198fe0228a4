"""Who is signed in: the session's resident, and the decorator that asks for one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import quote_plus, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from mynapoint.hub.identity.models import Resident

NEXT_CHARACTERS_MAX = 400
"""Of a path as it is written in an address: it is kept in ``Challenge.continue_to`` behind another path."""

_KEY = "resident"
_JOINED = "joined"
_P = ParamSpec("_P")


class ResidentRequest(HttpRequest):
    """A request of a signed-in resident."""

    resident: Resident


def resident_required(
    view: Callable[Concatenate[ResidentRequest, _P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, _P], HttpResponse]:
    """Let a view run for a signed-in resident only; others sign in first and come back."""

    @wraps(view)
    def signed_in(request: HttpRequest, *args: _P.args, **kwargs: _P.kwargs) -> HttpResponse:
        resident = signed_in_resident(request)
        if resident is None:
            back = request.get_full_path() if request.method == "GET" else request.path
            return redirect(f"{reverse('identity:sign_in')}?{urlencode({'next': back})}")
        own = cast(ResidentRequest, request)
        own.resident = resident
        return view(own, *args, **kwargs)

    return cast(Callable[Concatenate[HttpRequest, _P], HttpResponse], signed_in)


def resident_id(request: HttpRequest) -> str | None:
    """Return the pseudonym in the session, without asking the database whether there is such a resident."""
    text = request.session.get(_KEY)
    return str(text) if text else None


def signed_in_resident(request: HttpRequest) -> Resident | None:
    """Return the session's resident, or None. The session of a resident who was merged into another ends here."""
    text = resident_id(request)
    resident = Resident.objects.filter(pk=uuid.UUID(text)).first() if text else None
    if resident is not None and resident.merged_into_id is not None:
        request.session.flush()
        request.session[_JOINED] = True
        return None
    return resident


def was_joined(request: HttpRequest) -> bool:
    """Say, once, whether this browser's session ended because its resident was merged into another."""
    return bool(request.session.pop(_JOINED, False))


def start_session(request: HttpRequest, resident: Resident) -> None:
    """Begin a new session for a resident: fresh id, nothing left of what was there before."""
    request.session.flush()
    request.session[_KEY] = str(resident.pk)
    request.session.save()


def end_session(request: HttpRequest) -> None:
    """Forget everything of this session."""
    request.session.flush()


def own_path(request: HttpRequest) -> str:
    """Return where the parameter ``next`` leads, if that is a path of this hub; an empty text otherwise."""
    path = request.GET.get("next", "")
    own = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if own and len(quote_plus(path)) <= NEXT_CHARACTERS_MAX else ""
