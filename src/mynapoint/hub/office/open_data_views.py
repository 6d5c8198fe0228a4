"""The open data as page, CSV, JSON and metadata: what was published, read back as it is kept."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from mynapoint.hub import web
from mynapoint.hub.office.asked import day_asked
from mynapoint.hub.office.models import Edition
from mynapoint.hub.office.open_data import ALL_PREFECTURES, EVERY_SERVICE, STEP, Row, VisitRow
from mynapoint.hub.office.publishing import published, published_visits
from mynapoint.hub.office.tables import incentive_name
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.words import PageWords
from mynapoint.programme.prefectures import PREFECTURES

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
_TITLE = PageWords("申込と記録されたポイント(週ごと、累計)", "Applications and points recorded, by week, so far")
_METHOD = PageWords(
    f"施策と決済サービスの組ごとに、始まりからその日の終わりまでを数え、申込は{STEP}件、ポイントは{STEP}人分の上限を単位に"
    "切り捨てています。一つの単位に満たない組は載せていません。合計は、切り捨てた数の合計です。予算に限りがある施策では、"
    "決済サービスを分けません。",
    "Each incentive at each service is counted from the beginning to the end of the day and rounded down: "
    f"applications to a multiple of {STEP}, points to one of the most that {STEP} people can get. What is below one "
    "step is left out. Sums are sums of the rounded numbers. Where a budget is limited, services are not told apart.",
)
_COLUMNS = {
    "through": PageWords("この日の終わりまで(日曜日、日本時間)", "up to the end of this day (a Sunday, Tokyo)"),
    "round": PageWords("事業", "the programme's round"),
    "incentives": PageWords(
        "施策(予算を分け合うものは + でつなぐ)", "the incentive; those that share a budget joined by +"
    ),
    "service": PageWords("登録決済サービスの番号。all は合計", "the registered service's number; all: the sum"),
    "applications_at_least": PageWords("申込(件、以上)", "applications, at least"),
    "points_at_least": PageWords(
        "記録されたポイント(1ポイントは1円、以上)", "points recorded (1 point is 1 yen), at least"
    ),
}
_VISITS_TITLE = PageWords(
    "支援窓口の来訪(都道府県と週ごと、累計)", "Visits to support counters, by prefecture and week, so far"
)
_VISITS_METHOD = PageWords(
    f"終わった来訪を、窓口のある市区町村の都道府県ごとに、始まりからその日の終わりまで数え、{STEP}件を単位に切り捨てています。"
    "お住まいの都道府県ではありません。オンラインでの手続きは含みません。",
    "Visits that have ended are counted by the prefecture of the counter's municipality from the beginning to the end "
    f"of the day and rounded down to a multiple of {STEP}. It is not where people live; what is done online is not "
    "in it.",
)
_VISIT_COLUMNS = {
    "through": _COLUMNS["through"],
    "prefecture": PageWords(
        "都道府県コード(JIS X 0401)。all は合計", "the prefecture's code, JIS X 0401; all: the sum"
    ),
    "visits_at_least": PageWords("来訪(件、以上)", "visits, at least"),
}
_CSV = "text/csv; charset=utf-8; header=present"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show what is published, with the latest numbers and how they are made."""
    editions = list(Edition.objects.order_by("-through"))
    latest = editions[0] if editions else None
    rows = [one for one in published(latest) if one.through == latest.through] if latest else []
    names = dict(PaymentService.objects.values_list("number", "name"))
    shown = [(_named(row), names.get(row.service_number, ""), row) for row in rows]
    visits = [one for one in published_visits(latest) if one.through == latest.through] if latest else []
    context = {"editions": editions, "latest": latest, "rows": shown, "step": STEP, "method": _METHOD, "title": _TITLE,
               "columns": _COLUMNS | _VISIT_COLUMNS, "licence": LICENCE, "visits_title": _VISITS_TITLE,
               "visits_method": _VISITS_METHOD, "visits": [(_prefecture(one.prefecture), one) for one in visits],
               }  # fmt: skip
    return render(request, "office/open_data.html", context)


