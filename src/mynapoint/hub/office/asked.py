"""What a page of the office was asked for: the day as of which, how many weeks, and which part of the programme."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import QueryDict

from mynapoint.hub.office.figures import Cut
from mynapoint.hub.office.tables import incentive_name
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.words import PageWords
from mynapoint.programme.prefectures import PREFECTURES
from mynapoint.programme.rounds import ROUND_IDS

WEEKS = (4, 13, 52)
EARLIEST = date(2020, 1, 1)
"""No programme is older."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Asked:
    """A checked question; what was asked wrongly is left out. ``as_of`` is never after ``today``.

    ``prefecture``  whose municipalities' counters are shown alone; empty: all
    """

    as_of: date
    today: date
    weeks: int
    cut: Cut
    prefecture: str = ""

    @property
    def first(self) -> date:
        """The first day shown by itself."""
        return self.as_of - timedelta(days=7 * self.weeks - 1)

    @property
    def is_cut(self) -> bool:
        """Whether it is about a part alone."""
        return self.cut != Cut()

    @property
    def before(self) -> str:
        """Parameters of the same page a day before."""
        return self.with_(as_of=f"{self.as_of - timedelta(days=1)}")

    @property
    def after(self) -> str:
        """Parameters of the same page a day after; empty where that is not yet."""
        return self.with_(as_of=f"{self.as_of + timedelta(days=1)}") if self.as_of < self.today else ""

    @property
    def parts(self) -> list[tuple[str | PageWords, str]]:
        """What it is cut to, each with the parameters of the page without that."""
        found: list[tuple[str | PageWords, str]] = []
        if self.cut.incentive:
            incentive = incentive_name(self.cut.round_id, self.cut.incentive)
            found.append((incentive, self.with_(round="", incentive="")))
        if self.cut.service_number:
            service = PaymentService.objects.get(number=self.cut.service_number)
            found.append((service.name, self.with_(service="")))
        if self.prefecture:
            found.append((PageWords.of(PREFECTURES[self.prefecture].name), self.with_(prefecture="")))
        return found

    def with_(self, **changes: str) -> str:
        """Return the parameters of a page, some of them changed; an empty one is left out."""
        own = {
            "as_of": f"{self.as_of}",
            "weeks": str(self.weeks),
            "round": self.cut.round_id,
            "incentive": self.cut.incentive,
            "service": self.cut.service_number,
            "prefecture": self.prefecture,
        }
        return urlencode({name: value for name, value in (own | changes).items() if value})


def asked(query: QueryDict, *, today: date) -> Asked:
    """Return what was asked; today, four weeks and everything where nothing or nothing possible was."""
    weeks, prefecture = query.get("weeks", ""), query.get("prefecture", "")
    return Asked(
        as_of=max(EARLIEST, min(day_asked(query.get("as_of", "")) or today, today)),
        today=today,
        weeks=int(weeks) if weeks in {str(one) for one in WEEKS} else WEEKS[0],
        cut=_cut(query),
        prefecture=prefecture if prefecture in PREFECTURES else "",
    )


def day_asked(text: str) -> date | None:
    """Return a day such as 2022-07-15; None for anything else."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _cut(query: QueryDict) -> Cut:
    round_id, incentive, number = (query.get(name, "") for name in ("round", "incentive", "service"))
    try:
        if round_id in ROUND_IDS and incentive:
            incentive_name(round_id, incentive)
        else:
            round_id = incentive = ""
    except KeyError:
        round_id = incentive = ""
    is_known = bool(number) and PaymentService.objects.filter(number=number).exists()
    return Cut(round_id, incentive, number if is_known else "")
