"""What can be done with municipal pages: take over their facts, answer the survey, send an inquiry."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from mynapoint.hub.municipalities.entries import Entry, read_municipality
from mynapoint.hub.municipalities.models import (
    BringItem,
    ClosedDays,
    Counter,
    CounterHours,
    Department,
    Edition,
    Inquiry,
    Link,
    Municipality,
    SurveyAnswer,
    Text,
)
from mynapoint.programme.values import tokyo_day

_NUMBER_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@transaction.atomic
def import_municipalities(folder: Path) -> int:
    """Make each municipality's facts equal to its file in a folder, all or none; return how many files there were.

    Survey answers and inquiries stay. Raises RuleFileError with file, key and what is wrong.
    """
    entries = [read_municipality(path) for path in sorted(folder.glob("*.toml"))]
    for entry in entries:
        _put(entry)
    return len(entries)


def answer_survey(
    *,
    municipality: Municipality,
    now: datetime,
    easy_to_find: int | None,
    easy_to_understand: int | None,
    useful: int | None,
) -> SurveyAnswer:
    """Keep one reader's answers, at least one of them given, with the day and nothing about the reader."""
    return SurveyAnswer.objects.create(
        municipality=municipality,
        answered_on=tokyo_day(now),
        easy_to_find=easy_to_find,
        easy_to_understand=easy_to_understand,
        useful=useful,
    )


def send_inquiry(*, municipality: Municipality, question: str, reply_to: str, now: datetime) -> Inquiry:
    """Keep a reader's question and give it a number that tells nothing and is hard to guess."""
    tail = "".join(secrets.choice(_NUMBER_LETTERS) for _ in range(8))
    return Inquiry.objects.create(
        number=f"{tokyo_day(now):%Y%m%d}-{tail}",
        municipality=municipality,
        asked_at=now,
        question=question,
        reply_to=reply_to,
    )


def last_change(municipality: Municipality, *, day: date) -> date | None:
    """Return the last day, up to ``day``, on which a fact of the municipality began to be stated."""
    models = (Edition, Text, Counter, CounterHours, ClosedDays, BringItem, Department, Link)
    changes = [
        row.valid_from
        for model in models
        for row in model._default_manager.filter(municipality=municipality, valid_from__lte=day)
    ]
    return max(changes, default=None)


def _put(entry: Entry) -> None:
    town, _ = Municipality.objects.update_or_create(slug=entry.slug, defaults=entry.columns)
    for model, rows in (
        (Edition, entry.editions),
        (Text, entry.texts),
        (BringItem, entry.bring),
        (Department, entry.departments),
        (Link, entry.links),
    ):
        model._default_manager.filter(municipality=town).delete()
        for row in rows:
            model._default_manager.create(municipality=town, **row)
    Counter.objects.filter(municipality=town).delete()
    for counter in entry.counters:
        place = Counter.objects.create(municipality=town, **counter.columns)
        for hours in counter.hours:
            CounterHours.objects.create(municipality=town, counter=place, **hours)
        for closed in counter.closed_days:
            ClosedDays.objects.create(municipality=town, counter=place, **closed)
