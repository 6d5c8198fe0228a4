"""What hub and provider say to each other, one frozen class a message; none has a field for a purchase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from mynapoint.exchange.shapes import (
    INTEGER_MAX,
    POINTS_PER_LINE_MAX,
    Identifier,
    LineCount,
    Month,
    NumberShape,
)
from mynapoint.programme.values import AccountId, IncentiveId, Points, ServiceNumber


class Counts(StrEnum):
    """What a service counts for one application, fixed when it is made: top-ups (前払) or purchases (購入)."""

    TOP_UP = "top_up"
    PURCHASE = "purchase"


@dataclass(frozen=True, slots=True)
class AccountProofRequest:
    """Hub to provider: do this account and these security codes belong together?

    ``request_id`` is made by the hub; the same id with the same content gets the same answer. The codes never
    appear in a ``repr``, so neither a log nor a traceback can show them.
    """

    request_id: str
    service_number: ServiceNumber
    incentive: IncentiveId
    account_id: AccountId
    security_codes: tuple[str, ...]

    def __repr__(self) -> str:
        return f"AccountProofRequest({self.request_id!r}, {self.service_number}, {self.account_id!r})"


@dataclass(frozen=True, slots=True)
class AccountProof:
    """Provider to hub: yes. From here on hub and provider speak of the account only by its opaque reference.

    ``masked_holder``  the holder's name as the resident may check it, such as 「サ*プル タ*ウ」
    ``proof``          the provider's own JWS over request, service and reference; comes back with the notice
    """

    request_id: str
    account_reference: str
    masked_holder: str
    masked_account: str
    proof: str


class ProofRefusal(StrEnum):
    """Provider to hub: no; the closed list of reasons. Unknown account and wrong code are one reason on
    purpose: an answer must not tell strangers which accounts exist."""

    NOT_RECOGNISED = "not_recognised"
    PRIOR_REGISTRATION_MISSING = "prior_registration_missing"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_NOT_ELIGIBLE = "account_not_eligible"
    ALREADY_LINKED = "already_linked"
    TOO_MANY_TRIES = "too_many_tries"


@dataclass(frozen=True, slots=True)
class AccountProofRefused:
    """Provider to hub: the answer to an AccountProofRequest that proves nothing."""

    request_id: str
    reason: ProofRefusal


class NoticeKind(StrEnum):
    """What a notice asks of the provider."""

    APPLICATION = "application"
    AWARD_INSTRUCTION = "award_instruction"
    STOP = "stop"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class NoticesHeader:
    """Hub to provider: the first line of a page of notices; ``next_cursor`` asks for the page after it."""

    service_number: ServiceNumber
    count: int
    next_cursor: int


@dataclass(frozen=True, slots=True)
class ApplicationNotice:
    """Hub to provider: a resident has chosen this service for good, or that choice is stopped or resumed.

    ``cursor``          strictly growing within one service; never reused
    ``counts``          what is counted for this application
    ``applied_at``      the instant of the application; the service's own ``effective`` rule applies to it
    ``room``            points still open for this person and incentive: cap minus what is recorded elsewhere
    ``points``          for an award instruction: the fixed sum to credit; otherwise 0
    ``proof``           the JWS this provider gave with the account proof
    """

    cursor: int
    kind: NoticeKind
    application_id: str
    service_number: ServiceNumber
    incentive: IncentiveId
    account_reference: str
    counts: Counts
    applied_at: datetime
    room: Points
    points: Points
    proof: str


@dataclass(frozen=True, slots=True)
class AwardReportHeader:
    """Provider to hub: the first line of a report; the totals must equal the lines that follow.

    ``report_id``       made by the provider; the same id and body is answered the same, other content refused
    ``reported_up_to``  every award that fell due before this instant is in this or an earlier report
    """

    report_id: Identifier
    service_number: ServiceNumber
    reported_up_to: datetime
    line_count: LineCount
    points_total: Points


@dataclass(frozen=True, slots=True)
class AwardLine:
    """Provider to hub: points posted to one application; negative for a claw-back. Nothing else leaves.

    ``line_id``   the provider's own idempotency key of the posting: a line seen twice counts once
    ``posted_on`` the day in Tokyo on which the resident got the points
    """

    line_id: Identifier
    application_id: str
    incentive: IncentiveId
    points: Annotated[Points, NumberShape(-POINTS_PER_LINE_MAX, POINTS_PER_LINE_MAX, not_zero=True)]
    posted_on: date


class LineRefusal(StrEnum):
    """Hub to provider: why one line of a report was not recorded; the closed list."""

    UNKNOWN_APPLICATION = "unknown_application"
    OTHER_SERVICE = "other_service"
    OTHER_INCENTIVE = "other_incentive"
    OVER_CAP = "over_cap"
    BELOW_ZERO = "below_zero"
    STOPPED = "stopped"
    CHANGED_CONTENT = "changed_content"


@dataclass(frozen=True, slots=True)
class AwardReceiptHeader:
    """Hub to provider: what became of a report. accepted + repeated + refused = the report's lines."""

    report_id: Identifier
    accepted: int
    repeated: int
    refused: int
    points_accepted: Points


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """Hub to provider: one refused line of a report, by its number (the header is line 1)."""

    line: int
    line_id: Identifier
    reason: LineRefusal


@dataclass(frozen=True, slots=True)
class SettlementClaim:
    """Provider to hub: the points for which money is claimed, up to and with one month, beyond all earlier claims.

    ``claim_id``  made by the provider; the same id and body is answered the same, other content refused
    ``points``    negative where more was clawed back than awarded since
    ``expired``   points awarded that lapsed unused, from the beginning: an estimate until ``final``, then the actual
                  figure. What lapsed is not paid for
    ``final``     on actual figures: with this claim everything awarded and not expired has been claimed, to the yen
    """

    claim_id: Identifier
    service_number: ServiceNumber
    round_id: Identifier
    incentive: IncentiveId
    month: Month
    points: Points
    expired: Annotated[Points, NumberShape(0, INTEGER_MAX)]
    final: bool


class ClaimState(StrEnum):
    """Hub to provider: where a claim stands; the closed list."""

    SUBMITTED = "submitted"
    CHECKED = "checked"
    APPROVED = "approved"
    REFUSED = "refused"
    PAID = "paid"
    RETURNED = "returned"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SettlementStatement:
    """Hub to provider: the first line of a statement; what was awarded and claimed of one service, from the beginning.

    ``claimed`` counts claims that were not refused, ``paid`` those paid and not returned, ``carried`` what is approved
    and not paid yet: negative is taken off the next payment
    """

    service_number: ServiceNumber
    recorded: Points
    claimed: Points
    paid: Points
    carried: Points
    claims: LineCount


@dataclass(frozen=True, slots=True)
class StatedClaim:
    """Hub to provider: one claim of a statement, and where it stands."""

    claim_id: Identifier
    round_id: Identifier
    incentive: IncentiveId
    month: Month
    points: Points
    expired: Points
    final: bool
    state: ClaimState


@dataclass(frozen=True, slots=True)
class EvidenceRequest:
    """Hub to provider: a line of a claim was drawn for the audit; show what the award rests on, to people."""

    claim_id: Identifier
    line_id: Identifier


Message = (
    AccountProofRequest
    | AccountProof
    | AccountProofRefused
    | NoticesHeader
    | ApplicationNotice
    | AwardReportHeader
    | AwardLine
    | AwardReceiptHeader
    | RefusedLine
    | SettlementClaim
    | SettlementStatement
    | StatedClaim
    | EvidenceRequest
)
