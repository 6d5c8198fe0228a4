-- The tables of version 1 of the store, and what a run of that version left in them: for the test of their migration.
CREATE TABLE store (store_id TEXT NOT NULL, version INTEGER NOT NULL);

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
CREATE TABLE linked (
    application_id TEXT PRIMARY KEY, incentive TEXT NOT NULL, account_reference TEXT NOT NULL,
    account_id TEXT NOT NULL, counts TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL,
    room INTEGER NOT NULL CHECK (room >= 0), proof TEXT NOT NULL, linked_at TIMESTAMPTZ NOT NULL,
    UNIQUE (account_id, incentive));
CREATE TABLE instructions (
    application_id TEXT PRIMARY KEY, points INTEGER NOT NULL CHECK (points > 0), received_at TIMESTAMPTZ NOT NULL);
CREATE VIEW stopped AS
    SELECT application_id FROM notices WHERE kind IN ('stop', 'resume') AND set_aside IS NULL
    GROUP BY application_id HAVING arg_max(kind, cursor) = 'stop';

-- The provider's own transactions, each once; the only table that knows of purchases.
CREATE TABLE transactions (
    transaction_id TEXT NOT NULL, account_id TEXT NOT NULL, kind TEXT NOT NULL, refunds TEXT,
    amount_yen BIGINT NOT NULL CHECK (amount_yen > 0), occurred_at TIMESTAMPTZ NOT NULL);
CREATE TABLE intake_files (
    digest TEXT PRIMARY KEY, name TEXT NOT NULL, accepted BIGINT NOT NULL, repeated BIGINT NOT NULL,
    set_aside BIGINT NOT NULL, taken_at TIMESTAMPTZ NOT NULL);
CREATE TABLE rows_set_aside (digest TEXT NOT NULL, line BIGINT, field TEXT, value TEXT, reason TEXT NOT NULL);

-- Awards: a line is pending from the moment it stands here; its steps follow, each once.
CREATE TABLE runs (
    number INTEGER PRIMARY KEY, as_of TIMESTAMPTZ NOT NULL, started_at TIMESTAMPTZ NOT NULL,
    line_count INTEGER NOT NULL, points_total BIGINT NOT NULL);
CREATE TABLE award_lines (
    line_id TEXT PRIMARY KEY, run INTEGER NOT NULL, application_id TEXT NOT NULL, incentive TEXT NOT NULL,
    points INTEGER NOT NULL CHECK (points <> 0), pending_at TIMESTAMPTZ NOT NULL, UNIQUE (run, application_id));
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

-- What a run of that version left: 青木 awarded and reported, 上野 linked, her use taken in and not yet awarded.
INSERT INTO store VALUES ('0badcafe', 1);
INSERT INTO linked VALUES
    ('aoki-1', 'card_uptake', 'ref-1', 'SP00001234', 'top_up', '2022-07-15 01:30:00+00', 5000, '', '2022-07-15 02:00:00+00'),
    ('ueno-1', 'card_uptake', 'ref-2', 'SP00003456', 'top_up', '2022-07-15 01:30:00+00', 5000, '', '2022-07-15 02:00:01+00');
INSERT INTO transactions VALUES
    ('t-1', 'SP00001234', 'top_up', NULL, 20000, '2022-07-20 03:00:00+00'),
    ('t-2', 'SP00003456', 'top_up', NULL, 4000, '2022-07-20 03:00:00+00');
INSERT INTO intake_files VALUES ('d1', 'july.csv', 2, 0, 0, '2022-07-21 00:00:00+00');
INSERT INTO runs VALUES (1, '2022-08-01 00:00:00+00', '2022-08-01 00:00:00+00', 1, 5000);
INSERT INTO award_lines VALUES ('0badcafe-1-aoki-1', 1, 'aoki-1', 'card_uptake', 5000, '2022-08-01 00:00:00+00');
INSERT INTO line_steps VALUES
    ('0badcafe-1-aoki-1', 'credited', '2022-08-01 00:00:00+00', '2022-08-01'),
    ('0badcafe-1-aoki-1', 'posted', '2022-08-01 00:00:00+00', '2022-08-01'),
    ('0badcafe-1-aoki-1', 'reported', '2022-08-01 00:00:00+00', NULL);
INSERT INTO report_lines VALUES ('0badcafe-1-aoki-1', '0badcafe-r1', 2);
INSERT INTO receipts VALUES ('0badcafe-r1', 1, 0, 0, 5000, '2022-08-01 00:00:00+00');
INSERT INTO reports VALUES (1, '0badcafe-r1', '2022-08-01 00:00:00+00', '', '2022-08-01 00:00:00+00');
