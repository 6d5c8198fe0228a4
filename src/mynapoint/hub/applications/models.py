"""What is kept of an application (申込): the choice made for good, its consent, registrations, and the notice feed."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from mynapoint.exchange.messages import Counts, NoticeKind
from mynapoint.hub.identity.models import Resident, SignedStatement
from mynapoint.hub.identity.signers import Signer
from mynapoint.hub.payment_services.models import PaymentService
from mynapoint.hub.reservations.models import Reservation
from mynapoint.programme.rounds import Incentive, load_round
from mynapoint.programme.values import IncentiveId


class Choice(models.Model):
    """A choice of payment service with its account proof; the account and its codes in clear are never kept.

    ``round_id``           the round the choice is made in
    ``account_key``        HMAC of service and account number under the hub's own key: finds one account used twice
    ``account_reference``  the provider's opaque name of the account; all that is ever said to the provider
    ``masked_holder``      the holder as the provider shows it, such as 「サ*プル タ*ウ」
    ``proof``              the provider's JWS; goes back to it with the notice
    """

    COUNTS: ClassVar = [(Counts.TOP_UP.value, _("チャージ")), (Counts.PURCHASE.value, _("買い物"))]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    payment_service = models.ForeignKey(PaymentService, on_delete=models.PROTECT, related_name="+")
    incentive = models.CharField(max_length=40)
    round_id = models.CharField(max_length=20)
    counts = models.CharField(max_length=8, choices=COUNTS)
    account_key = models.CharField(max_length=64)
    account_reference = models.CharField(max_length=128)
    masked_account = models.CharField(max_length=16)
    masked_holder = models.CharField(max_length=64)
    proof = models.TextField()

    class Meta:
        abstract = True

    @property
    def law(self) -> Incentive:
        """The incentive as the law of the round in which the choice is made has it."""
        return load_round(self.round_id).incentives[IncentiveId(self.incentive)]


class Draft(Choice):
    """A proved choice that waits for the card's signature; one per resident and incentive, removed when signed.

    ``session``  SHA-256 of the session it was proved in, and it is a draft there only: what somebody typed into a
                 session left open must not wait for its owner
    ``signer``   who signs, as declared; the statement says it, and the consent keeps it with the signature
    """

    session = models.CharField(max_length=64)
    signer = models.CharField(max_length=12, choices=Signer.choices, db_default=Signer.HOLDER.value)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [UniqueConstraint(name="draft_once", fields=["resident", "incentive"])]

    def __str__(self) -> str:
        return f"draft:{self.id}"


class Application(Choice):
    """A resident's choice, for good. One per resident and incentive, one per account and incentive: by constraint.

    ``resident``  under whom it was made; ``StandingApplication`` says for whom it stands today, if it does
    ``person_freed_by``, ``account_freed_by``  the confirmed mislink that freed this person, and this account, to be
                  chosen afresh; or for a person, the application in whose place this one stands because its service
                  left. Each frees once, and the database asks for the reason (migration 0002)
    """

    reservation = models.ForeignKey(Reservation, on_delete=models.PROTECT, related_name="+")
    person_freed_by = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="person_freed")
    account_freed_by = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="account_freed")
    applied_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(
                name="application_once_per_resident",
                fields=["resident", "incentive"],
                condition=Q(person_freed_by__isnull=True),
            ),
            UniqueConstraint(
                name="application_once_per_account",
                fields=["payment_service", "account_key", "incentive"],
                condition=Q(account_freed_by__isnull=True),
            ),
            UniqueConstraint(
                name="application_once_per_reference",
                fields=["payment_service", "account_reference", "incentive"],
                condition=Q(account_freed_by__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"application:{self.id}"

    @property
    def room(self) -> int:
        """The points that were open to it when it was made, as its provider was told."""
        return self.notices.get(kind=NoticeKind.APPLICATION).room


class StandingApplication(models.Model):
    """Which application stands for a person and incentive: one, by constraint, over all their certificates.

    ``resident``  who survives today; the application keeps the one it was made under. The database refuses one who
                  was merged, and refuses to merge one while something stands under them (migration 0002)
    """

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    incentive = models.CharField(max_length=40)
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="standing")

    class Meta:
        constraints: ClassVar = [UniqueConstraint(name="stands_once", fields=["resident", "incentive"])]

    def __str__(self) -> str:
        return f"{self.application_id} stands"


class Consent(SignedStatement):
    """The statement of one application with the card's signature over it (同意文)."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="consent")

    class Meta(SignedStatement.Meta):
        abstract = False


