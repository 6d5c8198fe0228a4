"""Auditing settlement: silent where all is well, exact about what is off, whoever put it there; the commands for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from hub import clock
from hub.people import applies, awarded
from hub.sample_pay import NUMBER, REGISTER
from hub.settlement.desk_of_claims import AFTER_ALL, Office, claims, has_account, is_approved, office, service
from mynapoint.cli import app
from mynapoint.hub.books.models import Budget, Movement
from mynapoint.hub.identity.links import CertificateId
from mynapoint.hub.payment_services.actions import import_register
from mynapoint.hub.settlement import payments
from mynapoint.hub.settlement.audit_claims import audit_claims
from mynapoint.hub.settlement.models import Claim, DrawnLine, Payment
from mynapoint.programme.values import Points

CLAIMED, PAID = "a claim is booked when it is approved", "a payment is booked as its claims"
LAPSED, BACK = "what lapsed is booked with its final claim", "a returned transfer is booked back"
SUM = "a payment is the sum of its claims"


@pytest.fixture
def at(db: None) -> Office:
    """July was paid, given back and paid again; the final claim says that 500 lapsed and 499 are repaid."""
    import_register(REGISTER)
    made = office()
    has_account(made, clock.START)
    person = applies(CertificateId("aa", "1"), clock.START)
    awarded(person, 3_000, clock.START)
    is_approved(claims(3_000, "2022-07", AFTER_ALL), made, AFTER_ALL)
    first = payments.pay(service(), staff=made.first, now=AFTER_ALL)
    payments.take_back(first, why="口座なし", staff=made.first, now=AFTER_ALL)
    payments.pay(service(), staff=made.first, now=AFTER_ALL)
    awarded(person, 1, AFTER_ALL)
    is_approved(claims(-499, "2024-03", AFTER_ALL, expired=500, final=True), made, AFTER_ALL)
    payments.take_repayment(service(), Points(499), staff=made.first, now=AFTER_ALL)
    return made


def forged(kind: str, giver: str, receiver: str, voucher: str, **other: object) -> None:
    """A movement put in past the hub."""
    budget = Budget.objects.get(name="round2.card_uptake")
    own = {"budget": budget, "kind": kind, "from_account": giver, "to_account": receiver, "points": 1}
    Movement.objects.create(**own | {"made_at": AFTER_ALL, "voucher": voucher, "service_number": NUMBER} | other)


def july() -> Claim:
    return Claim.objects.get(month="2022-07")


def july_again(_: Office) -> None:
    forged("claimed", "awarded", "claimed", str(july()))


def july_lapses(_: Office) -> None:
    forged("expired", "awarded", "funds", str(july()))


def paid_more(_: Office) -> None:
    forged("paid", "claimed", "paid", str(Payment.objects.order_by("pk")[0]))


def paid_for_nothing(at: Office) -> None:
    Payment.objects.create(payment_service=service(), points=-7, made_by=at.first.account, made_at=AFTER_ALL)


def paid_is_booked_back(_: Office) -> None:
    origin = Movement.objects.filter(kind="paid", to_account="paid").order_by("pk")[1]
    forged("reversed", "paid", "claimed", "payment:99", reverses=origin, points=origin.points, budget=origin.budget)


FORGERIES: dict[str, tuple[Callable[[Office], None], set[tuple[str, str]]]] = {
    "a claim is booked twice": (july_again, {(CLAIMED, "claim:")}),
    "a claim that nobody made is booked": (
        lambda _: forged("claimed", "awarded", "claimed", "claim:99"),
        {(CLAIMED, "claim:99")},
    ),
    "points are claimed without a name": (
        lambda _: forged("claimed", "awarded", "claimed", ""),
        {(CLAIMED, "no voucher")},
    ),
    "a payment that nobody made is booked": (
        lambda _: forged("paid", "claimed", "paid", "payment:99"),
        {(PAID, "payment:99")},
    ),
    "a payment is booked as more than it is": (paid_more, {(PAID, "payment:")}),
    "points lapse without a final claim": (july_lapses, {(LAPSED, "claim:")}),
    "a payment has no claims": (paid_for_nothing, {(PAID, "payment:"), (SUM, "payment:")}),
    "what was paid is booked back": (paid_is_booked_back, {(BACK, "payment:99")}),
}


def test_nothing_is_off_where_the_hub_alone_wrote(at: Office) -> None:
    assert audit_claims() == []


@pytest.mark.parametrize("name", FORGERIES)
def test_what_was_put_in_past_the_hub_is_found_and_named(at: Office, name: str) -> None:
    forge, expected = FORGERIES[name]

    forge(at)

    found = {(one.what, one.place) for one in audit_claims()}
    assert {what for what, _ in found} == {what for what, _ in expected}
    assert all(any(place.startswith(begins) for _, begins in expected) for _, place in found)
    assert len(found) == len(expected)


def test_the_operator_lists_claims_prints_a_statement_and_draws_again(at: Office) -> None:
    def told(*words: str) -> tuple[int, list[str], str]:
        done = CliRunner().invoke(app, ["hub", *words])
        return done.exit_code, done.stdout.splitlines(), done.stderr

    own, final = july(), Claim.objects.get(is_final=True)
    status, listed, _ = told("claims", "list")
    assert (status, listed[0]) == (0, "service\tclaim\tround\tincentive\tmonth\tpoints\texpired\tfinal\tstate")
    assert listed[1] == f"{NUMBER}\t{own.claim_id}\tround2\tcard_uptake\t2022-07\t3000\t0\tno\tpaid"
    assert listed[2] == f"{NUMBER}\t{final.claim_id}\tround2\tcard_uptake\t2024-03\t-499\t500\tyes\tpaid"

    status, sheet, _ = told("claims", "statement", NUMBER)
    assert (status, sheet[-4:]) == (
        0,
        [f"{NUMBER},{name},,,,{sum_},,," for name, sum_ in _SUMS.items()],
    )
    assert told("claims", "statement", "MP9999999") == (1, [], "there is no payment service 'MP9999999'\n")

    (line,) = DrawnLine.objects.filter(draw__claim=own)
    status, drawn, _ = told("claims", "draw", NUMBER, own.claim_id)
    assert (status, drawn[1:]) == (0, [line.entry.line_id])
    assert drawn[0].startswith(f"seed {own.draw.seed} of checkpoint")
    assert told("claims", "draw", NUMBER, "c")[0] == 1

    forged("claimed", "awarded", "claimed", "claim:99")
    off = told("audit-books")
    assert off[0] == 1
    assert "a claim is booked when it is approved: claim:99 expected 0, found 1" in off[2].replace(
        ": expected", " expected"
    )


_SUMS = {"recorded": 3_001, "claimed": 2_501, "paid": 2_501, "carried": 0}
