"""What the store keeps, table by table; and how a store of the version before becomes one of this."""

# ruff: noqa: S608 (names and numbers of ours)

from __future__ import annotations

import secrets

import duckdb

from mynapoint.provider.numbering import TOKYO_MICROSECONDS, keep_rows, number_applications, number_rows

VERSION = 4

LINKED = """
-- The account of each application. One account serves one application of an incentive that is not stopped; after a
-- stop it may serve another, as when it was linked to the wrong person (linking.py holds to that).
CREATE TABLE linked (
    application_id TEXT PRIMARY KEY, incentive TEXT NOT NULL, account_reference TEXT NOT NULL,
    account_id TEXT NOT NULL, counts TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL,
    room INTEGER NOT NULL CHECK (room >= 0), proof TEXT NOT NULL, linked_at TIMESTAMPTZ NOT NULL);
"""

KEPT_FROM_VERSION_1 = """
-- Account proofs. A request that was refused for the account and its codes counts against the account for an hour.
CREATE TABLE nonces (key_id TEXT, nonce TEXT, seen_at TIMESTAMPTZ NOT NULL, PRIMARY KEY (key_id, nonce));
CREATE TABLE proof_requests (
    request_id TEXT PRIMARY KEY, digest TEXT NOT NULL, account_id TEXT NOT NULL, asked_at TIMESTAMPTZ NOT NULL);
CREATE TABLE proof_answers (
    request_id TEXT PRIMARY KEY, answer BLOB NOT NULL, not_recognised BOOLEAN NOT NULL,
    answered_at TIMESTAMPTZ NOT NULL);
CREATE TABLE account_references (
    account_reference TEXT PRIMARY KEY, account_id TEXT NOT NULL, incentive TEXT NOT NULL,
    made_at TIMESTAMPTZ NOT NULL, UNIQUE (account_id, incentive));

-- What the hub told: notices, as far as they were read, and what followed from them.
CREATE TABLE notice_pages (next_cursor BIGINT PRIMARY KEY, received_at TIMESTAMPTZ NOT NULL);
CREATE TABLE notices (
    cursor BIGINT PRIMARY KEY, kind TEXT NOT NULL, application_id TEXT NOT NULL, set_aside TEXT,
    received_at TIMESTAMPTZ NOT NULL);
{linked}
CREATE TABLE instructions (
    application_id TEXT PRIMARY KEY, points INTEGER NOT NULL CHECK (points > 0), received_at TIMESTAMPTZ NOT NULL);
CREATE VIEW stopped AS
    SELECT application_id FROM notices WHERE kind IN ('stop', 'resume') AND set_aside IS NULL
    GROUP BY application_id HAVING arg_max(kind, cursor) = 'stop';

-- The steps of a line after it became pending, each once; reports as they were sent, and what the hub said.
CREATE TABLE line_steps (
    line_id TEXT, step TEXT CHECK (step IN ('credited', 'posted', 'reported')), done_at TIMESTAMPTZ NOT NULL,
    posted_on DATE, PRIMARY KEY (line_id, step));
CREATE TABLE reports (
    number INTEGER PRIMARY KEY, report_id TEXT UNIQUE NOT NULL, reported_up_to TIMESTAMPTZ NOT NULL,
    body BLOB NOT NULL, made_at TIMESTAMPTZ NOT NULL);
CREATE TABLE report_lines (
    line_id TEXT PRIMARY KEY, report_id TEXT NOT NULL, line INTEGER NOT NULL, UNIQUE (report_id, line));
CREATE TABLE receipts (
    report_id TEXT PRIMARY KEY, accepted BIGINT NOT NULL, repeated BIGINT NOT NULL, refused BIGINT NOT NULL,
    points_accepted BIGINT NOT NULL, received_at TIMESTAMPTZ NOT NULL);
CREATE TABLE refused_lines (line_id TEXT PRIMARY KEY, report_id TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE rows_set_aside (digest TEXT NOT NULL, line BIGINT, field TEXT, value TEXT, reason TEXT NOT NULL);
""".replace("{linked}", LINKED)

AWARD_LINES = """
CREATE TABLE pending_lines (
    run INTEGER NOT NULL, application_no INTEGER NOT NULL, points INTEGER NOT NULL CHECK (points <> 0));
CREATE VIEW award_lines AS
    SELECT store_id || '-' || run || '-' || application_id AS line_id, run, application_id, incentive, points,
        started_at AS pending_at, application_no
    FROM pending_lines JOIN runs ON run = runs.number JOIN applications USING (application_no), store;
"""
"""A run has at most one line an application: award_run.py holds it to that. An index would cost more than the award."""

