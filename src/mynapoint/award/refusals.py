"""The closed list of reasons for “no”: each with its code; its sentence (ja, en) is in ``award.sentences``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from mynapoint.award.figures import in_words
from mynapoint.award.sentences import SENTENCES
from mynapoint.programme.words import is_japanese


class Refusal(Enum):
    """One reason. The value is its code; what people read of it is in ``award.sentences``.

    Codes are public: a machine may switch on them, so a code never changes its meaning.
    """

    BEFORE_APPLICATION_PERIOD = "before_application_period"
    START_NOT_ANNOUNCED = "start_not_announced"
    AFTER_APPLICATION_PERIOD = "after_application_period"
    CARD_REQUESTED_TOO_LATE = "card_requested_too_late"
    GRACE_MISSED = "grace_missed"
    ALREADY_APPLIED = "already_applied"
    ACCOUNT_ALREADY_USED = "account_already_used"
    CAP_REACHED = "cap_reached"
    NOT_IN_AREA = "not_in_area"
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    USE_BEFORE_EARNING = "use_before_earning"
    USE_AFTER_EARNING = "use_after_earning"
    USE_BEFORE_APPLICATION = "use_before_application"
    REGISTERED_TOO_LATE = "registered_too_late"
    BUDGET_SPENT = "budget_spent"
    SERVICE_LEFT = "service_left"
    SERVICE_NOT_OPEN = "service_not_open"
    SERVICE_SUSPENDED = "service_suspended"
    SERVICE_WITHDRAWN = "service_withdrawn"
    SERVICE_NOT_JOINED_YET = "service_not_joined_yet"
    SERVICE_NO_LONGER_TAKES_PART = "service_no_longer_takes_part"
    CHANNEL_NOT_OPEN_YET = "channel_not_open_yet"
    CHANNEL_CLOSED = "channel_closed"
    CHANNEL_NOT_OFFERED = "channel_not_offered"
    NO_RESERVATION = "no_reservation"
    ALREADY_RESERVED = "already_reserved"
    MY_KEY_ID_CHANGES_USED_UP = "my_key_id_changes_used_up"
    MY_KEY_ID_CHANGED_MEANWHILE = "my_key_id_changed_meanwhile"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_NOT_YET_VALID = "certificate_not_yet_valid"
    CERTIFICATE_NOT_USABLE_YET = "certificate_not_usable_yet"
    CERTIFICATE_REVOKED = "certificate_revoked"
    CERTIFICATE_UNREADABLE = "certificate_unreadable"
    CERTIFICATE_OF_ANOTHER_KIND = "certificate_of_another_kind"
    CERTIFICATE_METHOD_UNKNOWN = "certificate_method_unknown"
    CERTIFICATE_NOT_ACCEPTED = "certificate_not_accepted"
    CERTIFICATE_ISSUER_OVER = "certificate_issuer_over"
    CERTIFICATE_NOT_ON_RECORD = "certificate_not_on_record"
    CERTIFICATE_NOT_CONFIRMED = "certificate_not_confirmed"
    SIGNATURE_CERTIFICATE_REVOKED = "signature_certificate_revoked"
    REVOCATION_UNKNOWN = "revocation_unknown"
    CHALLENGE_EXPIRED = "challenge_expired"
    DRAFT_REPLACED = "draft_replaced"
    CARD_ANSWER_UNREADABLE = "card_answer_unreadable"
    CARD_SIGNATURE_INVALID = "card_signature_invalid"
    OTHER_PERSONS_CARD = "other_persons_card"
    RECORDS_JOINED = "records_joined"
    CARD_STEP_CANCELLED = "card_step_cancelled"
    CARD_NOT_READ = "card_not_read"
    PIN_LOCKED = "pin_locked"
    OTHER_PERSONS_PHONE = "other_persons_phone"
    PHONE_NOT_LINKED = "phone_not_linked"
    PHONE_OF_ANOTHER_RECORD = "phone_of_another_record"
    PHONE_STEP_CANCELLED = "phone_step_cancelled"
    PHONE_NOT_CONFIRMED = "phone_not_confirmed"
    PHONE_UNREACHABLE = "phone_unreachable"
    ACCOUNT_NOT_RECOGNISED = "account_not_recognised"
    PRIOR_REGISTRATION_MISSING = "prior_registration_missing"
    ACCOUNT_NOT_ELIGIBLE = "account_not_eligible"
    TOO_MANY_TRIES = "too_many_tries"
    TRIES_USED_UP = "tries_used_up"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    PROVIDER_BUSY = "provider_busy"

    @property
    def code(self) -> str:
        """The public code."""
        return str(self.value)

    def sentence(self, language: str, figures: Mapping[str, object]) -> str:
        """Return the sentence in ``ja`` or ``en``. Raises KeyError when a figure it needs is missing.

        How figures are written: ``award.figures.in_words``.
        """
        words = {name: in_words(figure, language) for name, figure in figures.items()}
        return SENTENCES[self.code][0 if is_japanese(language) else 1].format_map(words)


@dataclass(frozen=True)
class Reason:
    """One refusal with its figures, such as the day a period ended: days, numbers, or words for people."""

    refusal: Refusal
    figures: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """Return what happened, with the figure and what to do, in ``ja`` or ``en``."""
        return self.refusal.sentence(language, self.figures)


class Refused(Exception):
    """An act that was not done, with every reason; the transaction it was raised in rolls back."""

    def __init__(self, refusal: Refusal | Sequence[Reason], /, **figures: object) -> None:
        reasons = (Reason(refusal, figures),) if isinstance(refusal, Refusal) else tuple(refusal)
        super().__init__(", ".join(reason.refusal.code for reason in reasons))
        self.reasons = reasons

    @property
    def refusal(self) -> Refusal:
        """The first reason."""
        return self.reasons[0].refusal
