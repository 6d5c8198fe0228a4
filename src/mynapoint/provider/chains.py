"""Re-issued cards in the store: a chain of cards is one account, and serves one application of an incentive."""

# ruff: noqa: S608 (tables, columns and numbers of ours; nothing of a file's content is put into SQL)

from __future__ import annotations

import duckdb

from mynapoint.provider.numbering import count_accounts
from mynapoint.provider.reissued import endless, make_chains
from mynapoint.provider.store import only

CHANGED = "was taken in before with other content; what was taken in first stands"


_LINKED_TO_CARDS = """SELECT application_id FROM linked WHERE incentive = ? AND (account_id = ? OR account_id IN (
    SELECT account_id FROM chains
    WHERE first_account_id = (SELECT first_account_id FROM chains WHERE account_id = ?)))"""


_STOPPED_TWICE = """SELECT application_id FROM notices AS own WHERE kind = 'stop' AND set_aside IS NULL
    AND cursor > coalesce((SELECT max(cursor) FROM notices AS other
        WHERE other.application_id = own.application_id AND kind = 'resume'), 0)
    GROUP BY application_id HAVING count(*) > 1"""


def keep_reissued(connection: duckdb.DuckDBPyConnection, digest: str, number: int) -> tuple[int, int]:
    """Keep what ``taken_reissued`` tells anew, and let the chains' cards count together from now on.

    What was taken in before stands: a row of a card or of a replaced card that is here already, or one that would
    close a circle, is set aside. Returns the rows that were here before, the same; and those set aside.
    """
    _find_wrong(connection)
    connection.execute(
        f"""INSERT INTO reissues SELECT account_id, replaces, reissued_at, {number}
            FROM new_reissues ANTI JOIN wrong_reissues USING (line)"""
    )
    connection.execute("INSERT INTO rows_set_aside SELECT ?, line, field, value, reason FROM wrong_reissues", (digest,))
    _join_cards(connection, number)
    same, wrong = (
        only(connection, f"SELECT count(*) FROM {table}") for table in ("seen_reissues WHERE same", "wrong_reissues")
    )
    assert isinstance(same, int)
    assert isinstance(wrong, int)
    return same, wrong


def is_linked(connection: duckdb.DuckDBPyConnection, account_id: str, incentive: str) -> bool:
    """Say whether an account, or another card of its chain, serves an application of the incentive that goes on.

    A stopped one does not count: after a mislink the account is its owner's again, and whether anybody may apply with
    it is for the hub to say, which has a stop for other reasons too.
    """
    found = only(
        connection,
        f"SELECT 1 FROM ({_LINKED_TO_CARDS}) ANTI JOIN stopped USING (application_id) LIMIT 1",
        *(incentive, account_id, account_id),
    )
    return found is not None


def awarded_before(connection: duckdb.DuckDBPyConnection, account_id: str, incentive: str) -> int:
    """Return the points that mislinked applications left on an account: posted, reported, not refused by the hub.

    The hub gives them on to whoever applies with the account next (its decision 37), so their room is that much less.
    A mislink is stopped twice: once for a look, once for good. Who is stopped once, as when a service leaves, has a new
    room from the hub that minds what was recorded.
    """
    found = only(
        connection,
        f"""SELECT coalesce(sum(points), 0)::BIGINT FROM award_lines
            SEMI JOIN ({_LINKED_TO_CARDS}) USING (application_id) SEMI JOIN ({_STOPPED_TWICE}) USING (application_id)
            SEMI JOIN (FROM line_steps WHERE step = 'reported') USING (line_id)
            ANTI JOIN refused_lines USING (line_id)""",
        *(incentive, account_id, account_id),
    )
    assert isinstance(found, int)
    return max(found, 0)


def _find_wrong(connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``seen_reissues``, ``new_reissues``, and ``wrong_reissues``: rows to set aside, each with its reason."""
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE seen_reissues AS
           SELECT new.line, new.account_id, new.replaces = old.replaces AND new.reissued_at = old.reissued_at AS same
           FROM taken_reissued AS new JOIN reissues AS old USING (account_id)"""
    )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE new_reissues AS SELECT 0 AS file, line, account_id, replaces, reissued_at
           FROM taken_reissued ANTI JOIN seen_reissues USING (line)"""
    )
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE wrong_reissues AS
            SELECT line, 'account_id' AS field, account_id AS value, '{CHANGED}' AS reason
            FROM seen_reissues WHERE NOT same
            UNION ALL
            SELECT new.line, 'replaces', replaces, 'was replaced by ' || old.account_id || ' already'
            FROM new_reissues AS new JOIN reissues AS old USING (replaces)"""
    )
    connection.execute(
        """CREATE OR REPLACE TEMP VIEW all_reissues AS SELECT account_id, replaces FROM reissues
           UNION ALL SELECT account_id, replaces FROM new_reissues ANTI JOIN wrong_reissues USING (line)"""
    )
    make_chains(connection, "all_reissues", into="possible_chains")
    circles = endless("new_reissues ANTI JOIN wrong_reissues USING (line)", "possible_chains")
    connection.execute(
        f"""INSERT INTO wrong_reissues
            SELECT line, field, value, reason FROM ({circles}) AS found (file, line, field, value, reason)"""
    )


def _join_cards(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    """Make the chains anew; the applications of those that a file changed count all their cards from now on.

    Where a chain turns out to have two applications of an incentive, the earlier one stands, and the other's cells go.
    """
    make_chains(connection, "reissues", into="chains_now")
    connection.execute("DELETE FROM chains")
    connection.execute(
        "INSERT INTO chains FROM chains_now UNION SELECT first_account_id, first_account_id FROM chains_now"
    )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE joined_applications AS
           SELECT application_no, application_id, first_account_id
           FROM applications JOIN linked USING (application_id) JOIN chains USING (account_id)
           WHERE first_account_id IN
               (SELECT first_account_id FROM chains SEMI JOIN (FROM reissues WHERE file = ?) USING (account_id))""",
        (number,),
    )
    for table in ("counted_accounts", "cells"):
        connection.execute(
            f"DELETE FROM {table} WHERE application_no IN (SELECT application_no FROM joined_applications)"
        )
    connection.execute(
        """CREATE OR REPLACE TEMP TABLE joined_accounts AS SELECT application_no, account_id
           FROM joined_applications SEMI JOIN standing USING (application_id) JOIN chains USING (first_account_id)"""
    )
    count_accounts(connection, "joined_accounts")
