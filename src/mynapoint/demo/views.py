"""The demo's start page: what this is, who can be played, the PIN, and where everything stands."""

from __future__ import annotations

import os

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mynapoint.demo.city import PEOPLE, PIN
from mynapoint.hub import web
from mynapoint.programme.values import tokyo_day


def start(request: HttpRequest) -> HttpResponse:
    """Show the city's people with their cards, and the journey as a list of steps with links."""
    context = {
        "people": PEOPLE,
        "pin": PIN,
        "today": tokyo_day(web.now()),
        "sample_pay": os.environ["MYNAPOINT_DEMO_SAMPLE_PAY"],
        "agent": settings.CARD_AGENT,
    }
    return render(request, "demo/start.html", context)
