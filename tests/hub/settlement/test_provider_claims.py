"""The provider claims from its own books at the real door: shown before it is sent, safely repeated, settled whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from hub import clock
from hub.in_process import InProcessHub
from hub.sample_pay import NUMBER, SamplePay
from hub.settlement.desk_of_claims import AFTER_ALL, has_account, is_approved, office, seals, service
from hub.visitor import Visitor
from mynapoint.cli.provider_claims import claim_words
from mynapoint.hub.books.models import Account
from mynapoint.hub.ledger.audit_books import audit_books
from mynapoint.hub.ledger.models import AwardReport, LedgerEntry
from mynapoint.hub.settlement import actions, payments, sampling
from mynapoint.hub.settlement.audit_claims import audit_claims
from mynapoint.hub.settlement.figures import residue
from mynapoint.hub.settlement.models import Claim, Finding
from mynapoint.programme.service_rules import load_service_rule
from mynapoint.programme.values import Points, ServiceNumber
from mynapoint.provider import award_run, linking
from mynapoint.provider.claim_books import NotInBooks
from mynapoint.provider.claiming import Became, Result, claim
from mynapoint.provider.hub_client import HubClient, HubUnreachable
from mynapoint.provider.not_due import NotDue, Why
from mynapoint.provider.points_gateway import FileGateway
from mynapoint.provider.store import Store

SERVICE_FILE = Path(__file__).parents[3] / "src/mynapoint/demo/data/sample_pay.toml"
HEADER = "transaction_id,account_id,kind,refunds,amount_yen,occurred_at\n"
DUE_AT = datetime(2022, 8, 30, 15, 0, tzinfo=UTC)
IN_SEPTEMBER = DUE_AT + timedelta(days=10)
IN_OCTOBER = IN_SEPTEMBER + timedelta(days=30)


@dataclass
class Provider:
    """サンプルPay's connector beside the hub; 青木 topped up 20,000 yen in July and has 5,000 points since August."""

    inside: award_run.Provider
    pay: SamplePay

    def claims(self, now: datetime, *rows: NotDue, final: bool = False, dry_run: bool = False) -> Result:
        clock.move_to(now)
        return claim(
            self.inside.store,
            self.inside.hub,
            service_number=ServiceNumber(NUMBER),
            not_due=rows,
            now=now,
            final=final,
            dry_run=dry_run,
        )

    def runs(self, now: datetime) -> None:
        clock.move_to(now)
        award_run.run(self.inside, as_of=now, now=now)

    def is_refunded(self, yen: int, now: datetime) -> None:
        row = f"R-{yen},SP00001234,refund,T-1,{yen},{now.isoformat()}\n"
        (self.inside.inbox / f"refund-{yen}.csv").write_text(HEADER + row, encoding="utf-8")
        self.runs(now + timedelta(hours=1))


@pytest.fixture
def provider(aoki: Visitor, sample_pay: SamplePay, tmp_path: Path) -> Provider:
    for act in (aoki.sign_in, aoki.reserve, aoki.apply):
        act()
    (tmp_path / "inbox").mkdir()
    rule, hub = load_service_rule(SERVICE_FILE), sample_pay.hub_client()
    inside = award_run.Provider(
        Store(tmp_path / "store.duckdb"),
        *(ServiceNumber(NUMBER), [rule], tmp_path / "inbox", FileGateway(tmp_path / "credits"), hub),
    )
    topped_up_at = (clock.now() + timedelta(hours=1)).isoformat()
    row = f"T-1,SP00001234,top_up,,20000,{topped_up_at}\n"
    (tmp_path / "inbox" / "july.csv").write_text(HEADER + row, encoding="utf-8")
    own_key = {sample_pay.key.key_id: sample_pay.key.public_bytes()}.get
    linking.pull(inside.store, hub, service_number=inside.service_number, own_key_of=own_key, now=clock.now())
    made = Provider(inside, sample_pay)
    made.runs(DUE_AT)
    return made


def application() -> str:
    return str(LedgerEntry.objects.order_by("pk")[0].application_id)


def expired(points: int, on: date = date(2023, 9, 30)) -> NotDue:
    return NotDue(application(), Why.EXPIRED, Points(points), on)


