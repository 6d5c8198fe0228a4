"""Append-only tables: triggers with which the database refuses to change or remove a row, for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mynapoint.hub.audit.guards import Statements

TABLES: dict[str, tuple[str, ...]] = {
    "audit_auditrecord": (),
    "audit_checkpoint": (),
    "audit_sealedrecord": (),
    "applications_application": (),
    "applications_consent": (),
    "applications_correction": (),
    "applications_correctionstep": (),
    "applications_keptanswer": (),
    "applications_notice": ("cursor",),
    "books_movement": (),
    "books_waitingplace": (),
    "books_waitingstep": (),
    "identity_residentmerge": (),
    "ledger_awardreport": (),
    "ledger_ledgerentry": (),
    "ledger_refusedreport": (),
    "office_edition": (),
    "payment_services_registerchange": (),
    "providers_area_proposal": (),
    "providers_area_proposaloutcome": (),
    "reservations_givenmykeyid": (),
    "reservations_mykeyidstep": (),
    "settlement_bankaccount": (),
    "settlement_bankaccountconfirmed": (),
    "settlement_claim": (),
    "settlement_claimstep": (),
    "settlement_draw": (),
    "settlement_drawnline": (),
    "settlement_linefinding": (),
    "settlement_payment": (),
    "settlement_transfer": (),
    "settlement_transferfile": (),
}
"""Every append-only table, and its columns that are given a value once, later. Asked for at every start (schema.py)."""


def append_only(*tables: str) -> Statements:
    """Return the migration step that makes tables append-only: UPDATE and DELETE fail, on PostgreSQL TRUNCATE too."""

    def of_each(made: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        return {vendor: [one.format(table=table) for table in tables for one in made[vendor]] for vendor in made}

    return Statements(**of_each(_INSTALL), undo=of_each(_REMOVE))


_INSTALL = {
    "sqlite": (
        "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
        "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION mynapoint_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; "
        "END $$",
        "CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION mynapoint_append_only()",
        "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION mynapoint_append_only()",
    ),
}
_REMOVE = {
    "sqlite": ("DROP TRIGGER {table}_no_update", "DROP TRIGGER {table}_no_delete"),
    "postgresql": ("DROP TRIGGER {table}_no_change ON {table}", "DROP TRIGGER {table}_no_truncate ON {table}"),
}