@require_safe
def as_csv(request: HttpRequest) -> HttpResponse:
    """Return an edition as CSV (RFC 4180, UTF-8): ``?edition=2022-07-10``; the latest where none is named."""
    edition = _edition(request)
    text = web.as_csv(_COLUMNS, map(_values, published(edition)))
    return web.attached(text.encode(), _CSV, f"applications-and-points-{edition.through}.csv")


@require_safe
def visits_csv(request: HttpRequest) -> HttpResponse:
    """Return an edition's visits by prefecture as CSV, as ``as_csv`` does."""
    edition = _edition(request)
    text = web.as_csv(_VISIT_COLUMNS, map(_visit_values, published_visits(edition)))
    return web.attached(text.encode(), _CSV, f"counter-visits-{edition.through}.csv")


@require_safe
def as_json(request: HttpRequest) -> HttpResponse:
    """Return an edition with its metadata as JSON."""
    edition = _edition(request)
    rows = [dict(zip(_COLUMNS, _values(row), strict=True)) for row in published(edition)]
    visits = [dict(zip(_VISIT_COLUMNS, _visit_values(row), strict=True)) for row in published_visits(edition)]
    return _json({**_metadata(), "edition": edition.through.isoformat(), "rows": rows, "visits": visits})


@require_safe
def metadata(_request: HttpRequest) -> HttpResponse:
    """Return what the data is, in which unit, of which days, under which licence and by which method."""
    days = Edition.objects.order_by("through").values_list("through", flat=True)
    return _json({**_metadata(), "editions": [one.isoformat() for one in days]})


def _metadata() -> dict[str, object]:
    return {
        "title": {"ja": _TITLE.ja, "en": _TITLE.en},
        "method": {"ja": _METHOD.ja, "en": _METHOD.en},
        "columns": _in_both(_COLUMNS),
        "visits": {
            "title": {"ja": _VISITS_TITLE.ja, "en": _VISITS_TITLE.en},
            "method": {"ja": _VISITS_METHOD.ja, "en": _VISITS_METHOD.en},
            "columns": _in_both(_VISIT_COLUMNS),
            "formats": {"csv": reverse("open_data:visits_csv")},
        },
        "step_people": STEP,
        "calendar": "weekly: counted through each Sunday in Tokyo, published from the Tuesday after",
        "licence": LICENCE,
        "formats": {"csv": reverse("open_data:csv"), "json": reverse("open_data:json")},
    }


def _edition(request: HttpRequest) -> Edition:
    text = request.GET.get("edition", "")
    wanted: date | None = day_asked(text)
    if text and wanted is None:
        raise Http404
    found = Edition.objects.filter(through=wanted) if wanted else Edition.objects.order_by("-through")[:1]
    for edition in found:
        return edition
    raise Http404


def _values(row: Row) -> tuple[str | int, ...]:
    service = "all" if row.service_number == EVERY_SERVICE else row.service_number
    return (row.through.isoformat(), row.round_id, row.incentives, service, row.applications, row.points)


def _visit_values(row: VisitRow) -> tuple[str | int, ...]:
    return (row.through.isoformat(), "all" if row.prefecture == ALL_PREFECTURES else row.prefecture, row.visits)


def _prefecture(code: str) -> PageWords | None:
    return PageWords.of(PREFECTURES[code].name) if code else None


def _in_both(columns: dict[str, PageWords]) -> dict[str, dict[str, str]]:
    return {name: {"ja": words.ja, "en": words.en} for name, words in columns.items()}


def _named(row: Row) -> PageWords:
    names = [incentive_name(row.round_id, one) for one in row.incentives.split("+")]
    return PageWords("・".join(one.ja for one in names), ", ".join(one.en for one in names))


def _json(body: dict[str, object]) -> HttpResponse:
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})
