"""サンプルPay's own books in SQLite: accounts, top-ups, purchases, refunds and points; yen are whole."""

from __future__ import annotations

import csv
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

TOP_UP_YEN_MAX = 50_000
BALANCE_YEN_MAX = 200_000
SHOPS = {"aozora": "青空商店", "minato": "みなと書店", "oka": "丘の上ベーカリー"}

_SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
    account_id TEXT PRIMARY KEY, holder TEXT NOT NULL, security_code TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS entries (
    number INTEGER PRIMARY KEY AUTOINCREMENT, entry_id TEXT NOT NULL UNIQUE, account_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('top_up', 'purchase', 'refund')), refunds TEXT UNIQUE,
    shop TEXT, amount_yen INTEGER NOT NULL CHECK (amount_yen > 0), occurred_at TEXT NOT NULL,
    CHECK ((kind = 'refund') = (refunds IS NOT NULL))) STRICT;
CREATE TABLE IF NOT EXISTS points (
    number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, account_id TEXT NOT NULL,
    incentive TEXT NOT NULL, points INTEGER NOT NULL, credited_at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS exports (last_number INTEGER PRIMARY KEY) STRICT;
"""

_BALANCE = """
SELECT coalesce(sum(CASE
    WHEN entries.kind = 'top_up' OR original.kind = 'purchase' THEN entries.amount_yen ELSE -entries.amount_yen
END), 0)
FROM entries LEFT JOIN entries AS original ON original.entry_id = entries.refunds WHERE entries.account_id = ?
"""


class WalletRefused(Exception):
    """Something the wallet does not do: the reason in Japanese and in English, for the person in front of it."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.ja = ja
        self.en = en


@dataclass(frozen=True, slots=True)
class Account:
    """One account; what it holds is in yen and points, points below 0 after a claw-back of points."""

    account_id: str
    holder: str
    security_code: str
    balance_yen: int
    points: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an account's history. ``refunded`` says that a later entry takes it back."""

    entry_id: str
    account_id: str
    kind: str
    shop: str
    amount_yen: int
    occurred_at: datetime
    refunded: bool


@dataclass(frozen=True, slots=True)
class PointsEntry:
    """Points credited to an account, or taken back."""

    incentive: str
    points: int
    credited_at: datetime


@dataclass(frozen=True, slots=True)
class Wallet:
    """The books in one SQLite file; every act is one transaction."""

    path: Path

    def open_account(self, account_id: str, holder: str, security_code: str) -> None:
        """Open an account; one that is there stays as it is."""
        with self.act() as books:
            row = (account_id, holder, security_code)
            books.execute("INSERT INTO accounts VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row)

    def account(self, account_id: str) -> Account | None:
        """Return an account with its balance and points, or None."""
        with self.act() as books:
            row = books.execute("SELECT * FROM accounts WHERE account_id = ?", (account_id,)).fetchone()
            if row is None:
                return None
            points = books.execute("SELECT coalesce(sum(points), 0) FROM points WHERE account_id = ?", (account_id,))
            return Account(row[0], row[1], row[2], _balance(books, account_id), int(points.fetchone()[0]))

    def top_up(self, account_id: str, amount_yen: int, *, entry_id: str, at: datetime) -> None:
        """Put money in. ``entry_id`` comes from the form, so a form sent twice counts once. Raises WalletRefused."""
        if not 1 <= amount_yen <= TOP_UP_YEN_MAX:
            raise WalletRefused(
                f"チャージは1回につき1円から{TOP_UP_YEN_MAX:,}円までです。金額をご確認ください。",
                f"A top-up is ¥1 to ¥{TOP_UP_YEN_MAX:,}. Please check the amount.",
            )
        with self.act() as books:
            if _is_there(books, entry_id):
                return
            if (balance := _balance(books, account_id)) + amount_yen > BALANCE_YEN_MAX:
                raise WalletRefused(
                    f"残高の上限は{BALANCE_YEN_MAX:,}円です(現在{balance:,}円)。金額を減らしてください。",
                    f"The balance may be ¥{BALANCE_YEN_MAX:,} at most (now ¥{balance:,}). Please lower the amount.",
                )
            _enter(books, entry_id, account_id, "top_up", None, None, amount_yen, at)

    def buy(self, account_id: str, shop: str, amount_yen: int, *, entry_id: str, at: datetime) -> None:
        """Pay at a shop from the balance. Raises WalletRefused."""
        if shop not in SHOPS:
            raise WalletRefused("お店をお選びください。", "Please choose a shop.")
        with self.act() as books:
            if _is_there(books, entry_id):
                return
            balance = _balance(books, account_id)
            if not 1 <= amount_yen <= balance:
                raise WalletRefused(
                    f"お支払いは1円から残高の{balance:,}円までです。先にチャージするか、金額をご確認ください。",
                    f"You can pay ¥1 up to your balance of ¥{balance:,}. Please top up first, or check the amount.",
                )
            _enter(books, entry_id, account_id, "purchase", None, SHOPS[shop], amount_yen, at)

    def refund(self, account_id: str, original_id: str, *, entry_id: str, at: datetime) -> None:
        """Take a top-up or purchase back, whole and once. Raises WalletRefused."""
        with self.act() as books:
            if _is_there(books, entry_id):
                return
            query = "SELECT kind, shop, amount_yen FROM entries WHERE entry_id = ? AND account_id = ?"
            row = books.execute(query, (original_id, account_id)).fetchone()
            taken_back = books.execute("SELECT 1 FROM entries WHERE refunds = ?", (original_id,)).fetchone()
            if row is None or row[0] == "refund" or taken_back:
                raise WalletRefused("この取引は取り消せません。", "This transaction cannot be refunded.")
            kind, shop, amount_yen = row
            if kind == "top_up" and _balance(books, account_id) < amount_yen:
                raise WalletRefused(
                    "残高が足りないため、このチャージは取り消せません。",
                    "This top-up cannot be refunded: the balance is too low.",
                )
            _enter(books, entry_id, account_id, "refund", original_id, shop, amount_yen, at)

    def history(self, account_id: str) -> list[Entry]:
        """Return an account's entries, the latest first."""
        query = """SELECT entry_id, account_id, kind, coalesce(shop, ''), amount_yen, occurred_at,
                   EXISTS (SELECT 1 FROM entries AS later WHERE later.refunds = entries.entry_id)
                   FROM entries WHERE account_id = ? ORDER BY number DESC"""
        with self.act() as books:
            rows = books.execute(query, (account_id,)).fetchall()
        return [
            Entry(one, account, kind, shop, amount, datetime.fromisoformat(at), bool(refunded))
            for one, account, kind, shop, amount, at, refunded in rows
        ]

    def points_history(self, account_id: str) -> list[PointsEntry]:
        """Return an account's points, the latest first."""
        query = "SELECT incentive, points, credited_at FROM points WHERE account_id = ? ORDER BY number DESC"
        with self.act() as books:
            rows = books.execute(query, (account_id,)).fetchall()
        return [PointsEntry(row[0], row[1], datetime.fromisoformat(row[2])) for row in rows]

    def credit_points(self, key: str, account_id: str, incentive: str, points: int, *, at: datetime) -> datetime:
        """Credit points once for a key, and return when that was. Raises KeyError for an unknown account."""
        with self.act() as books:
            if not books.execute("SELECT 1 FROM accounts WHERE account_id = ?", (account_id,)).fetchone():
                raise KeyError(account_id)
            row = (key, account_id, incentive, points, at.isoformat())
            insert = "INSERT INTO points (key, account_id, incentive, points, credited_at) VALUES (?, ?, ?, ?, ?)"
            books.execute(f"{insert} ON CONFLICT DO NOTHING", row)
            kept = books.execute("SELECT credited_at FROM points WHERE key = ?", (key,)).fetchone()
            return datetime.fromisoformat(kept[0])

    def export(self, inbox: Path) -> Path | None:
        """Write the transactions since the last export for the connector: no shop, no name. None when there are none.

        The file is named for its range, so a crash before the mark is kept only makes the next file repeat its rows.
        """
        with self.act() as books:
            after = books.execute("SELECT coalesce(max(last_number), 0) FROM exports").fetchone()[0]
            rows = books.execute(
                """SELECT number, entry_id, account_id, kind, refunds, amount_yen, occurred_at FROM entries
                   WHERE number > ? ORDER BY number""",
                (after,),
            ).fetchall()
            if not rows:
                return None
            path = inbox / f"transactions-{after + 1:06}-{rows[-1][0]:06}.csv"
            _write(path, [row[1:] for row in rows])
            books.execute("INSERT INTO exports VALUES (?)", (rows[-1][0],))
            return path

    @contextmanager
    def act(self) -> Iterator[sqlite3.Connection]:
        """Run a block as one transaction on the books."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        books = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        try:
            books.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; {_SCHEMA}")
            books.execute("BEGIN IMMEDIATE")
            yield books
            books.execute("COMMIT")
        except BaseException:
            if books.in_transaction:
                books.execute("ROLLBACK")
            raise
        finally:
            books.close()


def _balance(books: sqlite3.Connection, account_id: str) -> int:
    return int(books.execute(_BALANCE, (account_id,)).fetchone()[0])


def _is_there(books: sqlite3.Connection, entry_id: str) -> bool:
    return books.execute("SELECT 1 FROM entries WHERE entry_id = ?", (entry_id,)).fetchone() is not None


def _enter(books: sqlite3.Connection, *row: object) -> None:
    *values, at = row
    assert isinstance(at, datetime)
    insert = "INSERT INTO entries (entry_id, account_id, kind, refunds, shop, amount_yen, occurred_at)"
    books.execute(f"{insert} VALUES (?, ?, ?, ?, ?, ?, ?)", (*values, at.isoformat()))


def _write(path: Path, rows: list[tuple[object, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    with fresh.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("transaction_id", "account_id", "kind", "refunds", "amount_yen", "occurred_at"))
        writer.writerows(rows)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
