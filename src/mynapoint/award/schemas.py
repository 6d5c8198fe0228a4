"""Every table an award is made from: its columns, their types and units. Intake, engines and stores read this list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["text", "whole", "instant"]

AMOUNT_MOST_YEN = 999_999_999_999
"""The largest amount a row may state: 12 digits, as in the messages of card networks (ISO 8583, field 4)."""

POINTS_MOST = 999_999_999_999
TEXT_MOST = 200


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    ``type``      text · whole (a whole number, 64 bits) · instant (ISO 8601 with offset, or a timestamp with time zone)
    ``unit``      what a figure counts, or what a text names
    ``choices``   the only texts it may hold; empty means any of 1 to 200 characters
    ``least``     the smallest figure, ``most`` the largest; both inclusive
    """

    name: str
    type: ColumnType
    unit: str
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    optional: bool = False


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One table: ``key`` names the column that no two rows may share."""

    name: str
    key: str
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)


ENROLMENTS = TableSchema(
    "enrolments",
    "application_id",
    (
        Column("application_id", "text", "one application (申込)"),
        Column("account_id", "text", "one account (決済サービスID), serving one application"),
        Column("counts", "text", "what is counted for this application", choices=("top_up", "purchase")),
        Column("applied_at", "instant", "when the application was made"),
        Column(
            "points_elsewhere", "whole", "points recorded elsewhere for this person and incentive", most=POINTS_MOST
        ),
    ),
)

TRANSACTIONS = TableSchema(
    "transactions",
    "transaction_id",
    (
        Column("transaction_id", "text", "one top-up, purchase or refund"),
        Column("account_id", "text", "the account it happened on"),
        Column("kind", "text", "what happened", choices=("top_up", "purchase", "refund")),
        Column("refunds", "text", "for a refund, the transaction it undoes, wholly or in part", optional=True),
        Column("amount_yen", "whole", "yen, tax included, never negative", least=1, most=AMOUNT_MOST_YEN),
        Column("occurred_at", "instant", "when it happened"),
    ),
)

POSTED = TableSchema(
    "posted",
    "application_id",
    (
        Column("application_id", "text", "one application (申込)"),
        Column("points", "whole", "the sum of points posted so far", least=-POINTS_MOST, most=POINTS_MOST),
    ),
)

REISSUED = TableSchema(
    "reissued",
    "account_id",
    (
        Column("account_id", "text", "the account of the new card"),
        Column("replaces", "text", "the account of the lost or stolen card; from now on both are one"),
        Column("reissued_at", "instant", "when the new card took its place"),
    ),
)

AWARDS = TableSchema(
    "awards",
    "application_id",
    (
        Column("application_id", "text", "one application (申込)"),
        Column(
            "points",
            "whole",
            "points to post now, never 0; negative is a claw-back",
            least=-POINTS_MOST,
            most=POINTS_MOST,
        ),
    ),
)

REJECTS = TableSchema(
    "rejects",
    "",
    (
        Column("file", "text", "the file's name"),
        Column("line", "whole", "line of a CSV file (the header is line 1), or row of a Parquet file (from 1)"),
        Column("field", "text", "the column at fault"),
        Column("value", "text", "what it held"),
        Column("reason", "text", "why the row was set aside"),
    ),
)
