"""The register of payment services: who offers them, how to apply, what they count and when their points come."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from mynapoint.award import means
from mynapoint.exchange.messages import Counts
from mynapoint.hub.payment_services.history_rows import RegisterChange  # noqa: F401 - Django finds models here
from mynapoint.hub.payment_services.life import EFFECTS, State
from mynapoint.hub.words import PageWords, WordsField, no_words


class Provider(models.Model):
    """A registered cashless provider (登録キャッシュレス決済事業者), known by a short name such as ``sample-pay``."""

    slug = models.SlugField(max_length=40, unique=True)
    name = WordsField()
    account_api_url = models.URLField(blank=True, help_text="Where account proofs are asked; empty: not connected")

    def __str__(self) -> str:
        return self.slug


class ProviderKey(models.Model):
    """A provider's public Ed25519 key (64 hex characters); requests signed by it count from ``valid_from`` on."""

    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="keys")
    key_id = models.CharField(max_length=64, unique=True)
    public_key = models.CharField(max_length=64, validators=[RegexValidator(r"\A[0-9a-f]{64}\Z")])
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.key_id

    def is_valid(self, at: datetime) -> bool:
        """Tell whether requests may be signed with this key at an instant of the machine's clock."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


class Kind(models.TextChoices):
    """What a payment service is (区分)."""

    E_MONEY = "e_money", _("電子マネー")
    PREPAID = "prepaid", _("プリペイドカード")
    QR = "qr", _("QRコード決済")
    CREDIT = "credit", _("クレジットカード")
    DEBIT = "debit", _("デビットカード")


class ChannelKind(models.TextChoices):
    """Where a resident applies (申込方法)."""

    WEB = "web", _("パソコン・ウェブ")
    PHONE_APP = "phone_app", _("スマートフォンアプリ")
    OWN_APP = "own_app", _("決済サービスのアプリ")
    SHOP = "shop", _("店頭")
    COUNTER = "counter", _("支援窓口")
    KIOSK = "kiosk", _("マルチコピー機・ATM")


class Timing(models.TextChoices):
    """When points come: the kind of the award schedule (programme.schedules)."""

    AFTER_USE = "after_use", _("ご利用のたび(何時間後・何日後)")
    MONTH_CLOSE = "month_close", _("毎月まとめて")
    THRESHOLD = "threshold", _("上限に達してからまとめて")


class Prior(models.TextChoices):
    """Whether a resident has to register with the provider before applying (事前登録); empty: not stated."""

    NONE = "none", _("不要なもの")
    NEEDED = "needed", _("必要なもの")


SERVICE_STATES = {
    State.DRAFT: means.ServiceState.NOT_REGISTERED,
    State.SUBMITTED: means.ServiceState.NOT_REGISTERED,
    State.APPROVED: means.ServiceState.REGISTERED,
    State.SUSPENDED: means.ServiceState.SUSPENDED,
    State.WITHDRAWN: means.ServiceState.WITHDRAWN,
}


class PaymentService(models.Model):
    """One payment service (決済サービス) as it stands in the register on ``as_of``.

    An empty column is something the register does not state; pages say so. An entry with dated channels and
    incentives states all that an application needs (entries.py).

    ``counts``        what earns: top-ups, purchases, or either as the resident chooses when applying
    ``effective``     from when use counts after an application: ``at_once``, ``next_day`` or ``next_day_08:00``
    ``minimum_yen``   the smallest top-up or purchase that earns
    ``schedule``      when points come, as the table ``[schedule]`` of a service file (programme.schedules)
    ``schedule_words``  the same in the provider's words; ``timing`` its kind, known even where the days are not
    ``extra``         the provider's own gift, outside the programme and its cap; never mixed with it
    ``sources``       where the entry is from, as people cite it
    ``search_key``    the names as the search compares them, ``sort_key`` the reading as it is sorted by any database
                      (payment_services.names)
    """

    EITHER: ClassVar[str] = "either"
    COUNTS: ClassVar = [
        (Counts.TOP_UP.value, _("チャージ")),
        (Counts.PURCHASE.value, _("買い物")),
        (EITHER, _("チャージか買い物のどちらか(申込のときに選ぶ)")),
    ]
    USE: ClassVar = [("directly", _("そのまま使える")), ("exchange", _("交換してから使う"))]

    number = models.CharField(max_length=9, unique=True, validators=[RegexValidator(r"\AMP[0-9]{7}\Z")])
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="payment_services")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    name = models.CharField(max_length=100)
    kana = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    summary = WordsField(default=no_words, blank=True)

    counts = models.CharField(max_length=8, choices=COUNTS, blank=True)
    effective = models.CharField(max_length=16, blank=True)
    minimum_yen = models.PositiveIntegerField(null=True, blank=True)
    rounding = models.CharField(max_length=5, blank=True)
    schedule = models.JSONField(null=True, blank=True)
    schedule_words = WordsField(default=no_words, blank=True)
    timing = models.CharField(max_length=11, choices=Timing.choices, blank=True)

    account_label = WordsField(default=no_words, blank=True)
    account_help = WordsField(default=no_words, blank=True)
    account_pattern = models.CharField(max_length=200, blank=True)
    account_example = models.CharField(max_length=64, blank=True)

    prior = models.CharField(max_length=6, choices=Prior.choices, blank=True)
    prior_registration = WordsField(default=no_words, blank=True)
    points_name = WordsField(default=no_words, blank=True)
    points_used = models.CharField(max_length=8, choices=USE, blank=True)
    points_use = WordsField(default=no_words, blank=True)
    points_expiry = WordsField(default=no_words, blank=True)
    extra = WordsField(default=no_words, blank=True)
    notes = WordsField(default=no_words, blank=True)
    link = models.URLField(blank=True)
    as_of = models.DateField(null=True, blank=True)
    sources = models.JSONField(default=list, blank=True)
    search_key = models.TextField(editable=False)
    sort_key = models.CharField(max_length=400, editable=False, default="", db_index=True)

    class Meta:
        ordering: ClassVar = ["sort_key", "number"]
        constraints: ClassVar = [
            CheckConstraint(name="payment_service_state", condition=Q(state__in=State.values)),
            CheckConstraint(name="payment_service_kind", condition=Q(kind__in=Kind.values)),
            CheckConstraint(name="payment_service_minimum", condition=Q(minimum_yen__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def label(self) -> PageWords:
        """The name in the language of the page."""
        return PageWords(self.name, self.name_en)

    @property
    def countable(self) -> tuple[Counts, ...]:
        """What an application to this service may count; more than one: the resident chooses, once."""
        if not self.counts:
            return ()
        return tuple(Counts) if self.counts == self.EITHER else (Counts(self.counts),)

    @property
    def effect(self) -> PageWords:
        """What its state means for applications."""
        return EFFECTS[State(self.state)]

    @property
    def number_is_sample(self) -> bool:
        """Whether the number is this register's own, because the official one is not known (MP9…)."""
        return self.number.startswith("MP9")

    def offer(self, incentive: str) -> means.Service:
        """Return what the register says of one incentive at this service, for award.eligibility to judge.

        A channel or participation whose first day is not stated is open on no day.
        """
        return means.Service(
            label=self.label,
            state=SERVICE_STATES[State(self.state)],
            takes_part=[
                means.Days(row.joined_on, row.left_on)
                for row in self.participations.all()
                if row.incentive == incentive and row.joined_on
            ],
            channels=[
                means.Channel(row.kind, channel_words([row.kind]), means.Days(row.first_day, row.last_day))
                for row in self.channels.all()
                if row.first_day
            ],
        )