def test_what_would_be_claimed_is_shown_and_nothing_is_sent(provider: Provider) -> None:
    result = provider.claims(IN_SEPTEMBER, dry_run=True)

    (one,) = result.claims
    assert (one.round_id, one.incentive, one.month, one.points) == ("round2", "card_uptake", "2022-08", 5_000)
    assert (one.became, one.awarded, one.before, Claim.objects.count()) == (Became.DUE, 5_000, 0, 0)
    assert "round2 card_uptake 2022-08: 5,000 points = 5,000 awarded - 0 expired - 0 claimed before; not sent" in (
        claim_words(result)
    )
    assert provider.claims(DUE_AT, dry_run=True).claims == (), "August was not over"


def test_a_month_is_claimed_once_however_often_the_command_is_given(provider: Provider) -> None:
    first = provider.claims(IN_SEPTEMBER)
    again = provider.claims(IN_SEPTEMBER)

    assert [one.became for one in first.claims] == [Became.TAKEN]
    assert (again.claims, [one.points for one in again.stated]) == ((), [5_000])
    assert (again.own_recorded, again.statement.recorded, again.statement.claimed) == (5_000, 5_000, 5_000)
    assert Claim.objects.get().claim_id == first.claims[0].claim_id


@pytest.mark.parametrize("reached", [True, False], ids=["the answer was lost", "the claim was lost"])
def test_a_claim_whose_answer_never_came_is_sent_again_as_the_same_bytes(provider: Provider, reached: bool) -> None:
    provider.inside = replace(provider.inside, hub=_broken(provider.pay, after=reached))
    with pytest.raises(HubUnreachable):
        provider.claims(IN_SEPTEMBER)
    assert Claim.objects.count() == int(reached)
    provider.inside = replace(provider.inside, hub=provider.pay.hub_client())
    waits = provider.claims(IN_SEPTEMBER, dry_run=True)
    assert [(one.became, one.awarded) for one in waits.claims] == [(Became.DUE, None)], "it waits, and is due once"

    result = provider.claims(IN_SEPTEMBER)

    assert [(one.became, one.points) for one in result.claims] == [(Became.TAKEN, 5_000)]
    assert Claim.objects.get().points == 5_000
    assert provider.claims(IN_SEPTEMBER).claims == ()


def test_the_lines_drawn_are_told_with_what_these_books_know_of_them(provider: Provider) -> None:
    at = office()
    provider.claims(IN_SEPTEMBER)
    seals()
    (line,) = sampling.draw(Claim.objects.get(), staff=at.first, now=IN_SEPTEMBER).lines.all()

    result = provider.claims(IN_SEPTEMBER)

    (shown,) = result.evidence
    assert (shown.line_id, shown.account_id, shown.points) == (line.entry.line_id, "SP00001234", 5_000)
    assert (shown.application_id, shown.posted_on) == (application(), date(2022, 8, 31))
    assert "account SP00001234" in claim_words(result)
    sampling.find(line, Finding.IN_ORDER, staff=at.first, now=IN_SEPTEMBER)
    assert provider.claims(IN_SEPTEMBER).evidence == ()


def test_a_line_that_these_books_do_not_have_is_called_so(provider: Provider) -> None:
    entry = LedgerEntry.objects.get()
    LedgerEntry.objects.create(
        report=AwardReport.objects.order_by("pk")[0],
        application=entry.application,
        payment_service=entry.payment_service,
        **{"line_id": "ghost", "points": 1, "posted_on": entry.posted_on, "recorded_at": entry.recorded_at},
    )
    at = office()
    provider.claims(IN_SEPTEMBER)
    seals()
    sampling.draw(Claim.objects.get(), staff=at.first, now=IN_SEPTEMBER)

    result = provider.claims(IN_SEPTEMBER)

    assert "ghost" in {one.line_id for one in result.evidence if one.account_id is None}
    assert "THESE BOOKS HAVE NO SUCH LINE" in claim_words(result)
    assert "these books have 5,000 points recorded, the hub has 5,001" in claim_words(result)


