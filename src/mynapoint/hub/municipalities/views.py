"""A municipality's page as of a day, its survey and its inquiry form."""

from __future__ import annotations

import re
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from mynapoint.hub import web
from mynapoint.hub.municipalities import actions
from mynapoint.hub.municipalities.forms import InquiryForm, SurveyForm
from mynapoint.hub.municipalities.models import Municipality
from mynapoint.hub.municipalities.pages import NotYetPublished, page_of_day
from mynapoint.programme.values import tokyo_day

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the page as of ``?as_of=YYYY-MM-DD``, today without it. 400 for no day, 404 for one before the page."""
    municipality = get_object_or_404(Municipality, slug=slug)
    now = web.now()
    today = tokyo_day(now)
    try:
        day = day_asked(request, today)
    except ValueError:
        wrong = {"asked": request.GET.get("as_of"), "town": municipality}
        return render(request, "municipalities/wrong_day.html", wrong, status=400)
    try:
        found = page_of_day(municipality, day, now=now if day == today else None)
    except NotYetPublished as error:
        missing = {"day": day, "first_day": error.first_day, "town": municipality}
        return render(request, "municipalities/not_yet.html", missing, status=404)
    context = {
        "page": found,
        "is_today": day == today,
        "survey": SurveyForm(),
        "address": request.build_absolute_uri(),
        "answered": "answered" in request.GET,
    }
    return render(request, "municipalities/page.html", context)


@require_http_methods(["GET", "POST"])
def survey(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the answers to the three questions; without an answer, ask again (422)."""
    municipality = get_object_or_404(Municipality, slug=slug)
    form = SurveyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        actions.answer_survey(municipality=municipality, now=web.now(), **form.cleaned_data)
        return redirect(f"{reverse('municipalities:page', args=[slug])}?answered#survey")
    status = 422 if request.method == "POST" else 200
    return render(request, "municipalities/survey.html", {"survey": form, "town": municipality}, status=status)


@require_http_methods(["GET", "POST"])
def inquiry(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a question and answer with its number."""
    municipality = get_object_or_404(Municipality, slug=slug)
    form = InquiryForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "town": municipality}
    if request.method == "POST":
        if form.is_valid():
            kept = actions.send_inquiry(municipality=municipality, now=web.now(), **form.cleaned_data)
            return render(request, "municipalities/inquiry_sent.html", {"inquiry": kept, "town": municipality})
        return render(request, "municipalities/inquiry.html", context, status=422)
    return render(request, "municipalities/inquiry.html", context)


def day_asked(request: HttpRequest, today: date) -> date:
    """Return the day of ``?as_of=``, today without it. Raises ValueError for what is no day."""
    text = request.GET.get("as_of")
    if text is None:
        return today
    if not _DAY.fullmatch(text):
        raise ValueError("not YYYY-MM-DD")
    return date.fromisoformat(text)
