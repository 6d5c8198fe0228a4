"""The inbox takes files as they come: CP932, damage told by name, rows set aside safe to open in a spreadsheet."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from mynapoint.provider import neighbours
from mynapoint.provider.inbox import take_in
from mynapoint.provider.store import Store
from mynapoint.provider.table_files import UnreadableFile
from provider.parquet_bombs import transactions
from provider.world import IN_JULY, World

HEADER = "transaction_id,account_id,kind,refunds,amount_yen,occurred_at,店名\n"


@pytest.fixture
def store(world: World) -> Store:
    return world.provider.store


def test_rows_set_aside_are_marked_for_spreadsheets(world: World, store: Store) -> None:
    inbox = world.provider.inbox
    inbox.mkdir(parents=True, exist_ok=True)
    rows = "t1,a,top_up,,=1+1,2022-07-16T10:00:00Z,㈱髙島\n" + "t2,a,top_up,,1,2022-07-16T10:00:00Z,～\n"
    (inbox / "july.csv").write_bytes((HEADER + rows).encode("cp932"))

    [taken] = take_in(store, inbox, now=IN_JULY)

    assert (taken.accepted, taken.set_aside) == (1, 1)
    rejects = (inbox / "rejects" / "july.csv").read_text(encoding="utf-8")
    assert rejects.splitlines()[1] == "2,amount_yen,'=1+1,must be a whole number"


def test_a_file_whose_ids_do_not_fit_in_memory_is_taken_in(
    world: World, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = 400 * neighbours._BYTES_A_NUMBER * neighbours._SHARE_OF_MEMORY
    monkeypatch.setattr(neighbours, "database_bytes", lambda _: room)
    inbox = world.provider.inbox
    inbox.mkdir(parents=True, exist_ok=True)
    pq.write_table(transactions(1_000), inbox / "july.parquet")

    [taken] = take_in(store, inbox, now=IN_JULY)

    assert (taken.accepted, taken.set_aside) == (1_000, 0)


def test_a_damaged_file_is_told_by_name_and_taken_when_it_is_whole(world: World, store: Store) -> None:
    inbox: Path = world.provider.inbox
    inbox.mkdir(parents=True, exist_ok=True)
    path = inbox / "damaged.parquet"
    pq.write_table(transactions(1_000), path, compression="zstd", use_dictionary=False)
    whole = path.read_bytes()
    path.write_bytes(whole[:200] + bytes(60) + whole[260:])

    with pytest.raises(UnreadableFile, match=r"damaged\.parquet: is damaged: .*; write or copy it again"):
        take_in(store, inbox, now=IN_JULY)
    path.write_bytes(whole)
    [taken] = take_in(store, inbox, now=IN_JULY)

    assert (taken.accepted, taken.set_aside) == (1_000, 0)
