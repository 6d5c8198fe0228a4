"""What a municipality says on its page, dated: frame, counters, contacts, what to bring; and what readers send back."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.words import PageWords, WordsField, no_words

DAY_KINDS = ("weekday", "saturday", "sunday", "holiday")
"""The kinds of day that opening hours tell apart, as in programme.contacts; a public holiday is a holiday."""


class Municipality(models.Model):
    """A municipality (市区町村) with a page of its own at ``/m/<slug>/``."""

    slug = models.SlugField(max_length=40, unique=True)
    name = WordsField()
    site = models.URLField()
    section = WordsField(help_text="The part of the municipality's site the page belongs to")

    def __str__(self) -> str:
        return self.slug


def valid_on(day: date) -> Q:
    """Return the condition of facts that a page of ``day`` may state."""
    return (Q(valid_until=None) | Q(valid_until__gte=day)) & Q(valid_from__lte=day)


class Dated(models.Model):
    """A fact of a municipality, stated from ``valid_from`` to ``valid_until``, both inclusive (Tokyo).

    A change is a new row and a last day on the old one, so a page can be shown as of any day.
    """

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="+")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["id"]
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
    """A counter (窓口): where, what for, and in which period it is held; no last day: 当面の間."""

    purpose = models.CharField(max_length=9, choices=Purpose.choices)
    place = WordsField()
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)


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
    """Days on which a counter is closed although its hours say open, first and last inclusive."""

    counter = models.ForeignKey(Counter, on_delete=models.CASCADE, related_name="closed_days")
    first_day = models.DateField()
    last_day = models.DateField()
    reason = WordsField()


class BringItem(Dated):
    """One thing to bring to a counter; ``{pin_digits}`` and the like are filled with the law's figures."""

    purpose = models.CharField(max_length=9, choices=Purpose.choices)
    words = WordsField()
    note = WordsField(default=no_words, blank=True)


class Department(Dated):
    """Who answers for the page or a part of it, and how to reach them."""

    name = WordsField()
    concerns = WordsField(default=no_words, blank=True)
    address = WordsField(default=no_words, blank=True)
    phone = models.CharField(max_length=20)
    fax = models.CharField(max_length=20, blank=True)


class Link(Dated):
    """A page elsewhere that the municipality points to."""

    label = WordsField()
    url = models.URLField()


class SurveyAnswer(models.Model):
    """One reader's answers to the page's three questions: 1 yes, 2 neither, 3 no, empty not answered. Nothing else."""

    ANSWERS: ClassVar = [(1, _("はい")), (2, _("どちらともいえない")), (3, _("いいえ"))]

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="+")
    answered_on = models.DateField()
    easy_to_find = models.PositiveSmallIntegerField(null=True, blank=True, choices=ANSWERS)
    easy_to_understand = models.PositiveSmallIntegerField(null=True, blank=True, choices=ANSWERS)
    useful = models.PositiveSmallIntegerField(null=True, blank=True, choices=ANSWERS)

    class Meta:
        constraints: ClassVar = [
            CheckConstraint(
                name="survey_answer_something",
                condition=~Q(easy_to_find=None, easy_to_understand=None, useful=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.municipality_id} {self.answered_on}"


class Inquiry(models.Model):
    """A question a reader sent (問い合わせ), under a number they can name; an address only if they want an answer."""

    number = models.CharField(max_length=20)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    question = models.TextField(max_length=2000)
    reply_to = models.EmailField(blank=True)

    class Meta:
        constraints: ClassVar = [UniqueConstraint(name="inquiry_number", fields=["number"])]

    def __str__(self) -> str:
        return self.number
