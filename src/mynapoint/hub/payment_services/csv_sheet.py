"""The register as a spreadsheet: one payment service a row, one field a column, and back again without loss."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mynapoint.hub.payment_services.documents import Document, flat, nested

Cell = tuple[Callable[[Any], str], Callable[[str], Any]]
"""How a value is written into a cell, and read from it; reading raises ValueError saying what to write."""

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "'")
"""What a spreadsheet takes for a formula at the beginning of a cell, and the mark that undoes it."""

_DAYS = re.compile(r"(\S+) (\d{4}-\d{2}-\d{2}|\?)\.\.(\d{4}-\d{2}-\d{2})?")


@dataclass(frozen=True, slots=True)
class Row:
    """One row read: its first line in the file, the documents of service and provider, and faulty cells with why."""

    line: int
    service: Document
    provider: Document
    faults: list[tuple[str, str, str]]


class NotASheet(ValueError):
    """A file that is not the register as a spreadsheet; the message says what to do."""


def neutral(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; ``undone`` gives the text back.

    >>> neutral("=1+2"), undone("'=1+2"), neutral("MP0000034")
    ("'=1+2", '=1+2', 'MP0000034')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def undone(cell: str) -> str:
    """Return the text of a cell, without the mark that ``neutral`` has put before it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def write_sheet(services: Iterable[Document], providers: Iterable[Document]) -> str:
    """Return the sheet of some services in the order of their numbers: RFC 4180, for ``utf-8-sig``."""
    by_id = {str(one["id"]): one for one in providers}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for service in sorted(services, key=lambda one: str(one["number"])):
        fields = _flat(service, by_id[service["provider"]])
        writer.writerow(neutral(COLUMNS[column][0](fields[column])) if column in fields else "" for column in COLUMNS)
    return text.getvalue()


