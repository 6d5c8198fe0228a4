"""Claims: computed from the provider's own books, kept as bytes, sent until the hub answers; the statement read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mynapoint.exchange.codec import encode
from mynapoint.exchange.messages import ClaimState, SettlementClaim, SettlementStatement, StatedClaim
from mynapoint.programme.values import Points, ServiceNumber, tokyo_day
from mynapoint.provider import claim_books
from mynapoint.provider.claim_books import Evidence
from mynapoint.provider.claims_due import Due, Series, to_claim, total
from mynapoint.provider.hub_client import HubClient, HubRefused, Statement
from mynapoint.provider.not_due import NotDue
from mynapoint.provider.store import Store

NOT_TAKEN = 422
"""What a hub answers to a claim that it read and will never take; anything else may be sent again."""


class Became(StrEnum):
    """What became of a claim in this command."""

    DUE = "due"
    TAKEN = "taken"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Claimed:
    """One claim: its figures, and what became of it. ``claim_id`` is empty where it was only computed.

    ``awarded``, ``before``  None for one that an earlier command had kept and could not send
    """

    claim_id: str
    round_id: str
    incentive: str
    month: str
    points: Points
    expired: Points
    final: bool
    awarded: Points | None
    before: Points | None
    became: Became
    why: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What was claimed, what the hub says of all claims, and the lines it wants to be shown.

    ``own_recorded``  what these books say the hub must have recorded; ``statement.recorded`` is what it has
    """

    claims: tuple[Claimed, ...]
    own_recorded: Points
    statement: SettlementStatement
    stated: tuple[StatedClaim, ...]
    evidence: tuple[Evidence, ...]


def claim(
    store: Store,
    hub: HubClient,
    *,
    service_number: ServiceNumber,
    not_due: Sequence[NotDue],
    now: datetime,
    final: bool = False,
    dry_run: bool = False,
) -> Result:
    """Claim what is due by the store, and return it with the hub's statement; ``dry_run`` computes and sends nothing.

    What an earlier command kept and could not send goes first, as the same bytes. Of a series whose claim the hub
    did not take nothing more is sent. Raises HubError, StoreBusy, NotInBooks; the same command may be given again.
    """
    if dry_run:
        return _claim(store, hub, service_number, not_due, now, final=final, dry_run=True)
    with store.one_run():
        return _claim(store, hub, service_number, not_due, now, final=final, dry_run=False)


def _claim(
    store: Store,
    hub: HubClient,
    service_number: ServiceNumber,
    not_due: Sequence[NotDue],
    now: datetime,
    *,
    final: bool,
    dry_run: bool,
) -> Result:
    with store.step() as connection:
        waiting = claim_books.unanswered(connection)
        books = claim_books.monthly(connection, not_due)
    made = [_again(one) if dry_run else _sent(store, hub, one, body, due=None, now=now) for one, body in waiting]
    told = hub.statement()
    known = [*told.claims, *(_as_stated(one) for one, _body in waiting if dry_run)]
    stopped: set[Series] = set()
    for due in to_claim(books, known, today=tokyo_day(now), final=final):
        if dry_run:
            made.append(_claimed("", due, Became.DUE))
        elif due.series not in stopped:
            one, body = _kept(store, due, service_number, len(told.claims), now)
            made.append(_sent(store, hub, one, body, due=due, now=now))
            stopped |= {due.series} if made[-1].became is Became.REFUSED else set()
    if any(one.became is Became.TAKEN for one in made):
        told = hub.statement()
    return _result(store, made, total(books), told)


def _result(store: Store, made: Sequence[Claimed], own: Points, told: Statement) -> Result:
    with store.step() as connection:
        shown = claim_books.evidence(connection, told.evidence)
    return Result(tuple(made), own, told.header, told.claims, tuple(shown))


def _kept(
    store: Store, due: Due, service_number: ServiceNumber, known: int, now: datetime
) -> tuple[SettlementClaim, bytes]:
    with store.step() as connection:
        made = SettlementClaim(
            claim_id=claim_books.next_claim_id(connection, known=known),
            service_number=service_number,
            round_id=due.series.round_id,
            incentive=due.series.incentive,
            month=due.month,
            points=due.points,
            expired=due.expired,
            final=due.final,
        )
        body = encode(made)
        claim_books.keep_claim(connection, made, body, now=now)
    return made, body


def _sent(
    store: Store, hub: HubClient, one: SettlementClaim, body: bytes, *, due: Due | None, now: datetime
) -> Claimed:
    why = None
    try:
        hub.send_claim(claim=one, body=body)
    except HubRefused as error:
        if error.status != NOT_TAKEN:
            raise
        why = str(error)
    with store.step() as connection:
        claim_books.keep_answer(connection, one.claim_id, why, now=now)
    became = Became.TAKEN if why is None else Became.REFUSED
    return _claimed(one.claim_id, due, became, why or "") if due else _again(one, became, why or "")


def _claimed(claim_id: str, due: Due, became: Became, why: str = "") -> Claimed:
    of = (due.series.round_id, str(due.series.incentive), due.month, due.points, due.expired, due.final)
    return Claimed(claim_id, *of, due.awarded, due.before, became, why)


def _again(one: SettlementClaim, became: Became = Became.DUE, why: str = "") -> Claimed:
    of = (one.round_id, str(one.incentive), one.month, one.points, one.expired, one.final)
    return Claimed(one.claim_id, *of, None, None, became, why)


def _as_stated(one: SettlementClaim) -> StatedClaim:
    of = (one.claim_id, one.round_id, one.incentive, one.month, one.points, one.expired, one.final)
    return StatedClaim(*of, ClaimState.SUBMITTED)
