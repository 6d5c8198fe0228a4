"""The pages of the reservation: making it with the card, its My Key ID afterwards, changing and revoking the ID."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mynapoint.hub import web
from mynapoint.hub.identity import card_step
from mynapoint.hub.identity.models import Purpose
from mynapoint.hub.identity.sessions import ResidentRequest, own_path, resident_required
from mynapoint.hub.identity.signers import Signer, declaration, declared
from mynapoint.hub.reservations import actions
from mynapoint.hub.reservations.models import CHANGES_MAX, Reservation
from mynapoint.programme.values import tokyo_day


@require_GET
@resident_required
def reserve(request: ResidentRequest) -> HttpResponse:
    """Show the reservation, or what the card signs to make it."""
    back = own_path(request)
    reservation = actions.reservations_of(request.resident).first()
    if reservation:
        context = {
            "reservation": reservation,
            "reserved_on": tokyo_day(reservation.reserved_at),
            "back": back,
            "changes_left": actions.changes_left(reservation),
        }
        return render(request, "reservations/reserved.html", context)
    signer = declared(request.GET.get("signer", ""))
    step = card_step.begin(
        request,
        purpose=Purpose.RESERVE,
        statement=_("マイナポイントを予約し、マイキーIDの発行を受けます。予約は1人1回です。") + declaration(signer),
        continue_to=_with_next(reverse("reservations:signed"), back),
    )
    context = {"step": step, "signer": signer, "signers": Signer.choices, "back": back}
    return render(request, "reservations/reserve.html", context)


@require_GET
@resident_required
def signed(request: ResidentRequest) -> HttpResponse:
    """Make the reservation the card has just signed; the answer is taken once, so this address works once."""
    return _done(request, Purpose.RESERVE, actions.reserve)


@require_GET
@resident_required
def change(request: ResidentRequest) -> HttpResponse:
    """Say how often the ID can still be changed, and let the card sign for one change."""
    reservation = actions.reservations_of(request.resident).first()
    if reservation is None:
        return redirect("reservations:reserve")
    left = actions.changes_left(reservation)
    context = {"reservation": reservation, "changes_left": left, "changes_max": CHANGES_MAX}
    if left:
        figures = {"most": CHANGES_MAX, "nth": CHANGES_MAX - left + 1, "left": left - 1}
        context["step"] = _begin(
            request, reservation, Purpose.CHANGE_MY_KEY_ID, _change_statement(reservation) % figures
        )
    return render(request, "reservations/change.html", context)


@require_GET
@resident_required
def changed(request: ResidentRequest) -> HttpResponse:
    """Change the ID as the card has just signed."""
    return _done(request, Purpose.CHANGE_MY_KEY_ID, actions.change_my_key_id)


@require_GET
@resident_required
def revoke(request: ResidentRequest) -> HttpResponse:
    """Say what revoking means, and let the card sign for it."""
    reservation = actions.reservations_of(request.resident).first()
    if reservation is None or reservation.my_key_id is None:
        return redirect("reservations:reserve")
    left = actions.changes_left(reservation)
    statement = _("マイキーID %(id)s を失効させます。取り消せません。申込済みの内容は変わりません。")
    if left:
        statement += _("新しいマイキーIDの発行を受けるまで、新しい申込はできません(残り%(left)s回)。")
    else:
        statement += _("変更の回数が残っていないため、これからは新しい申込ができません。")
    words = statement % {"id": reservation.my_key_id, "left": left}
    step = _begin(request, reservation, Purpose.REVOKE_MY_KEY_ID, words)
    context = {"reservation": reservation, "changes_left": left, "step": step}
    return render(request, "reservations/revoke.html", context)


@require_GET
@resident_required
def revoked(request: ResidentRequest) -> HttpResponse:
    """Revoke the ID as the card has just signed."""
    return _done(request, Purpose.REVOKE_MY_KEY_ID, actions.revoke_my_key_id)


def _change_statement(reservation: Reservation) -> str:
    if reservation.my_key_id is None:
        return _(
            "新しいマイキーIDの発行を受けます。変更は%(most)s回までで、これが%(nth)s回目です。このあと変えられるのは%(left)s回です。"
        )
    return _(
        "マイキーIDを新しいものに変えます。いまのマイキーIDは使えなくなり、元に戻せません。"
        "変更は%(most)s回までで、これが%(nth)s回目です。このあと変えられるのは%(left)s回です。"
    )


def _begin(request: ResidentRequest, reservation: Reservation, purpose: Purpose, statement: str) -> card_step.CardStep:
    names = {Purpose.CHANGE_MY_KEY_ID: "reservations:changed", Purpose.REVOKE_MY_KEY_ID: "reservations:revoked"}
    return card_step.begin(
        request,
        purpose=purpose,
        statement=statement,
        continue_to=reverse(names[purpose]),
        subject=actions.next_step(reservation),
    )


def _done(request: ResidentRequest, purpose: Purpose, act: Callable[..., Any]) -> HttpResponse:
    signature, credential = card_step.take_own_signature(request, purpose=purpose)
    act(signature=signature, credential=credential, now=web.now())
    return redirect(_with_next(reverse("reservations:reserve"), own_path(request)))


def _with_next(path: str, back: str) -> str:
    return f"{path}?{urlencode({'next': back})}" if back else path
