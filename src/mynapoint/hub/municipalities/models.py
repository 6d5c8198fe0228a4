"""What a municipality says on its page, dated: frame, texts, counters, contacts, what to bring, common questions."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Q
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.words import PageWords, WordsField, no_words

DAY_KINDS = ("weekday", "saturday", "sunday", "holiday")
"""The kinds of day that opening hours tell apart, as in programme.contacts; a public holiday is a holiday."""
TOWNS_SHOWN = 20
"""With more municipalities than that, pages do not list them; the help page asks for the name."""


class Municipality(models.Model):
    """A municipality (市区町村) with a page of its own at ``/m/<slug>/``.

    ``code``  its 全国地方公共団体コード, whose first two digits are its prefecture's; empty until its file is read anew
    """

    slug = models.SlugField(max_length=40, unique=True)
    code = models.CharField(max_length=6, blank=True, db_default="")
    name = WordsField()
    site = models.URLField()
    section = WordsField(help_text="The part of the municipality's site the page belongs to")

    def __str__(self) -> str:
        return self.slug


def is_month_day(text: str) -> bool:
    """Say whether a text is a day of every year as kept here, such as ``12-29``."""
    try:
        return len(text) == len("MM-DD") and bool(date.fromisoformat(f"2000-{text}"))
    except ValueError:
        return False


def valid_on(day: date) -> Q:
    """Return the condition of facts that a page of ``day`` may state."""
    return (Q(valid_until=None) | Q(valid_until__gte=day)) & Q(valid_from__lte=day)


class Dated(models.Model):
    """A fact of a municipality, stated from ``valid_from`` to ``valid_until``, both inclusive (Tokyo).

    A change is a new row and a last day on the old one, so a page can be shown as of any day.

    ``position``  where it stands among its kind; the row that takes its place inherits it
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="+")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            CheckConstraint(name="%(class)s_days", condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from"))),
        ]

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.valid_from}"


class Edition(Dated):
    """The page's frame: title, number with what the municipality calls it, and breadcrumb as a list of [ja, en]."""

    title = WordsField()
    number_label = WordsField()
    number = models.CharField(max_length=40)
    breadcrumb = models.JSONField()

    @property
    def path(self) -> list[PageWords]:
        """The breadcrumb's names above the page itself, outermost first."""
        return [PageWords(ja, en) for ja, en in self.breadcrumb]


class Text(Dated):
    """A sentence of the municipality's own, at one place of the page."""

    class Place(models.TextChoices):
        """Where it stands."""

        NOTICE = "notice", _("お知らせ")
        SUPPORT = "support", _("支援の内容")
        REQUEST = "request", _("来る前のお願い")

    place = models.CharField(max_length=8, choices=Place.choices)
    words = WordsField()


class Purpose(models.TextChoices):
    """What a counter is for."""

    SUPPORT = "support", _("予約・申込の支援")
    PIN_RESET = "pin_reset", _("暗証番号の再設定")


class Counter(Dated):
    """A counter (窓口): where, what for, and in which period it is held; no last day: 当面の間.

    ``follows``  the row whose place this one took: the same counter, stated anew
    """

    purpose = models.CharField(max_length=9, choices=Purpose.choices)
    place = WordsField()
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    follows = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="followed_by")


class CounterHours(Dated):
    """One opening of a counter on some kinds of day; a lunch gap is two rows."""

    counter = models.ForeignKey(Counter, on_delete=models.CASCADE, related_name="hours")
    days = models.JSONField(help_text="A list out of DAY_KINDS")
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta(Dated.Meta):
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            CheckConstraint(name="counter_hours_order", condition=Q(closes__gt=F("opens"))),
        ]


class ClosedDays(Dated):
    """Days of rest although the hours say open, first and last inclusive; without a counter, at every counter."""

    counter = models.ForeignKey(Counter, on_delete=models.CASCADE, null=True, blank=True, related_name="closed_days")
    first_day = models.DateField()
    last_day = models.DateField()
    reason = WordsField()


class YearlyRest(Dated):
    """Days of rest in every year, such as 12-29 to 01-03, first and last inclusive; without a counter, everywhere."""

    counter = models.ForeignKey(Counter, on_delete=models.CASCADE, null=True, blank=True, related_name="yearly_rests")
    first = models.CharField(max_length=5, help_text="MM-DD")
    last = models.CharField(max_length=5, help_text="MM-DD")
    reason = WordsField()


class BringItem(Dated):
    """One thing to bring to a counter; ``{pin_digits}`` and the like are filled with the law's figures."""

    purpose = models.CharField(max_length=9, choices=Purpose.choices)
    words = WordsField()
    note = WordsField(default=no_words, blank=True)


class Department(Dated):
    """Who answers for the page or a part of it, and how to reach them.

    ``opens`` ``closes``  its hours on weekdays, which need not be a counter's; both or neither
    """

    name = WordsField()
    concerns = WordsField(default=no_words, blank=True)
    address = WordsField(default=no_words, blank=True)
    phone = models.CharField(max_length=20)
    fax = models.CharField(max_length=20, blank=True)
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)


class Link(Dated):
    """A page elsewhere that the municipality points to."""

    label = WordsField()
    url = models.URLField()


class Topic(models.TextChoices):
    """What a question of the FAQ is about, in the order of the page."""

    PROGRAMME = "programme", _("マイナポイントのしくみ")
    CARD = "card", _("カードと暗証番号")
    RESERVATION = "reservation", _("予約")
    APPLICATION = "application", _("申込")
    POINTS = "points", _("ポイントの付与と利用")
    COUNTER = "counter", _("窓口での支援")
    PRIVACY = "privacy", _("個人情報")


class Question(Dated):
    """A common question with its answer, the municipality's own."""

    topic = models.CharField(max_length=11, choices=Topic.choices)
    question = WordsField()
    answer = WordsField()
