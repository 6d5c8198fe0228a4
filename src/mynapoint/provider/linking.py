"""Notices → linked accounts: read by cursor, proved before anything is linked, each notice taken once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import duckdb

from mynapoint.exchange.messages import ApplicationNotice, NoticeKind
from mynapoint.exchange.signatures import BadSignature, PublicKeyOf, verify_document
from mynapoint.programme.values import ServiceNumber
from mynapoint.provider.chains import awarded_before, is_linked
from mynapoint.provider.hub_client import HubClient
from mynapoint.provider.store import Store, only


class SetAside(StrEnum):
    """Why a notice was kept but not acted on; the hub's office must be told."""

    PROOF_NOT_OURS = "proof_not_ours"
    OTHER_SERVICE = "other_service"
    ACCOUNT_ALREADY_LINKED = "account_already_linked"
    CHANGED_CONTENT = "changed_content"
    NOT_LINKED = "not_linked"


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull brought: notices read, accounts newly linked, notices set aside; ``cursor`` is where it ended."""

    notices: int
    linked: int
    set_aside: int
    cursor: int


def pull(
    store: Store, hub: HubClient, *, service_number: ServiceNumber, own_key_of: PublicKeyOf, now: datetime
) -> Pulled:
    """Read every notice that is new and act on it; one page is one step. Doing it again changes nothing.

    ``own_key_of``  the provider's own public keys, those of the past too: proofs are checked with them
    Raises HubError, StoreBusy; pages that were read before stay read.
    """
    notices = linked = set_aside = 0
    while True:
        with store.step() as connection:
            after = cursor(connection)
        header, page = hub.notices(after=after)
        with store.step() as connection:
            for notice in page:
                if only(connection, "SELECT 1 FROM notices WHERE cursor = ?", notice.cursor):
                    continue
                before = only(connection, "SELECT count(*) FROM linked")
                reason = _act(connection, notice, service_number, own_key_of, now)
                row = (notice.cursor, notice.kind.value, notice.application_id, reason and reason.value, now)
                connection.execute("INSERT INTO notices VALUES (?, ?, ?, ?, ?)", row)
                notices += 1
                linked += before != only(connection, "SELECT count(*) FROM linked")
                set_aside += reason is not None
            connection.execute("INSERT OR IGNORE INTO notice_pages VALUES (?, ?)", (header.next_cursor, now))
        if not page:
            return Pulled(notices, linked, set_aside, header.next_cursor)


def cursor(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how far the notices have been read; 0 before the first."""
    last = only(connection, "SELECT max(next_cursor) FROM notice_pages")
    return last if isinstance(last, int) else 0


def _act(
    connection: duckdb.DuckDBPyConnection,
    notice: ApplicationNotice,
    service_number: ServiceNumber,
    own_key_of: PublicKeyOf,
    now: datetime,
) -> SetAside | None:
    if notice.service_number != service_number:
        return SetAside.OTHER_SERVICE
    match notice.kind:
        case NoticeKind.APPLICATION:
            return _link(connection, notice, own_key_of, now)
        case NoticeKind.AWARD_INSTRUCTION:
            return _link(connection, notice, own_key_of, now) or _instruct(connection, notice, now)
        case NoticeKind.STOP | NoticeKind.RESUME:
            known = only(connection, "SELECT 1 FROM linked WHERE application_id = ?", notice.application_id)
            return None if known else SetAside.NOT_LINKED


def _link(
    connection: duckdb.DuckDBPyConnection, notice: ApplicationNotice, own_key_of: PublicKeyOf, now: datetime
) -> SetAside | None:
    """Link the account that our own proof names; the same application again changes nothing.

    An account whose application was stopped may be linked again; what it has from that one takes from the room.
    """
    if not _proved(notice, own_key_of):
        return SetAside.PROOF_NOT_OURS
    query = "SELECT account_id FROM account_references WHERE account_reference = ? AND incentive = ?"
    account_id = only(connection, query, notice.account_reference, notice.incentive)
    if account_id is None:
        return SetAside.PROOF_NOT_OURS
    query = "SELECT account_id || ' ' || incentive FROM linked WHERE application_id = ?"
    before = only(connection, query, notice.application_id)
    if before is not None:
        return None if before == f"{account_id} {notice.incentive}" else SetAside.CHANGED_CONTENT
    if is_linked(connection, str(account_id), notice.incentive):
        return SetAside.ACCOUNT_ALREADY_LINKED
    room = max(notice.room - awarded_before(connection, str(account_id), notice.incentive), 0)
    row = (
        *(notice.application_id, notice.incentive, notice.account_reference, account_id, notice.counts.value),
        *(notice.applied_at, room, notice.proof, now),
    )
    connection.execute("INSERT INTO linked VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    return None


def _proved(notice: ApplicationNotice, own_key_of: PublicKeyOf) -> bool:
    """Say whether the notice carries a proof that we gave, for this service, incentive and reference."""
    try:
        _, payload = verify_document(notice.proof, own_key_of)
        proof = json.loads(payload)
    except (BadSignature, ValueError):
        return False
    wanted = {
        "service_number": str(notice.service_number),
        "incentive": notice.incentive,
        "account_reference": notice.account_reference,
    }
    return isinstance(proof, dict) and all(proof.get(name) == value for name, value in wanted.items())


def _instruct(connection: duckdb.DuckDBPyConnection, notice: ApplicationNotice, now: datetime) -> SetAside | None:
    """Keep the fixed sum to credit; an application gets it once."""
    query = "SELECT points FROM instructions WHERE application_id = ?"
    before = only(connection, query, notice.application_id)
    if before is not None:
        return None if before == notice.points else SetAside.CHANGED_CONTENT
    if notice.points <= 0:
        return SetAside.CHANGED_CONTENT
    connection.execute("INSERT INTO instructions VALUES (?, ?, ?)", (notice.application_id, notice.points, now))
    return None
