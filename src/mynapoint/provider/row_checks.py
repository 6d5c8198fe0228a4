"""What a row must be before it counts: each column's checks as SQL, with the reason a row is set aside for."""

# ruff: noqa: S608 (every piece of SQL here is made from award/schemas.py, never from a file)

from __future__ import annotations

from collections.abc import Iterator

from mynapoint.award.schemas import ENROLMENTS, POSTED, REISSUED, TEXT_MOST, TRANSACTIONS, Column, TableSchema

SQL_TYPES = {"text": "VARCHAR", "whole": "BIGINT", "instant": "TIMESTAMP WITH TIME ZONE"}

FIRST_STANDS = {
    ENROLMENTS.name: "applied_at, account_id, counts, points_elsewhere DESC",
    TRANSACTIONS.name: "occurred_at, amount_yen, kind, account_id, coalesce(refunds, '')",
    POSTED.name: "points DESC",
    REISSUED.name: "reissued_at, replaces",
}
"""Of rows with one key but other content the first in this order stands: what happened first, and never more points.

The order of transactions is that of award/premium.py (``first_of_each_id``)."""

_ISO = r"\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"
_OFFSET = r"(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)"
_FIRST, _LAST = "TIMESTAMPTZ '1970-01-01 00:00:00+00'", "TIMESTAMPTZ '2199-12-31 23:59:59+00'"
"""In these years Tokyo is nine hours ahead on every day, and every tool can hold the instant."""

FULL_WIDTH_HINT = (
    "if(regexp_matches(coalesce(value, ''), '[０-９]'), '; write 0 to 9, not the full-width ０ to ９', '')"
)
"""SQL that ends a reason: digits of a Japanese keyboard look right and are other letters."""

Check = tuple[str, str, str]
"""The column at fault, the SQL that is true for a bad row, and the reason."""


def checks(schema: TableSchema, *, is_text: bool) -> list[Check]:
    """Return the checks of a table in the order they are made; same columns and reasons for text and typed rows."""
    found = [check for column in schema.columns for check in _column_checks(column, is_text)]
    return found + _ROW_CHECKS.get(schema.name, [])


def checked_select(schema: TableSchema, rows: str, *, file: int, is_text: bool) -> str:
    """Return a SELECT over the SELECT ``rows``: file · line · columns typed · is_plain · fault (from 1) · its value.

    ``is_plain`` is true only for a row that is in order and no refund, and for nearly all that are: it is cheap, and
    where it is true nothing else is computed. ``fault`` and ``value`` are for bad rows, NULL otherwise.
    """
    numbered = list(enumerate(checks(schema, is_text=is_text), start=1))
    not_plain = list(faults(schema).values())
    if is_text:
        not_plain = [condition for _, (_, condition, _) in numbered]
        not_plain += _ROWS_NOT_PLAIN.get(schema.name, {}).values()
    is_not_plain = " OR ".join(f"({condition})" for condition in not_plain)
    fault = " ".join(f"WHEN {condition} THEN {number}" for number, (_, condition, _) in numbered)
    value = " ".join(f"WHEN {number} THEN {column}::VARCHAR" for number, (column, _, _) in numbered)
    typed = ", ".join(f"{_typed(column)} AS {column.name}" for column in schema.columns)
    return (
        f"SELECT {file} AS file, line, {typed}, is_plain, fault, "
        f"CASE WHEN fault IS NULL THEN NULL ELSE CASE fault {value} END END AS value "
        f"FROM (SELECT *, CASE WHEN is_plain THEN NULL ELSE CASE {fault} END END AS fault "
        f"FROM (SELECT *, NOT coalesce({is_not_plain}, false) AS is_plain FROM ({rows})))"
    )


