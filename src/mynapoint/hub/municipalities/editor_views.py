"""The staff area of municipal pages: its facts, their drafts, the preview, publishing, and the history."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynapoint.hub import web
from mynapoint.hub.municipalities import editing
from mynapoint.hub.municipalities.changes import Change, Kind
from mynapoint.hub.municipalities.editing import EditedMeanwhile, NotPublishable
from mynapoint.hub.municipalities.exchanges import Inquiry
from mynapoint.hub.municipalities.fact_forms import EndForm
from mynapoint.hub.municipalities.facts import SPECS, columns_of, summary
from mynapoint.hub.municipalities.history import described, settled_changes
from mynapoint.hub.municipalities.law import LawOfDay
from mynapoint.hub.municipalities.models import Dated, Municipality
from mynapoint.hub.municipalities.pages import NotYetPublished, page_of_day
from mynapoint.hub.municipalities.views import day_asked
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.models import Role
from mynapoint.programme.values import tokyo_day

EDITORS = (Role.EDITOR, Role.OFFICE)


@require_safe
@staff_required(*EDITORS)
def towns(request: StaffRequest) -> HttpResponse:
    """Lead to one's own municipality; show the office all."""
    if not request.staff.is_office:
        return redirect("municipal_staff:page", request.staff.municipality)
    return render(request, "municipalities/staff/towns.html", {"towns": Municipality.objects.order_by("slug")})


@require_safe
@staff_required(*EDITORS)
def page(request: StaffRequest, slug: str) -> HttpResponse:
    """Show everything a municipality states, by kind, with its drafts and what can be done."""
    return _overview(request, own_town(request, slug))


@require_http_methods(["GET", "POST"])
@staff_required(*EDITORS)
def add(request: StaffRequest, slug: str, kind: str) -> HttpResponse:
    """Draft something new."""
    return _edit(request, own_town(request, slug), _kind(kind), row=None, draft=None)


@require_http_methods(["GET", "POST"])
@staff_required(*EDITORS)
def change(request: StaffRequest, slug: str, kind: str, row: int) -> HttpResponse:
    """Draft a change of what is stated; where there is a draft already, lead to it."""
    town, of = own_town(request, slug), _kind(kind)
    stated = _row(town, of, row)
    existing = Change.objects.filter(kind=of, row=row, state=Change.State.DRAFT).first()
    if existing is not None and request.method == "GET":
        return redirect("municipal_staff:draft", slug, existing.pk)
    return _edit(request, town, of, row=stated, draft=None)


@require_http_methods(["GET", "POST"])
@staff_required(*EDITORS)
def draft(request: StaffRequest, slug: str, pk: int) -> HttpResponse:
    """Go on with a draft."""
    town = own_town(request, slug)
    found = get_object_or_404(Change, pk=pk, municipality=town, state=Change.State.DRAFT)
    kind = Kind(found.kind)
    row = _row(town, kind, found.row) if found.row is not None else None
    return (
        _end(request, town, kind, row, found)
        if found.ends and row
        else _edit(request, town, kind, row=row, draft=found)
    )


@require_http_methods(["GET", "POST"])
@staff_required(*EDITORS)
def end(request: StaffRequest, slug: str, kind: str, row: int) -> HttpResponse:
    """Draft that something is stated no more after a day."""
    town, of = own_town(request, slug), _kind(kind)
    stated = _row(town, of, row)
    existing = Change.objects.filter(kind=of, row=row, state=Change.State.DRAFT).first()
    if existing is not None and request.method == "GET":
        return redirect("municipal_staff:draft", slug, existing.pk)
    return _end(request, town, of, stated, None)


@require_POST
@staff_required(*EDITORS)
def drop(request: StaffRequest, slug: str, pk: int) -> HttpResponse:
    """Let a draft go, as it was seen."""
    town = own_town(request, slug)
    found = get_object_or_404(Change, pk=pk, municipality=town, state=Change.State.DRAFT)
    try:
        editing.drop_draft(draft=found, seen=_seen(request), staff=request.staff, now=web.now())
    except EditedMeanwhile:
        return _overview(request, town, meanwhile=True, status=409)
    return redirect("municipal_staff:page", slug)


@require_safe
@staff_required(*EDITORS)
def preview(request: StaffRequest, slug: str) -> HttpResponse:
    """Show the page as it will be with all drafts published today, as of any day (``?as_of=``)."""
    town, now = own_town(request, slug), web.now()
    today = tokyo_day(now)
    try:
        day = day_asked(request, today)
    except ValueError:
        wrong = {"asked": request.GET.get("as_of"), "town": town}
        return render(request, "municipalities/wrong_day.html", wrong, status=400)
    try:
        with editing.as_published(town, today):
            found = page_of_day(town, day, now=now if day == today else None)
    except NotPublishable as error:
        return _overview(request, town, problem=error, status=422)
    except NotYetPublished as error:
        missing = {"day": day, "first_day": error.first_day, "town": town}
        return render(request, "municipalities/not_yet.html", missing, status=404)
    context = {"page": found, "is_today": day == today, "preview": True, "day": day}
    return render(request, "municipalities/staff/preview.html", context)


@require_POST
@staff_required(*EDITORS)
def publish(request: StaffRequest, slug: str) -> HttpResponse:
    """Publish all drafts, those that the editor has seen and no others."""
    town = own_town(request, slug)
    try:
        editing.publish(municipality=town, seen=request.POST.getlist("seen"), staff=request.staff, now=web.now())
    except EditedMeanwhile:
        return _overview(request, town, meanwhile=True, status=409)
    except NotPublishable as error:
        return _overview(request, town, problem=error, status=422)
    return redirect(f"{reverse('municipal_staff:page', args=[slug])}?published")