class SecurityCode(models.Model):
    """One of up to three codes a resident enters beside the account; the form is built from label, help, pattern."""

    service = models.ForeignKey(PaymentService, on_delete=models.CASCADE, related_name="security_codes")
    position = models.PositiveSmallIntegerField()
    label = WordsField()
    help = WordsField()
    pattern = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            UniqueConstraint(name="security_code_once", fields=["service", "position"]),
            CheckConstraint(name="security_code_at_most_three", condition=Q(position__range=(1, 3))),
        ]

    def __str__(self) -> str:
        return f"{self.service_id}/{self.position}"


class Channel(models.Model):
    """One way to apply with its first and last day (Tokyo, inclusive); no last day: until further notice.

    No first day: not stated, and so open on no day.
    """

    service = models.ForeignKey(PaymentService, on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=9, choices=ChannelKind.choices)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            UniqueConstraint(name="channel_once", fields=["service", "kind", "first_day"]),
            UniqueConstraint(name="channel_undated_once", fields=["service", "kind"], condition=Q(first_day=None)),
            CheckConstraint(name="channel_kind", condition=Q(kind__in=ChannelKind.values)),
            CheckConstraint(name="channel_days", condition=Q(last_day=None) | Q(last_day__gte=F("first_day"))),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_day}"

    def is_open(self, on: date) -> bool:
        """Tell whether this way is open on a day."""
        return self.first_day is not None and self.first_day <= on and (self.last_day is None or on <= self.last_day)


class Participation(models.Model):
    """One incentive of one round a service takes part in, ``joined_on`` to ``left_on`` inclusive; None: not stated."""

    service = models.ForeignKey(PaymentService, on_delete=models.CASCADE, related_name="participations")
    incentive = models.CharField(max_length=40)
    round_id = models.CharField(max_length=20)
    joined_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            UniqueConstraint(name="participation_once", fields=["service", "incentive", "round_id"]),
            CheckConstraint(name="participation_days", condition=Q(left_on=None) | Q(left_on__gte=F("joined_on"))),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.incentive}"

    def is_in(self, on: date) -> bool:
        """Tell whether the service takes part on a day."""
        return self.joined_on is not None and self.joined_on <= on and (self.left_on is None or on <= self.left_on)


def channel_words(kinds: list[str]) -> PageWords:
    """Return ways to apply as words, in the order given."""
    return PageWords(_joined(kinds, "ja", "、"), _joined(kinds, "en", ", "))


def _joined(kinds: list[str], language: str, comma: str) -> str:
    with translation.override(language):
        return comma.join(str(ChannelKind(kind).label) for kind in kinds)
