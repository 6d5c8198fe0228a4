"""The whole journey in one process: a visitor at the hub, サンプルPay's connector beside it, and no server started."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub import clock
from hub.sample_pay import NUMBER, SamplePay
from hub.visitor import Visitor
from mynapoint.hub.ledger.models import LedgerEntry, RecordedTotal
from mynapoint.programme.service_rules import load_service_rule
from mynapoint.programme.values import ServiceNumber
from mynapoint.provider import award_run, linking
from mynapoint.provider.points_gateway import FileGateway
from mynapoint.provider.store import Store

SERVICE_FILE = Path(__file__).parents[2] / "src/mynapoint/demo/data/sample_pay.toml"
HEADER = "transaction_id,account_id,kind,refunds,amount_yen,occurred_at\n"


def test_a_top_up_of_20000_yen_becomes_5000_points_on_my_page(
    aoki: Visitor, sample_pay: SamplePay, tmp_path: Path
) -> None:
    aoki.sign_in()
    aoki.reserve()
    aoki.apply()
    provider = _provider(sample_pay, tmp_path)
    topped_up_at = clock.now() + timedelta(hours=1)
    _export(tmp_path, f"T-1,SP00001234,top_up,,20000,{topped_up_at.isoformat()}\n")
    _pull(provider, sample_pay)

    clock.move_to(topped_up_at)
    early = award_run.run(provider, as_of=clock.now(), now=topped_up_at)
    assert (early.accepted, early.points) == (1, 0), "nothing is due before the month has closed"
    assert 'id="recorded-card_uptake" value="0"' in aoki.page("/my/")

    due_at = datetime(2022, 8, 30, 15, 0, tzinfo=UTC)
    clock.move_to(due_at)
    done = award_run.run(provider, as_of=due_at, now=due_at)

    assert (done.points_posted, done.reports, done.refused) == (5_000, 1, 0)
    assert 'id="recorded-card_uptake" value="5000"' in aoki.page("/my/")
    assert RecordedTotal.objects.get().recorded == LedgerEntry.objects.get().points == 5_000
    assert award_run.run(provider, as_of=due_at, now=due_at).points == 0, "the same run twice changes nothing"
    assert LedgerEntry.objects.count() == 1


def test_a_refund_after_the_award_takes_points_back_at_the_hub(
    aoki: Visitor, sample_pay: SamplePay, tmp_path: Path
) -> None:
    aoki.sign_in()
    aoki.reserve()
    aoki.apply()
    provider = _provider(sample_pay, tmp_path)
    at = (clock.now() + timedelta(hours=1)).isoformat()
    _export(tmp_path, f"T-1,SP00001234,top_up,,12000,{at}\n")
    _pull(provider, sample_pay)
    due_at = datetime(2022, 8, 30, 15, 0, tzinfo=UTC)
    later = due_at + timedelta(days=1)
    clock.move_to(later)
    award_run.run(provider, as_of=due_at, now=due_at)

    _export(tmp_path, f"T-2,SP00001234,refund,T-1,4000,{due_at.isoformat()}\n", name="late.csv")
    assert award_run.run(provider, as_of=later, now=later).points_posted == -1_000

    assert RecordedTotal.objects.get().recorded == 2_000
    assert list(LedgerEntry.objects.order_by("pk").values_list("points", flat=True)) == [3_000, -1_000]


def _provider(sample_pay: SamplePay, folder: Path) -> award_run.Provider:
    (folder / "inbox").mkdir()
    return award_run.Provider(
        store=Store(folder / "store.duckdb"),
        service_number=ServiceNumber(NUMBER),
        rules=[load_service_rule(SERVICE_FILE)],
        inbox=folder / "inbox",
        gateway=FileGateway(folder / "credits"),
        hub=sample_pay.hub_client(),
    )


def _pull(provider: award_run.Provider, sample_pay: SamplePay) -> None:
    own_keys = {sample_pay.key.key_id: sample_pay.key.public_bytes()}
    pulled = linking.pull(
        provider.store,
        provider.hub,
        service_number=provider.service_number,
        own_key_of=own_keys.get,
        now=clock.now(),
    )
    assert pulled.linked == 1


def _export(folder: Path, rows: str, name: str = "july.csv") -> None:
    (folder / "inbox" / name).write_text(HEADER + rows)