def read_sheet(text: str) -> list[Row]:
    """Return every row of a sheet. Raises NotASheet where it has not the columns of one."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [undone(cell).strip() for cell in next(reader, [])]
        _require_columns(header)
        rows = []
        line = reader.line_num + 1
        for cells in reader:
            if any(cells):
                rows.append(_row(line, dict(zip(header, cells, strict=False)), extra=len(cells) > len(header)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise NotASheet(f"line {reader.line_num}: {error}; a quote may be missing. Save it as CSV again") from error
    return rows


def _require_columns(header: list[str]) -> None:
    unknown = [name for name in header if name not in COLUMNS]
    if unknown or "number" not in header or len(set(header)) != len(header):
        what = f"unknown columns {', '.join(unknown)}" if unknown else "no column number, or a column twice"
        raise NotASheet(f"line 1: {what}; export the register to see the columns there are")


def _row(line: int, cells: Mapping[str, str], *, extra: bool) -> Row:
    fields: Document = {}
    faults = [("", "", "has more cells than the header has columns; put texts with a comma in quotes")] if extra else []
    for column, cell in cells.items():
        if text := undone(cell):
            try:
                fields[column] = COLUMNS[column][1](text)
            except ValueError as error:
                faults.append((column, text, str(error)))
    provider = {
        "id": fields.get("provider", ""),
        **nested({f"name.{one}": fields.pop(f"provider.name.{one}", "") for one in ("ja", "en")}),
    }
    if url := fields.pop("provider.account_api_url", None):
        provider["account_api_url"] = url
    codes = [{key: fields.pop(f"code{place}.{key}", None) for key in _CODE} for place in (1, 2, 3)]
    written = [code for code in codes if any(code.values())]
    if codes[: len(written)] != written:
        faults.append(("code1.label.ja", "", "is empty, but a later code is not; move the codes up"))
    service = nested(fields)
    if written:
        service["security_code"] = [nested({key: one for key, one in code.items() if one}) for code in written]
    return Row(line, service, provider, faults)


def _flat(service: Document, provider: Document) -> Document:
    schedule = {"schedule": service["schedule"]} if "schedule" in service else {}
    fields = flat({key: value for key, value in service.items() if key not in {"schedule", "security_code"}}) | schedule
    for place, code in enumerate(service.get("security_code", []), start=1):
        fields |= {f"code{place}.{key}": value for key, value in flat(code).items()}
    return fields | {f"provider.{key}": value for key, value in flat(provider).items() if key != "id"}


def _text(text: str) -> str:
    return text


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError("must be a whole number without commas, such as 1")
    return int(text)


def _schedule_text(table: Mapping[str, Any]) -> str:
    return " ".join([table["kind"], *(f"{key}={value}" for key, value in table.items() if key != "kind")])


def _schedule(text: str) -> dict[str, Any]:
    kind, *parts = text.split()
    pairs = [part.partition("=") for part in parts]
    if not all(equals for _, equals, _ in pairs):
        raise ValueError("must be like: month_close months=1 day=last, or: after_use hours=72")
    return {"kind": kind, **{key: int(value) if value.isdecimal() else value for key, _, value in pairs}}


def _lines(values: list[str]) -> str:
    return "\n".join(values)


def _dated(first: str, last: str, names: Callable[[Mapping[str, Any]], str]) -> Callable[[Any], str]:
    def write(rows: list[Mapping[str, Any]]) -> str:
        return "\n".join(f"{names(row)} {row.get(first, '?')}..{row.get(last, '')}" for row in rows)

    return write


def _channels(text: str) -> list[Document]:
    return [
        _without_empty({"kind": name, "first_day": first, "last_day": last}) for name, first, last in _each_dated(text)
    ]


def _participations(text: str) -> list[Document]:
    rows = []
    for name, first, last in _each_dated(text):
        round_id, _, incentive = name.partition("/")
        rows.append(_without_empty({"incentive": incentive, "round": round_id, "joined_on": first, "left_on": last}))
    return rows


def _each_dated(text: str) -> Iterable[tuple[str, str, str]]:
    for line in text.splitlines():
        matched = _DAYS.fullmatch(line.strip())
        if not matched:
            raise ValueError("must be lines like: web 2020-07-01..2023-09-30, web 2020-07-01.. or web ?..")
        name, first, last = matched.groups()
        yield name, "" if first == "?" else first, last or ""


def _without_empty(document: Document) -> Document:
    return {key: value for key, value in document.items() if value != ""}


def _columns() -> dict[str, Cell]:
    text: Cell = (str, _text)
    special: dict[str, Cell] = {
        "minimum_yen": (str, _number),
        "schedule": (_schedule_text, _schedule),
        "channel": (_dated("first_day", "last_day", lambda row: str(row["kind"])), _channels),
        "participation": (
            _dated("joined_on", "left_on", lambda row: f"{row['round']}/{row['incentive']}"),
            _participations,
        ),
        "sources": (_lines, lambda cell: cell.split("\n")),
    }
    names = [
        *("number", "state", "name", "kana", "name_en", "kind"),
        *("provider", "provider.name.ja", "provider.name.en", "provider.account_api_url"),
        *("summary.ja", "summary.en", "counts", "effective", "minimum_yen", "rounding"),
        *("schedule", "schedule_words.ja", "schedule_words.en", "timing"),
        *("account.label.ja", "account.label.en", "account.help.ja", "account.help.en"),
        *("account.pattern", "account.example"),
        *(f"code{place}.{key}" for place in (1, 2, 3) for key in _CODE),
        *("prior", "prior_registration.ja", "prior_registration.en", "channel", "participation"),
        *("points.name.ja", "points.name.en", "points.used", "points.use.ja", "points.use.en"),
        *("points.expiry.ja", "points.expiry.en", "extra.ja", "extra.en", "notes.ja", "notes.en"),
        *("link", "as_of", "sources"),
    ]
    return {name: special.get(name, text) for name in names}


_CODE = ("label.ja", "label.en", "help.ja", "help.en", "pattern")
COLUMNS = _columns()
"""Every column in its order, with how its cells are written and read."""