@require_safe
@staff_required(*EDITORS)
def history(request: StaffRequest, slug: str) -> HttpResponse:
    """Show who published, or dropped, what and when, with each text before and after."""
    town = own_town(request, slug)
    return render(request, "municipalities/staff/history.html", {"town": town, "changes": settled_changes(town)})


def own_town(request: StaffRequest, slug: str) -> Municipality:
    """Return a municipality that is theirs to edit; another's does not exist for them."""
    if not request.staff.may_see(slug):
        raise Http404
    return get_object_or_404(Municipality, slug=slug)


def _overview(
    request: StaffRequest,
    town: Municipality,
    *,
    meanwhile: bool = False,
    problem: NotPublishable | None = None,
    status: int = 200,
) -> HttpResponse:
    today = tokyo_day(web.now())
    drafts = editing.drafts_of(town)
    context = {
        "town": town,
        "kinds": [(kind, editing.facts_of(town, kind, today)) for kind in Kind],
        "drafts": [described(one) for one in drafts],
        "seen": editing.versions(drafts),
        "meanwhile": meanwhile,
        "problem": problem,
        "published": "published" in request.GET,
        "inquiries": Inquiry.objects.filter(municipality=town, answers=None).count(),
        "today": today,
    }
    return render(request, "municipalities/staff/page.html", context, status=status)


def _edit(
    request: StaffRequest, town: Municipality, kind: Kind, *, row: Dated | None, draft: Change | None
) -> HttpResponse:
    today = tokyo_day(web.now())
    spec = SPECS[kind]
    earliest = max(today, row.valid_from) if row is not None else today
    posted = request.POST if request.method == "POST" else None
    initial = None if posted is not None else _initial(town, kind, row, draft, earliest)
    form = spec.form(posted, initial=initial, municipality=town, today=earliest)
    context = {"town": town, "kind": kind, "row": row, "draft": draft, "form": form, "law": _placeable(today)}
    context["seen"] = draft.version if draft is not None else 0
    if posted is None:
        return render(request, "municipalities/staff/edit.html", context)
    context["seen"] = _seen(request)
    if not form.is_valid():
        return render(request, "municipalities/staff/edit.html", context, status=422)
    valid_from = form.cleaned_data["valid_from"]
    try:
        _save(request, town, kind, row=row, draft=draft, valid_from=valid_from, columns=form.columns())
    except EditedMeanwhile as error:
        context |= {"meanwhile": True, "draft": error.change, "seen": error.change.version if error.change else 0}
        context["theirs"] = described(error.change) if error.change else None
        return render(request, "municipalities/staff/edit.html", context, status=409)
    return redirect(f"{reverse('municipal_staff:page', args=[town.slug])}#{kind}")


def _end(request: StaffRequest, town: Municipality, kind: Kind, row: Dated, draft: Change | None) -> HttpResponse:
    today = tokyo_day(web.now())
    earliest = max(today, row.valid_from) - timedelta(days=1)
    last = draft.valid_from - timedelta(days=1) if draft is not None else max(today, earliest)
    form = EndForm(request.POST if request.method == "POST" else None, initial={"last_day": last}, earliest=earliest)
    words = summary(kind, columns_of(kind, row))
    context = {"town": town, "kind": kind, "row": row, "draft": draft, "form": form, "words": words}
    context["seen"] = draft.version if draft is not None else 0
    if request.method == "GET":
        return render(request, "municipalities/staff/end.html", context)
    if not form.is_valid():
        return render(request, "municipalities/staff/end.html", context, status=422)
    first = form.cleaned_data["last_day"] + timedelta(days=1)
    try:
        _save(request, town, kind, row=row, draft=draft, valid_from=first, columns=columns_of(kind, row), ends=True)
    except EditedMeanwhile:
        return _overview(request, town, meanwhile=True, status=409)
    return redirect(f"{reverse('municipal_staff:page', args=[town.slug])}#{kind}")


def _save(request: StaffRequest, town: Municipality, kind: Kind, *, row: Dated | None, **content: Any) -> None:
    editing.save_draft(
        municipality=town,
        kind=kind,
        row=None if row is None else row.pk,
        seen=_seen(request),
        staff=request.staff,
        now=web.now(),
        **content,
    )


def _initial(town: Municipality, kind: Kind, row: Dated | None, draft: Change | None, earliest: date) -> dict[str, Any]:
    form = SPECS[kind].form
    if draft is not None:
        return form.initial_of(draft.fields, max(draft.valid_from, earliest))
    if row is not None:
        return form.initial_of(columns_of(kind, row), earliest)
    last = SPECS[kind].model._default_manager.filter(municipality=town).order_by("position").last()
    return {"valid_from": earliest, "position": 0 if last is None else last.position + 1}


def _placeable(today: date) -> list[tuple[str, str, str]]:
    law = LawOfDay(today, web.language())
    figures = law.figures()
    return [(name, law.label(name), figures.get(name, "")) for name in dict(law.placeable())]


def _row(town: Municipality, kind: Kind, pk: int) -> Dated:
    found = SPECS[kind].model._default_manager.filter(pk=pk, municipality=town).first()
    if found is None:
        raise Http404
    return found


def _kind(text: str) -> Kind:
    if text not in Kind.values:
        raise Http404
    return Kind(text)


def _seen(request: HttpRequest) -> int:
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