def test_what_lapsed_after_it_was_paid_for_is_repaid_with_the_final_claim(provider: Provider) -> None:
    at = office()
    has_account(at, clock.START)
    provider.claims(IN_SEPTEMBER)
    is_approved(Claim.objects.get(), at, IN_SEPTEMBER)
    payments.pay(service(), staff=at.first, now=IN_SEPTEMBER)
    provider.is_refunded(4_000, IN_SEPTEMBER)
    (refunded,) = provider.claims(IN_OCTOBER).claims
    assert (refunded.month, refunded.points) == ("2022-09", -1_000)
    is_approved(Claim.objects.get(month="2022-09"), at, IN_OCTOBER)
    provider.runs(AFTER_ALL)

    (final,) = provider.claims(AFTER_ALL, expired(600), final=True).claims

    assert (final.final, final.points, final.expired, final.became) == (True, -600, 600, Became.TAKEN)
    is_approved(Claim.objects.get(is_final=True), at, AFTER_ALL)
    payments.take_repayment(service(), Points(1_600), staff=at.first, now=AFTER_ALL)
    left = residue(service())
    assert (left[Account.AWARDED], left[Account.CLAIMED], left[Account.PAID]) == (0, 0, 3_400)
    assert audit_books() + audit_claims() == []
    assert provider.claims(AFTER_ALL, expired(600), final=True).claims == ()


def test_a_claim_that_the_hub_does_not_take_is_told_and_never_sent_again(provider: Provider) -> None:
    early = provider.claims(IN_SEPTEMBER, final=True)

    (one,) = early.claims
    assert (one.became, Claim.objects.count()) == (Became.REFUSED, 0)
    assert "report every award first" in one.why
    assert "NOT TAKEN" in claim_words(early)
    assert [each.points for each in provider.claims(IN_SEPTEMBER).claims] == [5_000], "the monthly claim goes on"


def test_points_the_hub_took_back_are_left_out_once_they_are_told(provider: Provider) -> None:
    entry = LedgerEntry.objects.get()
    LedgerEntry.objects.create(
        report=AwardReport.objects.order_by("pk")[0],
        application=entry.application,
        payment_service=entry.payment_service,
        **{"line_id": "訂正", "points": -5_000, "posted_on": entry.posted_on, "recorded_at": entry.recorded_at},
    )
    refused = provider.claims(IN_SEPTEMBER)
    assert [one.became for one in refused.claims] == [Became.REFUSED]
    assert "these books have 5,000 points recorded, the hub has 0" in claim_words(refused)

    told = NotDue(application(), Why.CORRECTED, Points(5_000), date(2022, 8, 31))
    result = provider.claims(IN_SEPTEMBER, told)

    assert (result.claims, result.own_recorded, result.statement.recorded) == ((), 0, 0)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (lambda: expired(5_001), "5001 points expired of 5000"),
        (lambda: replace(expired(1), application_id="nobody"), "no such application"),
    ],
)
def test_what_cannot_have_lapsed_is_refused_before_anything_is_sent(
    provider: Provider, row: Callable[[], NotDue], why: str
) -> None:
    with pytest.raises(NotInBooks, match=why):
        provider.claims(IN_SEPTEMBER, row())
    assert not Claim.objects.exists()


def test_a_refused_claim_is_claimed_anew_under_another_name(provider: Provider) -> None:
    at = office()
    provider.claims(IN_SEPTEMBER)
    actions.refuse(Claim.objects.get(), why="証拠がありません", staff=at.first, now=IN_SEPTEMBER)

    (again,) = provider.claims(IN_SEPTEMBER).claims

    assert (again.became, Claim.objects.count()) == (Became.TAKEN, 2)
    assert len(set(Claim.objects.values_list("claim_id", flat=True))) == 2


def test_only_what_the_hub_has_recorded_is_claimed(provider: Provider) -> None:
    whole = provider.inside
    provider.inside = replace(whole, hub=_broken(provider.pay, after=False, at="/award-reports"))
    with pytest.raises(HubUnreachable):
        provider.is_refunded(4_000, IN_SEPTEMBER)
    provider.inside = whole

    result = provider.claims(IN_OCTOBER, dry_run=True)

    assert [(one.month, one.points) for one in result.claims] == [("2022-08", 5_000)]
    assert result.own_recorded == result.statement.recorded == 5_000


def _broken(pay: SamplePay, *, after: bool, at: str = "/claims") -> HubClient:
    """A line that breaks at every request to one address: before the hub, or after it has answered."""

    class Line(httpx.BaseTransport):
        def __init__(self) -> None:
            self._inner = InProcessHub()

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            breaks = request.url.path.endswith(at)
            response = None if breaks and not after else self._inner.handle_request(request)
            if response is None or breaks:
                raise httpx.ReadError("cut", request=request)
            return response

    return HubClient(
        hub_url="http://localhost:8000",
        key=pay.key,
        service_number=ServiceNumber(NUMBER),
        transport=Line(),
        pause=lambda _seconds: None,
    )
