"""What can be done with municipal pages: take over their facts, answer the survey, send an inquiry."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from pathlib import Path

from django.db import transaction

from mynapoint.hub.municipalities.changes import Change
from mynapoint.hub.municipalities.entries import Entry, read_municipality
from mynapoint.hub.municipalities.exchanges import Inquiry, SurveyAnswer
from mynapoint.hub.municipalities.models import (
    BringItem,
    ClosedDays,
    Counter,
    CounterHours,
    Dated,
    Department,
    Edition,
    Link,
    Municipality,
    Question,
    Text,
    YearlyRest,
)
from mynapoint.programme.values import tokyo_day

FACTS: tuple[type[Dated], ...] = (
    *(Edition, Text, Counter, CounterHours, ClosedDays, YearlyRest, BringItem, Question, Department, Link),
)
_NUMBER_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class EditedHere(Exception):
    """Files may not take the place of what a municipality's editors wrote here; ``slugs`` says whose."""

    def __init__(self, slugs: list[str]) -> None:
        super().__init__(f"{', '.join(slugs)}: edited in the staff area; leave the file out, and change the page there")
        self.slugs = slugs


@transaction.atomic
def import_municipalities(folder: Path, *, leave_edited: bool = False) -> int:
    """Make each municipality's facts equal to its file in a folder, all or none; return how many were taken over.

    Survey answers and inquiries stay. Raises RuleFileError with file, key and what is wrong, and EditedHere for a
    municipality whose editors have drafted or published something: a file would undo it. With ``leave_edited`` such
    a municipality is left as it is.
    """
    entries = [read_municipality(path) for path in sorted(folder.glob("*.toml"))]
    edited = Change.objects.filter(municipality__slug__in=[entry.slug for entry in entries])
    slugs = set(edited.values_list("municipality__slug", flat=True))
    if slugs and not leave_edited:
        raise EditedHere(sorted(slugs))
    taken = [entry for entry in entries if entry.slug not in slugs]
    for entry in taken:
        _put(entry)
    return len(taken)


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
    """Return the last day, up to ``day``, on which a fact of the municipality began, or ceased, to be stated."""
    changes: list[date] = []
    for model in FACTS:
        rows = model._default_manager.filter(municipality=municipality, valid_from__lte=day)
        for begins, ends in rows.values_list("valid_from", "valid_until"):
            changes.append(begins)
            if ends is not None and ends < day:
                changes.append(ends + timedelta(days=1))
    return max(changes, default=None)


def _put(entry: Entry) -> None:
    town, _ = Municipality.objects.update_or_create(slug=entry.slug, defaults=entry.columns)
    for model, rows in (
        (Edition, entry.editions),
        (Text, entry.texts),
        (BringItem, entry.bring),
        (Department, entry.departments),
        (YearlyRest, entry.yearly),
        (ClosedDays, entry.closed),
        (Question, entry.questions),
        (Link, entry.links),
    ):
        model._default_manager.filter(municipality=town).delete()
        for position, row in enumerate(rows):
            model._default_manager.create(municipality=town, position=position, **row)
    Counter.objects.filter(municipality=town).delete()
    for position, counter in enumerate(entry.counters):
        place = Counter.objects.create(municipality=town, position=position, **counter.columns)
        for hours in counter.hours:
            CounterHours.objects.create(municipality=town, counter=place, **hours)
        for closed in counter.closed_days:
            ClosedDays.objects.create(municipality=town, counter=place, **closed)
        for rest in counter.yearly_rests:
            YearlyRest.objects.create(municipality=town, counter=place, **rest)
