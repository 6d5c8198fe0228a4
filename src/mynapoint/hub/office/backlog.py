"""What waits as of the end of a day, by how long: awards, cases that staff decide, claims, inquiries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.applications.correction_models import CorrectionStep
from mynapoint.hub.applications.held import OVER
from mynapoint.hub.ledger.models import DoubleApplication
from mynapoint.hub.ledger.waiting_awards import waiting_awards
from mynapoint.hub.municipalities.exchanges import Inquiry, InquiryAnswer
from mynapoint.hub.office.figures import day_end
from mynapoint.hub.settlement.models import Claim, ClaimStep, State
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
    awards = Counter[date]()
    for told, count in waiting_awards(as_of=as_of).items():
        awards[told.on] += count
    return [
        _by_age("awards", _("付与の指示を出し、付与の報告がまだのもの"), awards, as_of),
        _waiting("double_applications", _("二重の申込で、まだ決まっていないもの"), _open_cases(end), as_of),
        _waiting("corrections", _("申込の訂正で、まだ決まっていないもの"), _open_corrections(end), as_of),
        _waiting("claims", _("請求で、承認も差し戻しもしていないもの"), _open_claims(end), as_of),
        _waiting("inquiries", _("まだ答えていない問い合わせ"), _unanswered(end), as_of),
    ]


def _open_cases(end: datetime) -> Iterable[datetime]:
    undecided = Q(decided_at=None) | Q(decided_at__gte=end)
    return DoubleApplication.objects.filter(undecided, opened_at__lt=end).values_list("opened_at", flat=True)


def _open_corrections(end: datetime) -> Iterable[datetime]:
    ended = CorrectionStep.objects.filter(correction=OuterRef("correction"), kind__in=OVER, done_at__lt=end)
    opened = CorrectionStep.objects.filter(kind=CorrectionStep.Kind.OPENED, done_at__lt=end)
    return opened.filter(~Exists(ended)).values_list("done_at", flat=True)


def _open_claims(end: datetime) -> Iterable[datetime]:
    decided = ClaimStep.objects.filter(claim=OuterRef("pk"), state__in=[State.APPROVED, State.REFUSED], made_at__lt=end)
    return Claim.objects.filter(~Exists(decided), submitted_at__lt=end).values_list("submitted_at", flat=True)


def _unanswered(end: datetime) -> Iterable[datetime]:
    answers = InquiryAnswer.objects.filter(inquiry=OuterRef("pk"), answered_at__lt=end)
    return Inquiry.objects.filter(~Exists(answers), asked_at__lt=end).values_list("asked_at", flat=True)


def _waiting(code: str, what: str | Promise, since: Iterable[datetime], as_of: date) -> Waiting:
    return _by_age(code, what, Counter(map(tokyo_day, since)), as_of)


def _by_age(code: str, what: str | Promise, since: Mapping[date, int], as_of: date) -> Waiting:
    counts = [0] * len(AGES)
    for day, count in since.items():
        counts[sum((as_of - day).days >= age for age in AGES) - 1] += count
    return Waiting(code, what, tuple(counts), min(since, default=None))
