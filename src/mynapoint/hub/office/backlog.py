"""What waits as of the end of a day, by how long: awards told and not reported, double applications, inquiries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mynapoint.exchange.messages import NoticeKind
from mynapoint.hub.applications.models import Notice
from mynapoint.hub.ledger.models import DoubleApplication, LedgerEntry
from mynapoint.hub.municipalities.exchanges import Inquiry, InquiryAnswer
from mynapoint.hub.office.figures import day_end
from mynapoint.programme.values import tokyo_day

AGES = (0, 3, 7, 14, 30)
"""Days from which on each age counts; the last has no end."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of what waits: how many by age (``AGES``), and since when the oldest."""

    code: str
    what: str | Promise
    counts: tuple[int, ...]
    oldest: date | None

    @property
    def in_all(self) -> int:
        """How many wait."""
        return sum(self.counts)


def backlog(*, as_of: date) -> Sequence[Waiting]:
    """Return each kind of what waits at the end of a day in Tokyo."""
    end = day_end(as_of)
    return [
        _waiting("awards", _("付与の指示を出し、付与の報告がまだのもの"), _untold_awards(end), as_of),
        _waiting("double_applications", _("二重の申込で、まだ決まっていないもの"), _open_cases(end), as_of),
        _waiting("inquiries", _("まだ答えていない問い合わせ"), _unanswered(end), as_of),
    ]


def _untold_awards(end: datetime) -> Iterable[datetime]:
    recorded = LedgerEntry.objects.filter(application=OuterRef("application"), points__gt=0, recorded_at__lt=end)
    stopped = DoubleApplication.objects.filter(later=OuterRef("application"), opened_at__lt=end)
    told = Notice.objects.filter(kind=NoticeKind.AWARD_INSTRUCTION.value, created_at__lt=end)
    return told.filter(~Exists(recorded), ~Exists(stopped)).values_list("created_at", flat=True).iterator()


def _open_cases(end: datetime) -> Iterable[datetime]:
    undecided = Q(decided_at=None) | Q(decided_at__gte=end)
    return DoubleApplication.objects.filter(undecided, opened_at__lt=end).values_list("opened_at", flat=True)


def _unanswered(end: datetime) -> Iterable[datetime]:
    answers = InquiryAnswer.objects.filter(inquiry=OuterRef("pk"), answered_at__lt=end)
    return Inquiry.objects.filter(~Exists(answers), asked_at__lt=end).values_list("asked_at", flat=True)


def _waiting(code: str, what: str | Promise, since: Iterable[datetime], as_of: date) -> Waiting:
    counts, oldest = [0] * len(AGES), as_of
    for instant in since:
        day = tokyo_day(instant)
        oldest = min(oldest, day)
        counts[sum((as_of - day).days >= age for age in AGES) - 1] += 1
    return Waiting(code, what, tuple(counts), oldest if any(counts) else None)