STANDING = """
CREATE OR REPLACE VIEW standing AS
    SELECT application_id FROM linked ANTI JOIN chains USING (account_id)
    UNION ALL
    SELECT application_id FROM linked JOIN chains USING (account_id)
    QUALIFY row_number() OVER (PARTITION BY first_account_id, incentive
        ORDER BY application_id IN (FROM stopped), applied_at, application_id) = 1;
"""

NOT_IN_VERSION_1 = (
    """
-- hash_probe is what the database's own hash gave when the stored hashes were made.
CREATE TABLE store (store_id TEXT NOT NULL, version INTEGER NOT NULL, hash_probe UBIGINT[] NOT NULL);

-- Files taken in, in order. A file that holds re-issued accounts is one of them.
CREATE TABLE intake_files (
    number INTEGER NOT NULL, digest TEXT PRIMARY KEY, name TEXT NOT NULL, accepted BIGINT NOT NULL,
    repeated BIGINT NOT NULL, set_aside BIGINT NOT NULL, taken_at TIMESTAMPTZ NOT NULL);

-- The provider's own transactions, each once; the only tables that know of purchases. Accounts are numbered once, ids
-- are searched by hash and then compared. occurred_at is Tokyo's wall time; file is the number of the file.
CREATE TABLE accounts (account_no INTEGER NOT NULL, account_id TEXT NOT NULL);
CREATE TABLE uses (
    transaction_hash UBIGINT NOT NULL, transaction_id TEXT NOT NULL, account_no INTEGER NOT NULL,
    is_purchase BOOLEAN NOT NULL, amount_yen BIGINT NOT NULL CHECK (amount_yen > 0), occurred_at TIMESTAMP NOT NULL,
    file INTEGER NOT NULL);
CREATE TABLE refunds (
    transaction_hash UBIGINT NOT NULL, transaction_id TEXT NOT NULL, account_no INTEGER NOT NULL,
    refunds_hash UBIGINT NOT NULL, refunds TEXT NOT NULL, amount_yen BIGINT NOT NULL CHECK (amount_yen > 0),
    occurred_at TIMESTAMP NOT NULL, file INTEGER NOT NULL);
CREATE VIEW transactions AS
    SELECT transaction_id, account_id, if(is_purchase, 'purchase', 'top_up') AS kind, NULL::TEXT AS refunds,
        amount_yen, make_timestamptz(epoch_us(occurred_at) - {tokyo}) AS occurred_at, file
    FROM uses JOIN accounts USING (account_no)
    UNION ALL
    SELECT transaction_id, account_id, 'refund', refunds, amount_yen,
        make_timestamptz(epoch_us(occurred_at) - {tokyo}), file
    FROM refunds JOIN accounts USING (account_no);

-- Re-issued cards, as they were told; and what follows: every account of a chain with the chain's first
-- account, and which applications stand where a chain turned out to have two.
CREATE TABLE reissues (
    account_id TEXT NOT NULL, replaces TEXT NOT NULL, reissued_at TIMESTAMPTZ NOT NULL, file INTEGER NOT NULL);
CREATE TABLE chains (account_id TEXT NOT NULL, first_account_id TEXT NOT NULL);
{standing}

-- What a run reads instead of all transactions; derived, and made anew from them at any time (cells.py). applied_at
-- is Tokyo's wall time; month is months since year 0; worth is yen, or points where the rule rounds each use. The cells
-- of stale applications are to be made from all their uses.
CREATE TABLE applications (
    application_no INTEGER NOT NULL, application_id TEXT NOT NULL, incentive TEXT NOT NULL,
    counts_purchases BOOLEAN NOT NULL, applied_at TIMESTAMP NOT NULL, room INTEGER NOT NULL);
CREATE TABLE counted_accounts (account_no INTEGER NOT NULL, application_no INTEGER NOT NULL);
CREATE TABLE cells (
    application_no INTEGER NOT NULL, month SMALLINT NOT NULL, worth BIGINT NOT NULL, batch INTEGER NOT NULL);
CREATE TABLE cell_batches (
    batch INTEGER NOT NULL, incentive TEXT NOT NULL, rule TEXT NOT NULL, files_up_to INTEGER NOT NULL,
    row_count BIGINT NOT NULL, built_at TIMESTAMPTZ NOT NULL);
CREATE TABLE stale (application_no INTEGER NOT NULL);
CREATE TABLE compactions (row_count BIGINT NOT NULL);

-- Awards: a line is pending from the moment it stands here; its steps follow, each once. awarded says up to where
-- each incentive has been awarded, so that the next run computes only what can have changed since.
CREATE TABLE runs (
    number INTEGER PRIMARY KEY, as_of TIMESTAMPTZ NOT NULL, started_at TIMESTAMPTZ NOT NULL,
    line_count INTEGER NOT NULL, points_total BIGINT NOT NULL, files_up_to INTEGER NOT NULL);
{award_lines}
CREATE TABLE awarded (
    incentive TEXT NOT NULL, rule TEXT NOT NULL, awarded_as_of TIMESTAMP NOT NULL, cutoff TIMESTAMP NOT NULL,
    batch INTEGER NOT NULL, notices_up_to BIGINT NOT NULL);
""".replace("{tokyo}", str(TOKYO_MICROSECONDS))
    .replace("{award_lines}", AWARD_LINES)
    .replace("{standing}", STANDING)
)

