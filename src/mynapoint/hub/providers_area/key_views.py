"""Pages of a provider's keys: listed with fingerprints, added beside the old one, ended, revoked at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from mynapoint.hub import web
from mynapoint.hub.applications.secrets import published_keys
from mynapoint.hub.payment_services.actions import KeyConflict
from mynapoint.hub.payment_services.keys import LastKey, retire_provider_key
from mynapoint.hub.providers_area.actions import add_key_of, fingerprint
from mynapoint.hub.providers_area.key_forms import KeyForm, RetireForm
from mynapoint.hub.providers_area.own import own_keys, own_provider
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.models import Role


@require_GET
@staff_required(Role.PROVIDER)
def keys(request: StaffRequest) -> HttpResponse:
    """List the provider's keys, and the hub's that it checks with."""
    return _page(request)


@require_POST
@staff_required(Role.PROVIDER)
def add_key(request: StaffRequest) -> HttpResponse:
    """Register a key beside the others; the door takes it from its first instant on."""
    provider, form = own_provider(request), KeyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    given, at = form.cleaned_data, timezone.now()
    try:
        add_key_of(
            provider,
            key_id=given["key_id"],
            public_key=given["public_key"],
            valid_from=max(given["valid_from"] or at, at),
            staff=request.staff,
            now=web.now(),
        )
    except KeyConflict:
        form.add_error("key_id", _("この名前は使われています。別の名前にしてください。"))
        return _page(request, form=form, status=422)
    return redirect("providers_area:keys")


@require_POST
@staff_required(Role.PROVIDER)
def end_key(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a key count until an instant, or no more from now on; the last one only where that is said."""
    key, form = get_object_or_404(own_keys(request), pk=pk), RetireForm(request.POST)
    if not form.is_valid():
        return _page(request, problem=_("日時を確かめてください。"), status=422)
    until: datetime = form.cleaned_data["until"] or timezone.now()
    try:
        retire_provider_key(
            key_id=key.key_id,
            until=max(until, timezone.now()),
            now=web.now(),
            even_the_last=form.cleaned_data["even_the_last"],
            who=str(request.staff),
        )
    except LastKey:
        problem = _("この鍵を終わらせると、使える鍵がなくなります。先に次の鍵を登録してください。")
        return _page(request, problem=problem, status=409)
    return redirect("providers_area:keys")


def _page(request: StaffRequest, *, form: KeyForm | None = None, problem: str = "", status: int = 200) -> HttpResponse:
    at = timezone.now()
    context: dict[str, Any] = {
        "provider": own_provider(request),
        "keys": [
            (one, fingerprint(one.public_key), _state(one.valid_from, one.valid_until, at)) for one in own_keys(request)
        ],
        "hub_keys": [
            (one, fingerprint(one.key.public_bytes().hex()), one.signs_from <= at) for one in published_keys()
        ],
        "form": form or KeyForm(),
        "problem": problem,
    }
    return render(request, "providers_area/keys.html", context, status=status)


def _state(valid_from: datetime, valid_until: datetime | None, at: datetime) -> str:
    if valid_until is not None and valid_until <= at:
        return "over"
    return "announced" if at < valid_from else "valid"
