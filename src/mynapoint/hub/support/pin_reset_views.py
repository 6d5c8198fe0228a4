"""Pages of a PIN reset: open, tick the documents, the second person, done."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from mynapoint.hub import web
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.support import pin_resets
from mynapoint.hub.support.models import PinReset
from mynapoint.hub.support.pin_resets import DocumentMissing, NotItsTurn, NotTheSecond
from mynapoint.hub.support.visits import AT_COUNTERS

_CLOSED = [PinReset.State.DONE, PinReset.State.GIVEN_UP]


@require_GET
@staff_required(*AT_COUNTERS)
def resets(request: StaffRequest) -> HttpResponse:
    """List what is under way in one's own municipality."""
    own = PinReset.objects.filter(municipality=request.staff.municipality).exclude(state__in=_CLOSED)
    return render(
        request, "support/pin_resets.html", {"resets": own.select_related("first", "terminal").order_by("pk")}
    )


@require_POST
@staff_required(*AT_COUNTERS)
def begin(request: StaffRequest) -> HttpResponse:
    """Open a reset."""
    return redirect("counter:pin_reset", pin_resets.open_reset(staff=request.staff, now=web.now()).pk)


@require_GET
@staff_required(*AT_COUNTERS)
def reset(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the next step of one reset."""
    return _page(request, _own(request, pk))


@require_POST
@staff_required(*AT_COUNTERS)
def check(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the ticks; while a document is missing, say what to bring."""
    own = _own(request, pk)
    ticked = [int(text) for text in request.POST.getlist("there") if text.isascii() and text.isdecimal()]
    try:
        pin_resets.check(
            reset=own,
            ticked=ticked,
            document=request.POST.get("document", ""),
            staff=request.staff,
            now=web.now(),
        )
    except DocumentMissing as error:
        missing = [en if web.language() == "en" else ja for ja, en in error.missing]
        return _page(request, own, missing=missing, is_missing=True)
    except NotItsTurn:
        return _page(request, own, is_refused=True)
    return redirect("counter:pin_reset", pk)


@require_POST
@staff_required(*AT_COUNTERS)
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the second person's word."""
    own = _own(request, pk)
    try:
        pin_resets.confirm(reset=own, staff=request.staff, now=web.now())
    except (NotTheSecond, NotItsTurn):
        return _page(request, own, is_refused=True)
    return redirect("counter:pin_reset", pk)


@require_POST
@staff_required(*AT_COUNTERS)
def done(request: StaffRequest, pk: int) -> HttpResponse:
    """Note that the visitor has typed the new PIN."""
    own = _own(request, pk)
    try:
        pin_resets.done(reset=own, how=_how(), staff=request.staff, now=web.now())
    except NotItsTurn:
        return _page(request, own, is_refused=True)
    return redirect("counter:pin_reset", pk)


@require_POST
@staff_required(*AT_COUNTERS)
def give_up(request: StaffRequest, pk: int) -> HttpResponse:
    """Close a reset that is not done."""
    own = _own(request, pk)
    try:
        pin_resets.give_up(reset=own, staff=request.staff, now=web.now())
    except NotItsTurn:
        return _page(request, own, is_refused=True)
    return redirect("counter:pin_resets")


def _own(request: StaffRequest, pk: int) -> PinReset:
    own = PinReset.objects.select_related("first", "second")
    return get_object_or_404(own, pk=pk, municipality=request.staff.municipality)


def _how() -> PinReset.How:
    is_emulated = settings.CARD_ENVIRONMENT == "emulated"
    return PinReset.How.EMULATED if is_emulated else PinReset.How.AUTHORITY


def _page(
    request: StaffRequest,
    own: PinReset,
    *,
    missing: list[str] | None = None,
    is_missing: bool = False,
    is_refused: bool = False,
) -> HttpResponse:
    context = {
        "reset": own,
        "needed": [en if web.language() == "en" else ja for ja, en in own.needed],
        "documents": PinReset.Document.choices,
        "missing": missing or [],
        "is_missing": is_missing,
        "is_refused": is_refused,
        "is_first": own.first_id == request.staff.account.pk,
        "how": _how(),
    }
    return render(request, "support/pin_reset.html", context, status=422 if is_missing or is_refused else 200)
