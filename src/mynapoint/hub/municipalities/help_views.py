"""Help for everybody: who answers now, common questions, the service status, and what is kept about people."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from mynapoint.hub import web
from mynapoint.hub.municipalities.faq import faq_of, fold
from mynapoint.hub.municipalities.law import LawOfDay
from mynapoint.hub.municipalities.models import TOWNS_SHOWN, Counter, Municipality, Purpose, valid_on
from mynapoint.hub.municipalities.notices import StatusNotice, current
from mynapoint.hub.municipalities.open_now import counter_now, lines_of
from mynapoint.hub.words import PageWords
from mynapoint.programme.values import TOKYO, tokyo_day

QUERY_CHARACTERS_MAX = 100


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Show who can be asked: telephone lines and counters, with what is open at this moment; ``?town=`` finds one."""
    now = web.now()
    law = LawOfDay(tokyo_day(now), web.language())
    wanted = request.GET.get("town", "").strip()[:QUERY_CHARACTERS_MAX]
    towns = list(Municipality.objects.order_by("slug"))
    fitting = [one for one in towns if fold(wanted) in fold(f"{one.name.ja}{one.name.en}")] if wanted else towns
    shown = fitting if len(fitting) <= TOWNS_SHOWN else []
    context = {
        "lines": lines_of(law, now),
        "towns": [_town(one, now) for one in shown],
        "notices": current(now),
        "asks_for_town": len(towns) > TOWNS_SHOWN,
        "wanted": wanted,
        "too_many": len(fitting) > TOWNS_SHOWN and bool(wanted),
    }
    return render(request, "municipalities/help.html", context)


@require_safe
def faq(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Show the common questions by topic, of a municipality too where one is named; ``?q=`` searches them."""
    town = get_object_or_404(Municipality, slug=slug) if slug else None
    query = request.GET.get("q", "").strip()[:QUERY_CHARACTERS_MAX]
    law = LawOfDay(tokyo_day(web.now()), web.language())
    sections = faq_of(law, town, query)
    count = sum(len(section.entries) for section in sections)
    context = {"town": town, "query": query, "sections": sections, "count": count, "lines": lines_of(law, web.now())}
    return render(request, "municipalities/faq.html", context)


@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Show what is out of order, crowded or being maintained now, what is planned, and what was."""
    now = web.now()
    notices = StatusNotice.objects.all()[:50]
    context = {
        "current": current(now),
        "planned": [one for one in notices if one.starts_at > now],
        "past": [one for one in notices if one.ends_at is not None and one.ends_at <= now],
        "now": now,
    }
    return render(request, "municipalities/status.html", context)


@require_safe
def status_for_machines(request: HttpRequest) -> HttpResponse:
    """Answer the notices of the present as JSON: kind, words in both languages, times in Tokyo."""
    now = web.now()
    found = [_as_json(one) for one in current(now)]
    return JsonResponse({"at": _iso(now), "notices": found}, json_dumps_params={"ensure_ascii": False})


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show what is kept about people, what is not, and how anybody can check that."""
    return render(request, "municipalities/privacy.html")


def _town(town: Municipality, now: datetime) -> dict[str, object]:
    day = tokyo_day(now)
    rows = Counter.objects.filter(valid_on(day), municipality=town, purpose=Purpose.SUPPORT)
    held = [row for row in rows if row.last_day is None or row.last_day >= day]
    return {"town": town, "counters": [{"place": row.place, "now": counter_now(row, now)} for row in held]}


def _as_json(notice: StatusNotice) -> dict[str, object]:
    words: PageWords = notice.words
    return {
        "id": notice.pk,
        "kind": notice.kind,
        "words": {"ja": words.ja, "en": words.en},
        "starts_at": _iso(notice.starts_at),
        "ends_at": _iso(notice.ends_at) if notice.ends_at else None,
    }


def _iso(at: datetime) -> str:
    return at.astimezone(TOKYO).isoformat(timespec="seconds")