class Registration(models.Model):
    """A registration that a direct incentive rewards (健康保険証利用申込・口座登録), once it is proven."""

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="+")
    incentive = models.CharField(max_length=40)
    proven_on = models.DateField()
    source = models.CharField(max_length=40)

    class Meta:
        constraints: ClassVar = [UniqueConstraint(name="registration_once", fields=["resident", "incentive"])]

    def __str__(self) -> str:
        return f"{self.incentive} proven on {self.proven_on}"


class NoticeCounter(models.Model):
    """The last cursor given out for one service; whoever gives out further ones holds this row (notices.py)."""

    payment_service = models.OneToOneField(PaymentService, on_delete=models.PROTECT, related_name="+")
    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.payment_service_id}: {self.last}"


class Notice(models.Model):
    """One line of a service's feed; written with what it tells of, never changed.

    ``cursor``  given once, after the commit, when somebody reads; until then the notice is not in the feed
    ``room``    points open for this person and incentive when it was written
    ``points``  for an award instruction: the fixed sum to credit
    """

    KINDS: ClassVar = [(kind.value, kind.name) for kind in NoticeKind]

    payment_service = models.ForeignKey(PaymentService, on_delete=models.PROTECT, related_name="+")
    cursor = models.PositiveBigIntegerField(null=True)
    kind = models.CharField(max_length=20, choices=KINDS)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="notices")
    room = models.PositiveIntegerField()
    points = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                name="notice_without_cursor", fields=["payment_service", "id"], condition=Q(cursor__isnull=True)
            ),
            # Few are stopped, and of every award that waits it is asked whether its application is.
            models.Index(
                name="notice_of_stop",
                fields=["application", "kind"],
                condition=Q(kind__in=[NoticeKind.STOP.value, NoticeKind.RESUME.value]),
            ),
        ]
        constraints: ClassVar = [
            UniqueConstraint(name="notice_cursor", fields=["payment_service", "cursor"]),
            UniqueConstraint(
                name="notice_once",
                fields=["application", "kind"],
                condition=Q(kind__in=[NoticeKind.APPLICATION.value, NoticeKind.AWARD_INSTRUCTION.value]),
            ),
            CheckConstraint(
                name="notice_points",
                condition=Q(kind=NoticeKind.AWARD_INSTRUCTION.value, points__gt=0)
                | (~Q(kind=NoticeKind.AWARD_INSTRUCTION.value) & Q(points=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"notice {self.cursor} {self.kind}"


class UsedNonce(models.Model):
    """The nonce of a provider's signed request; the same one is refused the second time, by constraint."""

    key_id = models.CharField(max_length=64)
    nonce = models.CharField(max_length=128)
    used_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [UniqueConstraint(name="nonce_once", fields=["key_id", "nonce"])]

    def __str__(self) -> str:
        return f"{self.key_id} {self.used_at:%H:%M:%S}"


class KeptAnswer(models.Model):
    """What a machine was answered under the key it made up; for the programme's life, written with what was done.

    ``asked``       SHA-256 of what it asked; something else under the same key is refused
    ``answer``      the body, byte for byte; ``is_refusal``: nothing was recorded but that the question was taken
    """

    key = models.CharField(primary_key=True, max_length=128)
    asked = models.CharField(max_length=64)
    is_refusal = models.BooleanField()
    answer = models.TextField()
    answered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"answer of {self.answered_at:%Y-%m-%d %H:%M:%S}"
