"""DOOR IN: files of enrolments, transactions and posted points become typed tables; rows that cannot be are set aside.

Nothing is lost silently: rows in = accepted + set aside + repeated, and every row set aside has its file, line, field,
value and reason in ``taken_rejects``. What stands does not depend on the order of rows or files.
"""

# ruff: noqa: S608 (tables, columns and reasons are ours; nothing of a file's content is put into SQL)

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from mynapoint.award.schemas import ENROLMENTS, POSTED, REISSUED, REJECTS, TRANSACTIONS, TableSchema
from mynapoint.provider.beside import Beside
from mynapoint.provider.file_limits import kind_of
from mynapoint.provider.neighbours import may_come_twice
from mynapoint.provider.noticing import (
    FileRows,
    Search,
    any_order,
    find,
    nameless,
    no_rows,
    notice,
    rows_of_scan,
    rows_of_table,
)
from mynapoint.provider.reissued import endless, make_chains, second_replacements
from mynapoint.provider.row_checks import FIRST_STANDS, FULL_WIDTH_HINT, SQL_TYPES, checked_select, checks
from mynapoint.provider.table_files import Encoding, TableFile, quoted, read_file
from mynapoint.provider.tallies import InputFile, Taken, Tally

Progress = Callable[[str], None]


class Intake:
    """Takes files into a DuckDB connection: temporary views ``taken_enrolments``, ``taken_transactions`` and
    ``taken_posted`` (``file``, ``line``, the columns of award/schemas.py) and the table ``taken_rejects``.

    Parquet files are scanned where they lie, so they must stay there until the views have been read.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        scratch: Path | None = None,
        encoding: Encoding | None = None,
        progress: Progress = lambda _: None,
    ) -> None:
        self.files: list[InputFile] = []
        self._connection = connection
        self._encoding = encoding
        self._renamed = False
        self._scratch = scratch
        self._progress = progress
        self._files: list[Path] = []
        self._broken: Counter[str] = Counter()
        self._waiting = 0
        columns = ", ".join(f"{column.name} {SQL_TYPES[column.type]}" for column in REJECTS.columns)
        self._run(f"CREATE OR REPLACE TEMP TABLE taken_rejects ({columns})")

    def take_all(
        self,
        *,
        enrolments: Path,
        transactions: Sequence[Path],
        posted: Path | None,
        reissued: Sequence[Path] = (),
        beside: Beside | None = None,
    ) -> None:
        """Take the inputs of an award. Raises UnreadableFile; anything less sets rows aside."""
        if reissued:
            self.take_reissued(reissued)
        of_applications = self._search(ENROLMENTS, [enrolments])
        of_rows = self._search(TRANSACTIONS, transactions)
        places = sound = None
        if self._renamed or any(kind_of(path) != "parquet" for path in transactions):
            beside = None
        if beside is not None:
            search = partial(of_rows.places, scratch=self._scratch)
            places = beside.search(search, applications=of_applications.end)
        self._take(of_applications)
        self._set_aside_second_applications()
        if beside is not None:
            sound = beside.begin(self._show_rows(of_rows))
        self._take(of_rows, places=places, accounts=sound is None)
        self._set_aside_wrong_refunds()
        self.take(POSTED, [] if posted is None else [posted])
        self._set_aside_unknown_applications()
        if sound is not None and not sound():
            self._set_aside_nameless(of_rows)

    def taken(self, *, not_enrolled: int | None = None) -> Taken:
        """Return what ``take_all`` gave.

        ``not_enrolled``  accepted rows of accounts without an application, where an engine has counted them already
        """
        self._progress("counting rows")
        tallies = {schema: self.tally(schema) for schema in (ENROLMENTS, TRANSACTIONS, POSTED)}
        if self._renamed:
            tallies[REISSUED] = self.tally(REISSUED)
        if not_enrolled is None:
            not_enrolled = self._count("taken_transactions ANTI JOIN taken_enrolments USING (account_id)")
        return Taken(tuple(tallies.values()), self._waiting, not_enrolled, tuple(self.files))

    def take_reissued(self, files: Sequence[Path]) -> None:
        """Take the accounts that replaced others: every table taken afterwards names the first account of a chain."""
        self.take(REISSUED, files)
        self._set_aside(REISSUED, second_replacements("taken_reissued"))
        make_chains(self._connection, "taken_reissued", into="taken_chains")
        self._set_aside(REISSUED, endless("taken_reissued", "taken_chains"))
        self._renamed = True

    def take(self, schema: TableSchema, files: Sequence[Path]) -> None:
        """Make the view ``taken_NAME``: every row of the files that is whole, no key twice. Raises UnreadableFile."""
        self._take(self._search(schema, files))

    def _search(self, schema: TableSchema, files: Sequence[Path]) -> Search:
        return Search.of(schema, [self._read(schema, path) for path in files] or [no_rows(schema)])

    def _show_rows(self, search: Search) -> str:
        """Show the rows as they were read; return the SELECT of them."""
        schema = search.schema
        rows = self._renaming(schema, " UNION ALL ".join(file.everything for file, _ in search.files))
        self._run(f"CREATE OR REPLACE TEMP VIEW taken_{schema.name}_rows AS {rows}")
        return rows

    def _take(self, search: Search, *, places: Callable[[], Any] | None = None, accounts: bool = True) -> None:
        """Take the rows of a search. ``places`` waits for who searches them already; ``accounts`` as in noticing.py."""
        schema = search.schema
        name = schema.name
        self._run(f"CREATE OR REPLACE TEMP TABLE taken_{name}_dropped (file INTEGER, line BIGINT, repeated BOOLEAN)")
        self._show_rows(search)
        self._progress(f"checking {name}")
        with any_order(self._connection):
            found = places or partial(search.places, self._connection, scratch=self._scratch)
            looked_at = find(self._connection, search, found, accounts=accounts)
            notice(self._connection, schema, self._renaming(schema, looked_at))
        self._set_aside_bad(schema, f"taken_{name}_noticed")
        self._drop_repeated(schema)
        self._show_standing(schema)

    def _set_aside_bad(self, schema: TableSchema, table: str) -> None:
        fields, _, reasons = zip(*checks(schema, is_text=True), strict=True)
        self._set_aside(
            schema,
            f"SELECT file, line, {_sql_list(fields)}[fault], value, {_sql_list(reasons)}[fault] || {FULL_WIDTH_HINT} "
            f"FROM {table} WHERE fault IS NOT NULL",
        )

    def tally(self, schema: TableSchema) -> Tally:
        """Return what became of a table's rows so far."""
        broken = self._broken[schema.name]
        rows = self._count(f"taken_{schema.name}_rows") + broken
        repeated = self._count(f"taken_{schema.name}_dropped WHERE repeated")
        dropped = self._count(f"taken_{schema.name}_dropped")
        return Tally(schema.name, rows, dropped - repeated + broken, repeated)

    def _renaming(self, schema: TableSchema, rows: str) -> str:
        """Return a SELECT of the rows with the first account of a chain in place of any of its accounts."""
        if not self._renamed or "account_id" not in schema.column_names:
            return rows
        first = "* EXCLUDE first_account_id REPLACE (coalesce(first_account_id, account_id) AS account_id)"
        return f"SELECT {first} FROM ({rows}) LEFT JOIN taken_chains USING (account_id)"

    def _read(self, schema: TableSchema, path: Path) -> FileRows:
        """Read one file, if it is CSV into a table of its own. Lines that are no rows are set aside."""
        self._progress(f"reading {path.name}")
        number = len(self._files)
        self._files.append(path)
        into = f"taken_file_{number}"
        checked = partial(checked_select, schema, file=number)
        with TemporaryDirectory(prefix="mynapoint-intake-", dir=self._scratch) as scratch:
            file = TableFile(schema, path, Path(scratch), self._encoding)
            read = read_file(self._connection, file, into=into, typed=partial(checked, is_text=True))
        self.files.append(InputFile(schema.name, path, read.encoding))
        self._broken[schema.name] += len(read.broken)
        if read.broken:
            lines, values, reasons = zip(*((row.line, row.value, row.reason) for row in read.broken), strict=True)
            self._connection.execute(
                "INSERT INTO taken_rejects "
                "SELECT ?, unnest(?::BIGINT[]), '', unnest(?::VARCHAR[]), unnest(?::VARCHAR[])",
                [str(path), list(lines), list(values), list(reasons)],
            )
        if read.scan is None:
            return rows_of_table(schema, into, below=self._figure(f"SELECT coalesce(max(line), 0) + 1 FROM {into}"))
        return rows_of_scan(schema, read.scan, below=self._count(read.scan) or 1, file=number)

    def _drop_repeated(self, schema: TableSchema) -> None:
        """Drop every row but one of each key: rows of the same content are repeated, other content is set aside."""
        name, key, order = schema.name, schema.key, FIRST_STANDS[schema.name]
        standing = f"taken_{name}_noticed_standing"
        twice = f"SELECT {key} FROM {standing} GROUP BY {key} HAVING count(*) > 1"  # most only belong to a refund
        self._run(
            f"CREATE OR REPLACE TEMP TABLE taken_ranked AS SELECT file, line, {key}, "
            f"row_number() OVER (PARTITION BY {key} ORDER BY {order}, file, line) AS place, "
            f"rank() OVER (PARTITION BY {key} ORDER BY {order}) AS content "
            f"FROM {standing} SEMI JOIN ({twice}) USING ({key})"
        )
        self._run(
            f"INSERT INTO taken_{name}_dropped "
            "SELECT file, line, true FROM taken_ranked WHERE content = 1 AND place > 1"
        )
        self._set_aside(
            schema,
            f"SELECT other.file, other.line, '{key}', other.{key}, 'stands with other content in ' || "
            f"{_sql_list(str(path) for path in self._files)}[first.file + 1] || ' line ' || first.line "
            f"FROM taken_ranked AS other JOIN taken_ranked AS first USING ({key}) "
            f"WHERE first.place = 1 AND other.content > 1",
        )

    def _set_aside_second_applications(self) -> None:
        """An account serves one person and incentive: the earliest application stands."""
        if not may_come_twice(self._connection, "account_id", "taken_enrolments"):
            return
        self._set_aside(
            ENROLMENTS,
            "SELECT file, line, 'account_id', account_id, 'serves application ' || first || ' already' FROM ("
            "SELECT *, first_value(application_id) OVER one AS first, row_number() OVER one AS place "
            "FROM taken_enrolments SEMI JOIN "
            "(SELECT account_id FROM taken_enrolments GROUP BY account_id HAVING count(*) > 1) USING (account_id) "
            "WINDOW one AS (PARTITION BY account_id ORDER BY applied_at, application_id)"
            ") WHERE place > 1",
        )

    def _set_aside_wrong_refunds(self) -> None:
        """A refund names a top-up or purchase of its own account, or waits for it to arrive."""
        standing = "taken_transactions_noticed_standing"
        self._run(
            "CREATE OR REPLACE TEMP TABLE taken_refunds AS "
            f"SELECT file, line, account_id, refunds FROM {standing} WHERE kind = 'refund'"
        )
        self._run(
            "CREATE OR REPLACE TEMP TABLE taken_originals AS SELECT transaction_id AS refunds, account_id, kind "
            f"FROM {standing} SEMI JOIN taken_refunds ON transaction_id = taken_refunds.refunds"
        )
        self._set_aside(
            TRANSACTIONS,
            "SELECT refund.file, refund.line, 'refunds', refunds, "
            "if(original.kind = 'refund', 'names a refund; only a top-up or a purchase can be refunded', "
            "'names a transaction of another account') "
            "FROM taken_refunds AS refund JOIN taken_originals AS original USING (refunds) "
            "WHERE original.kind = 'refund' OR original.account_id <> refund.account_id",
        )
        self._waiting = self._count("taken_refunds ANTI JOIN taken_originals USING (refunds)")

    def _set_aside_nameless(self, search: Search) -> None:
        """Set aside the rows that name no account and that nobody has looked at yet."""
        noticed = "taken_transactions_noticed"
        more = f"({nameless(self._connection, search)}) ANTI JOIN {noticed} USING (file, line)"
        self._run(f"CREATE OR REPLACE TEMP TABLE taken_nameless AS SELECT * FROM {more}")
        self._run(f"INSERT INTO {noticed} FROM taken_nameless")
        self._set_aside_bad(search.schema, "taken_nameless")

    def _set_aside_unknown_applications(self) -> None:
        self._set_aside(
            POSTED,
            "SELECT file, line, 'application_id', application_id, 'is no application among the enrolments' "
            "FROM taken_posted ANTI JOIN taken_enrolments USING (application_id)",
        )

    def _set_aside(self, schema: TableSchema, select: str) -> None:
        """Move rows out: ``select`` gives file number, line, field, value and reason."""
        self._run(f"CREATE OR REPLACE TEMP TABLE taken_found (file, line, field, value, reason) AS {select}")
        if self._count("taken_found"):
            paths = _sql_list(str(path) for path in self._files)
            self._run(
                f"INSERT INTO taken_rejects SELECT {paths}[file + 1], line, field, value, reason FROM taken_found"
            )
            self._run(f"INSERT INTO taken_{schema.name}_dropped SELECT file, line, false FROM taken_found")
            self._show_standing(schema)

    def _show_standing(self, schema: TableSchema) -> None:
        """Let the view hold all rows but the dropped ones; where nothing was dropped it costs nothing."""
        name = schema.name
        without = f"ANTI JOIN taken_{name}_dropped USING (file, line)" if self._count(f"taken_{name}_dropped") else ""
        standing = f"SELECT file, line, {', '.join(schema.column_names)} FROM taken_{name}_rows {without}"
        self._run(f"CREATE OR REPLACE TEMP VIEW taken_{name} AS {standing}")

    def _run(self, statement: str) -> None:
        self._connection.execute(statement)

    def _count(self, of: str) -> int:
        return self._figure(f"SELECT count(*) FROM {of}")

    def _figure(self, query: str) -> int:
        [[figure]] = self._connection.execute(query).fetchall()
        return int(figure)


def _sql_list(texts: Iterable[str]) -> str:
    return f"[{', '.join(quoted(text) for text in texts)}]"
