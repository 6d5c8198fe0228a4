"""Whether claims, payments and the books agree: one SQL statement over everything that is kept of settlement."""

from __future__ import annotations

from pathlib import Path

from mynapoint.hub.ledger.audit_books import Off, off

_STATEMENT = (Path(__file__).parent / "audit_claims.sql").read_text(encoding="utf-8")


def audit_claims() -> list[Off]:
    """Return everything in settlement that is off."""
    return off(_STATEMENT)