HASH_PROBE = """SELECT list(hash(text) ORDER BY text)
    FROM (SELECT unnest(['', 'a', 'twelve bytes', 'thirteen byte', repeat('long ', 40), '青木']) AS text)"""


def make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make an empty store."""
    connection.execute(KEPT_FROM_VERSION_1)
    connection.execute(NOT_IN_VERSION_1)
    _name_store(connection, secrets.token_hex(4))


def migrate_from_1(connection: duckdb.DuckDBPyConnection) -> None:
    """Make a store of version 1 one of this version, within the transaction that is open; nothing is forgotten.

    Cells are not made here: the next run makes them, as after any other change.
    """
    old = ("store", "intake_files", "transactions", "runs", "award_lines")
    for table in old:
        connection.execute(f"CREATE TEMP TABLE old_{table} AS SELECT * FROM {table}")
        connection.execute(f"DROP TABLE {table}")
    connection.execute(NOT_IN_VERSION_1)
    row = connection.execute("SELECT store_id FROM old_store").fetchone()
    assert row is not None
    _name_store(connection, row[0])
    connection.execute(
        """INSERT INTO intake_files
           SELECT row_number() OVER (ORDER BY taken_at, name), digest, name, accepted, repeated, set_aside, taken_at
           FROM old_intake_files"""
    )
    number_rows(connection, "old_transactions", into="numbered")
    keep_rows(connection, "numbered", file=0)
    number_applications(connection)
    connection.execute(
        """INSERT INTO runs SELECT old.*, (SELECT count(*) FROM old_intake_files WHERE taken_at <= started_at)
           FROM old_runs AS old"""
    )
    connection.execute(
        "INSERT INTO pending_lines SELECT run, application_no, points FROM old_award_lines "
        "JOIN applications USING (application_id)"
    )
    for table in old:
        connection.execute(f"DROP TABLE old_{table}")
    migrate_from_3(connection)


def migrate_from_2(connection: duckdb.DuckDBPyConnection) -> None:
    """Make a store of version 2 one of this version, within the transaction that is open: lines are kept by number."""
    connection.execute("CREATE TEMP TABLE old_award_lines AS SELECT run, application_no, points FROM award_lines")
    connection.execute("DROP TABLE award_lines")
    connection.execute(AWARD_LINES)
    connection.execute("INSERT INTO pending_lines FROM old_award_lines")
    connection.execute("DROP TABLE old_award_lines")
    migrate_from_3(connection)


def migrate_from_3(connection: duckdb.DuckDBPyConnection) -> None:
    """Make a store of version 3 one of this version, within the open transaction: a freed account serves again."""
    connection.execute("CREATE TEMP TABLE old_linked AS FROM linked")
    connection.execute("DROP TABLE linked")
    connection.execute(LINKED)
    connection.execute("INSERT INTO linked FROM old_linked")
    connection.execute("DROP TABLE old_linked")
    connection.execute(STANDING)
    connection.execute("UPDATE store SET version = ?", (VERSION,))


def hashes_are_current(connection: duckdb.DuckDBPyConnection) -> bool:
    """Say whether this database hashes as the one did that made the stored hashes."""
    row = connection.execute(f"SELECT hash_probe = ({HASH_PROBE}) FROM store").fetchone()
    return row is not None and bool(row[0])


def refresh_hashes(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the stored hashes anew with this database's own hash."""
    connection.execute("UPDATE uses SET transaction_hash = hash(transaction_id)")
    connection.execute("UPDATE refunds SET transaction_hash = hash(transaction_id), refunds_hash = hash(refunds)")
    connection.execute(f"UPDATE store SET hash_probe = ({HASH_PROBE})")


def _name_store(connection: duckdb.DuckDBPyConnection, store_id: str) -> None:
    connection.execute(f"INSERT INTO store SELECT ?, ?, ({HASH_PROBE})", (store_id, VERSION))