def faults(schema: TableSchema) -> dict[str, str]:
    """Return SQL by column, over typed columns: where none of it is true no check finds fault.

    It is cheap: no characters are counted, and each reads its own column alone, so that a Parquet file answers from
    its dictionaries and statistics where it can.
    """
    found = {column.name: _fault(column) for column in schema.columns}
    for column, fault in _ROWS_NOT_PLAIN.get(schema.name, {}).items():
        found[column] += f" OR {fault}"
    return found


def _fault(column: Column) -> str:
    name = column.name
    if column.optional:
        return f"{name} <> ''"
    if column.choices:
        return f"{name} IS NULL OR {name} NOT IN ({_choices(column)})"
    if column.type == "text":
        return f"{name} IS NULL OR strlen({name}) NOT BETWEEN 1 AND {TEXT_MOST}"
    if column.type == "whole":
        return f"{name} IS NULL OR {name} < {column.least} OR {name} > {column.most}"
    instant = f"try_cast({name} AS TIMESTAMP WITH TIME ZONE)"
    return f"{instant} IS NULL OR {instant} < {_FIRST} OR {instant} > {_LAST}"


def _choices(column: Column) -> str:
    return ", ".join(f"'{choice}'" for choice in column.choices)


def _column_checks(column: Column, is_text: bool) -> Iterator[Check]:
    name = column.name
    if not column.optional:
        empty = f" OR {name} = ''" if is_text or column.type == "text" else ""
        yield name, f"{name} IS NULL{empty}", "is missing"
    if column.choices:
        yield name, f"{name} NOT IN ({_choices(column)})", f"must be one of {', '.join(column.choices)}"
    elif column.type == "text":
        yield name, f"length({name}) > {TEXT_MOST}", f"is longer than {TEXT_MOST} characters"
    elif column.type == "whole":
        bad = f"NOT regexp_full_match({name}, '-?[0-9]+')" if is_text else "false"
        yield name, bad, "must be a whole number"
        number = f"try_cast({name} AS BIGINT)"
        outside = f"{number} IS NULL OR {number} NOT BETWEEN {column.least} AND {column.most}"
        yield name, outside, f"must be from {column.least} to {column.most}"
    else:
        yield from _instant_checks(name, is_text)


def _instant_checks(name: str, is_text: bool) -> Iterator[Check]:
    zoneless = f"regexp_full_match({name}, '{_ISO}')" if is_text else "false"
    yield name, zoneless, "has no offset; write an instant as 2022-07-15T10:00:00+09:00"
    shapeless = f"NOT regexp_full_match({name}, '{_ISO}{_OFFSET}')" if is_text else "false"
    yield name, shapeless, "must be an instant such as 2022-07-15T10:00:00+09:00"
    instant = f"try_cast({name} AS TIMESTAMP WITH TIME ZONE)"
    yield name, f"{instant} IS NULL", "is no day of the calendar"
    yield name, f"{instant} NOT BETWEEN {_FIRST} AND {_LAST}", "must lie between 1970 and 2199"


def _typed(column: Column) -> str:
    if column.type == "text":
        return f"nullif({column.name}::VARCHAR, '')" if column.optional else f"{column.name}::VARCHAR"
    return f"try_cast({column.name} AS {SQL_TYPES[column.type]})"


_ROW_CHECKS: dict[str, list[Check]] = {
    TRANSACTIONS.name: [
        (
            "refunds",
            "kind = 'refund' AND coalesce(refunds::VARCHAR, '') = ''",
            "a refund must name the transaction it refunds",
        ),
        ("refunds", "kind <> 'refund' AND refunds::VARCHAR <> ''", "only a refund names another transaction"),
        ("refunds", "refunds::VARCHAR = transaction_id", "a refund cannot refund itself"),
    ],
    REISSUED.name: [("replaces", "replaces::VARCHAR = account_id", "an account cannot replace itself")],
}

_ROWS_NOT_PLAIN = {TRANSACTIONS.name: {"kind": "kind = 'refund'"}, REISSUED.name: {"replaces": "replaces = account_id"}}
"""What else must not be for _ROW_CHECKS to find nothing, by a column it is asked with."""
