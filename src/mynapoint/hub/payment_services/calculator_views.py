"""「いくら、いつもらえますか」: the calculator's page. What is typed is answered and forgotten.

It comes in the body of a POST, so it is in no address and no log of addresses; nothing of it is stored, put into a
session or written to a log, and no answer may be kept (docs/decisions/0028-calculator.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from mynapoint.hub import web
from mynapoint.hub.described_fields import describe
from mynapoint.hub.payment_services import calculator, calculator_words
from mynapoint.hub.payment_services.calculator_forms import ApplicationForm, LineForm, line_forms, plan
from mynapoint.hub.payment_services.listing import approved
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.payment_services.open_incentives import IncentiveOnDay, incentives_on
from mynapoint.hub.payment_services.search import public_service
from mynapoint.programme.values import tokyo_day


@csrf_exempt  # it changes nothing and knows nobody; without the token it also answers browsers that keep no cookies
@cache_control(no_store=True)
@require_http_methods(["GET", "HEAD", "POST"])
def calculate(request: HttpRequest) -> HttpResponse:
    """Answer what a plan would give and when; first ask which payment service. 422 for what cannot be computed."""
    number = (request.POST if request.method == "POST" else request.GET).get("service", "")
    if not number:
        return render(request, "payment_services/calculator_choose.html", {"services": _computable()})
    today = tokyo_day(web.now())
    service = _service(number)
    incentives = _incentives(service, today)
    context: dict[str, Any] = {"service": service, "today": today, "most": calculator.LINES_MOST}
    if calculator.unstated(service) or not incentives:
        return render(request, "payment_services/calculator_not.html", context | {"incentives": incentives})
    if request.method != "POST":
        context |= _forms(None, service, incentives, today=today)
        return render(request, "payment_services/calculator.html", context)
    context |= _forms(request.POST, service, incentives, today=today)
    status = 200
    if request.POST.get("do") != "add":
        context |= _answer(service, context["form"], context["lines"])
        status = 200 if "outcome" in context or "fixed" in context else 422
    return render(request, "payment_services/calculator.html", context, status=status)


def _service(number: str) -> PaymentService:
    try:
        return public_service(number)
    except PaymentService.DoesNotExist as error:
        raise Http404 from error


def _computable() -> list[PaymentService]:
    return [one.service for one in approved() if one.participations and not calculator.unstated(one.service)]


def _incentives(service: PaymentService, today: date) -> list[IncentiveOnDay]:
    joined = {row.incentive for row in service.participations.all()}
    return [one for one in incentives_on(today) if one.id in joined]


def _forms(data: Any, service: PaymentService, incentives: Sequence[IncentiveOnDay], *, today: date) -> dict[str, Any]:
    is_more = data is not None and data.get("do") == "add"
    initial = {"applied_on": today, "incentive": str(incentives[0].id), "counts": service.countable[0].value}
    form = ApplicationForm(data, service=service, incentives=incentives, initial=initial)
    return {"form": form, "lines": line_forms(data, service=service, today=today, more=is_more)}


def _answer(service: PaymentService, form: ApplicationForm, lines: Sequence[LineForm]) -> dict[str, Any]:
    """Return the outcome, the fixed sum of a direct incentive, or what is wrong."""
    if not form.is_valid():
        describe(form)
        return {"is_wrong": True}
    incentive = form.chosen()
    if incentive.is_direct:
        return {"fixed": incentive}
    used = [one for one in lines if not one.is_empty]
    wrong = [one for one in used if not one.is_valid()]
    for one in wrong:
        describe(one)
    rule = calculator.rule_for(service, incentive)
    if wrong or not used or rule is None:
        said = {} if wrong else {"problem": _no_use() if rule else _no_end()}
        return {"is_wrong": True, **said}
    try:
        found = calculator.outcome(rule, plan(form, used))
    except calculator.TooManyUses:
        return {"is_wrong": True, "problem": _too_many()}
    told = zip([one.line() for one in used], found.parts, strict=True)
    return {
        "outcome": found,
        "rule": rule,
        "told": [calculator_words.line_told(line, parts, found, rule) for line, parts in told],
        "steps": calculator_words.steps(found, rule, form.cleaned_data["counts"]),
    }


def _no_use() -> str:
    return _("使う予定を1つ以上入力してください。金額と日の両方が必要です。")


def _no_end() -> str:
    return _("この施策の対象期間の終わりは、まだ発表されていません。発表されるまで計算できません。")


def _too_many() -> str:
    return _("くり返しを数えると%(most)s回を超えます。予定を減らしてください。") % {"most": calculator.USES_MOST}
