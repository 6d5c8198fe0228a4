"""The staff area of what readers send: inquiries with their answers, and what the survey says."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mynapoint.hub import web
from mynapoint.hub.municipalities import answering
from mynapoint.hub.municipalities.editor_views import own_town
from mynapoint.hub.municipalities.exchanges import Inquiry, InquiryAnswer, SurveyAnswer
from mynapoint.hub.municipalities.forms import AnswerForm, SurveyForm
from mynapoint.hub.municipalities.models import Municipality
from mynapoint.hub.staff.access import StaffRequest, staff_required
from mynapoint.hub.staff.models import Role

ANSWERERS = (Role.EDITOR, Role.SUPERVISOR, Role.OFFICE)
INQUIRIES_SHOWN = 200


@require_safe
@staff_required(*ANSWERERS)
def own_inquiries(request: StaffRequest) -> HttpResponse:
    """Lead to the inquiries of one's own municipality; let the office choose one."""
    if not request.staff.is_office:
        return redirect("municipal_staff:inquiries", request.staff.municipality)
    towns = Municipality.objects.order_by("slug")
    return render(request, "municipalities/staff/towns.html", {"towns": towns, "for_inquiries": True})


@require_safe
@staff_required(*ANSWERERS)
def inquiries(request: StaffRequest, slug: str) -> HttpResponse:
    """Show a municipality's inquiries, those without an answer first, and the survey's sums."""
    town = own_town(request, slug)
    found = Inquiry.objects.filter(municipality=town).annotate(answered=Count("answers"))
    context = {
        "town": town,
        "open": found.filter(answered=0).order_by("asked_at")[:INQUIRIES_SHOWN],
        "answered": found.filter(answered__gt=0).order_by("-asked_at")[:INQUIRIES_SHOWN],
        "survey": _survey(town),
    }
    return render(request, "municipalities/staff/inquiries.html", context)


@require_http_methods(["GET", "POST"])
@staff_required(*ANSWERERS)
def inquiry(request: StaffRequest, slug: str, number: str) -> HttpResponse:
    """Show one inquiry with its answers, and take another answer."""
    town = own_town(request, slug)
    found = get_object_or_404(Inquiry, number=number, municipality=town)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return _inquiry_page(request, town, found, form)
    if not form.is_valid():
        return _inquiry_page(request, town, found, form, status=422)
    try:
        answering.answer_inquiry(inquiry=found, **form.cleaned_data, staff=request.staff, now=web.now())
    except answering.AnsweredMeanwhile:
        return _inquiry_page(request, town, found, form, problem=_("ほかの職員が先に回答しました。"), status=409)
    return redirect("municipal_staff:inquiry", slug, number)


@require_POST
@staff_required(*ANSWERERS)
def send_again(request: StaffRequest, slug: str, number: str, nth: int) -> HttpResponse:
    """Try once more to mail an answer that could not be sent."""
    town = own_town(request, slug)
    waiting = (InquiryAnswer.Mail.FAILED, InquiryAnswer.Mail.WAITING)
    found = {"inquiry__number": number, "inquiry__municipality": town, "nth": nth, "mail__in": waiting}
    answering.send_answer(answer=get_object_or_404(InquiryAnswer, **found), now=web.now())
    return redirect("municipal_staff:inquiry", slug, number)


def _inquiry_page(
    request: StaffRequest,
    town: Municipality,
    found: Inquiry,
    form: AnswerForm,
    *,
    problem: object = None,
    status: int = 200,
) -> HttpResponse:
    answers = list(found.answers.all())
    context = {"town": town, "inquiry": found, "answers": answers, "form": form, "problem": problem}
    return render(request, "municipalities/staff/inquiry.html", context | {"seen": len(answers)}, status=status)


def _survey(town: Municipality) -> list[tuple[str, list[int]]]:
    """Return how often each answer was given, question by question."""
    answers = SurveyAnswer.objects.filter(municipality=town)
    return [
        (str(field.label), [answers.filter(**{name: value}).count() for value, _ in SurveyAnswer.ANSWERS])
        for name, field in SurveyForm().fields.items()
    ]
