"""Credit instructions as files: whole or not at all, never changed, the same batch again gives the same days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mynapoint.programme.values import AccountId, IncentiveId, Points
from mynapoint.provider.points_gateway import Credit, CreditFailed, FileGateway

NOW = datetime(2022, 8, 31, 14, 59, tzinfo=UTC)
ONE = Credit("run-1-aoki", AccountId("SP00001234"), IncentiveId("card_uptake"), Points(5_000))


def test_a_batch_is_written_once_with_the_day_in_tokyo(tmp_path: Path) -> None:
    gateway = FileGateway(tmp_path / "credits")

    first = gateway.credit("run-1", [ONE], now=NOW)
    again = gateway.credit("run-1", [ONE], now=NOW + timedelta(hours=1))

    assert first == again == {"run-1-aoki": date(2022, 8, 31)}
    assert [path.name for path in (tmp_path / "credits").iterdir()] == ["credits-run-1.csv"]
    assert (tmp_path / "credits" / "credits-run-1.csv").read_text() == (
        "key,account_id,incentive,points,credited_on\nrun-1-aoki,SP00001234,card_uptake,5000,2022-08-31\n"
    )


def test_a_batch_that_is_there_with_another_sum_is_refused(tmp_path: Path) -> None:
    gateway = FileGateway(tmp_path)
    gateway.credit("run-1", [ONE], now=NOW)

    with pytest.raises(CreditFailed, match="other instructions"):
        gateway.credit("run-1", [Credit(ONE.key, ONE.account_id, ONE.incentive, Points(1))], now=NOW)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "credits").write_text("a file where a folder should be")

    with pytest.raises(CreditFailed, match="credits"):
        FileGateway(tmp_path / "credits").credit("run-1", [ONE], now=NOW)
