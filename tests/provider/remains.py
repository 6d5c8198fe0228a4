"""What an award run leaves behind, so that a disturbed one can be held against an undisturbed one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mynapoint.provider.store import Store
from provider.world import contents


@dataclass(frozen=True)
class Remains:
    """What a run leaves behind, without the names and instants that differ from store to store."""

    tables: str
    credit_files: list[str]


def remains(store: Store, credit_folder: Path) -> Remains:
    """Return what stands in a store and in its credit files."""
    with store.step() as connection:
        row = connection.execute("SELECT store_id FROM store").fetchone()
    assert row is not None
    tables = contents(store)
    references = [one[0] for one in tables.pop("account_references")]
    tables.pop("linked")
    text = str(tables)
    for reference in references:
        text = text.replace(reference, "REFERENCE")
    written = [path.read_text() for path in sorted(credit_folder.iterdir())]
    return Remains(text.replace(row[0], "STORE"), [one.replace(row[0], "STORE") for one in written])
