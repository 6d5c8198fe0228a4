"""The office's pages: the dashboard with its CSV, the plan against what happened, how the hub is doing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mynapoint.hub import web
from mynapoint.hub.office import charts, figures, health, plan, tables
from mynapoint.hub.office.asked import WEEKS, Asked, asked
from mynapoint.hub.office.forms import PlanForm
from mynapoint.hub.office.plan import Compared
from mynapoint.hub.office.prefecture_map import Square, squares
from mynapoint.hub.office.tables import Table
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.models import Role
from mynapoint.hub.words import PageWords
from mynapoint.programme.prefectures import PREFECTURES
from mynapoint.programme.values import tokyo_day

_WHOLE = ("budget", "backlog", "prefecture", "counter")
"""Tables about the whole programme alone; no part of it has its own."""


@dataclass(frozen=True, slots=True)
class PlanPicture:
    """One incentive's two pictures beside its weeks."""

    compared: Compared
    applications: charts.Lines
    points: charts.Lines

    @property
    def name(self) -> PageWords:
        """The incentive's."""
        return PageWords.of(self.compared.incentive.label)


@require_GET
@staff_required(Role.OFFICE)
def dashboard(request: StaffRequest) -> HttpResponse:
    """Show the figures as of the end of a day, of everything or of one incentive or service."""
    question = _asked(request)
    names = ["day", "incentive", "service", "claim", *(() if question.is_cut else _WHOLE)]
    counted = figures.cells(as_of=question.as_of, cut=question.cut, first=question.first)
    made = [_table(name, question, lambda: counted) for name in names]
    context = {
        "asked": question,
        "weeks": [(one, question.with_(weeks=str(one))) for one in WEEKS],
        "total": counted.total(),
        "that_day": counted.by_day(first=question.as_of, last=question.as_of)[question.as_of],
        "tables": [(one, question.with_(), _linked(one, question)) for one in made],
        "squares": _squares(made, question),
    }
    return render(request, "office/dashboard.html", context)


@require_GET
@staff_required(Role.OFFICE)
def table_csv(request: StaffRequest, code: str) -> HttpResponse:
    """Return one table of the dashboard for a spreadsheet. 404 for a name no table has."""
    question = _asked(request)
    cut = figures.ALL if code in _WHOLE else question.cut
    table = _table(code, question, lambda: figures.cells(as_of=question.as_of, cut=cut, first=question.first))
    text = tables.as_csv(table, as_of=question.as_of)
    return web.sheet(text, f"{code}-{question.as_of}.csv")


@require_GET
@staff_required(Role.OFFICE)
def plan_page(request: StaffRequest) -> HttpResponse:
    """Show a simulated plan beside what happened; 422 with what is wrong in the form."""
    form = PlanForm(request.GET or None, initial={"people": "", "seed": 1, "runs": 40})
    context: dict[str, Any] = {"form": form, "pictures": [], "as_of": _asked(request).as_of}
    if request.GET:
        context["pictures"] = _pictures(form, context["as_of"])
        context["asked"] = request.GET.urlencode()
    return render(request, "office/plan.html", context, status=422 if form.errors else 200)


@require_GET
@staff_required(Role.OFFICE)
def plan_csv(request: StaffRequest) -> HttpResponse:
    """Return the plan beside what happened for a spreadsheet. 404 where there is none."""
    form = PlanForm(request.GET)
    compared = form.compared(as_of=_asked(request).as_of)
    if not compared:
        raise Http404
    return web.sheet(plan.as_csv(compared), "plan.csv")


@require_GET
@staff_required(Role.OFFICE)
def health_page(request: StaffRequest) -> HttpResponse:
    """Show how the hub and the providers are doing now."""
    now = web.now()
    return render(request, "office/health.html", {"health": health.health(now=now), "now": now})


def _asked(request: StaffRequest) -> Asked:
    return asked(request.GET, today=tokyo_day(web.now()))


def _table(code: str, question: Asked, counted: Callable[[], figures.Cells]) -> Table:
    as_of, cut = question.as_of, question.cut
    made: Mapping[str, Callable[[], Table]] = {
        "day": lambda: tables.by_day(counted(), first=question.first, as_of=as_of),
        "incentive": lambda: tables.by_incentive(counted()),
        "service": lambda: tables.by_service(counted()),
        "claim": lambda: tables.by_claim(as_of=as_of, cut=cut),
        "budget": lambda: tables.budgets(as_of=as_of),
        "backlog": lambda: tables.waiting(as_of=as_of),
        "prefecture": lambda: tables.by_prefecture(counted(), as_of=as_of),
        "counter": lambda: tables.by_counter(as_of=as_of, prefecture=question.prefecture),
    }
    if code not in made:
        raise Http404
    return made[code]()


def _linked(table: Table, question: Asked) -> list[tuple[tables.Line, str]]:
    return [(line, question.with_(**line.changes) if line.changes else "") for line in table.lines]


def _squares(made: Sequence[Table], question: Asked) -> list[tuple[Square, str]]:
    visits = {line.key: line.numbers[0] or 0 for one in made if one.code == "prefecture" for line in one.lines}
    numbers = {code: number for code, number in visits.items() if code in PREFECTURES}
    return [(one, question.with_(prefecture=one.code)) for one in squares(numbers)]


def _pictures(form: PlanForm, as_of: date) -> Sequence[PlanPicture]:
    found = []
    for one in form.compared(as_of=as_of):
        days = [week.ends_on for week in one.weeks]
        happened = [week.so_far for week in one.weeks if week.so_far]
        applications = [week.planned.applications_so_far for week in one.weeks]
        points = [week.planned.points_so_far for week in one.weeks]
        found.append(
            PlanPicture(
                one,
                charts.lines(days, applications, [week.applications for week in happened]),
                charts.lines(days, points, [max(0, week.points) for week in happened]),
            )
        )
    return found
