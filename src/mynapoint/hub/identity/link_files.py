"""Files of links between certificates: CSV or JSON lines, read row by row, each error told with its line."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mynapoint.hub.identity.links import CertificateId, Link

FIELDS = ("old_issuer_key_id", "old_serial", "new_issuer_key_id", "new_serial")
KEY_ID_CHARACTERS_MAX = 128
SERIAL_BYTES_MAX = 20
"""RFC 5280: a serial has at most 20 octets."""

_HEX = re.compile(r"(?:0x)?([0-9a-f]+)", re.IGNORECASE)


class UnusableFile(Exception):
    """Nothing of a file can be read: the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file writes what we need. The card authority's own format is not public, so all of it can be told.

    ``names``    our field → the name it has in the file
    ``issuer``   the issuers' key identifier where a row does not name it
    ``decimal``  whether serials are decimal numbers; hex otherwise, with or without ``0x``, colons and leading zeros
    """

    names: Mapping[str, str] = field(default_factory=dict)
    issuer: str = ""
    decimal: bool = False

    @classmethod
    def of(cls, pairs: Iterable[str], *, issuer: str, decimal: bool) -> Shape:
        """Return the shape that ``OUR_NAME=THEIR_NAME`` pairs describe. Raises UnusableFile."""
        names = {}
        for pair in pairs:
            ours, equals, theirs = pair.partition("=")
            if not equals or ours not in FIELDS or not theirs:
                raise UnusableFile(f"--field must be OUR_NAME=THEIR_NAME with one of {', '.join(FIELDS)}; got {pair!r}")
            names[ours] = theirs
        return cls(names, issuer, decimal)


class ReadLinks:
    """The rows of a file, to be gone through once: each good one with its line; bad ones are in ``errors``."""

    def __init__(self, rows: Iterable[tuple[int, Mapping[str, object] | str]], shape: Shape) -> None:
        self.errors: list[tuple[int, str]] = []
        self._rows = rows
        self._shape = shape

    def __iter__(self) -> Iterator[tuple[int, Link]]:
        for line, row in self._rows:
            try:
                if isinstance(row, str):
                    raise _BadRow(row)
                yield line, _link(row, self._shape)
            except _BadRow as bad:
                self.errors.append((line, f"{bad}. Row left out."))


def read_links(path: Path, shape: Shape) -> ReadLinks:
    """Return the links of a file: JSON lines when it is named ``.jsonl``, else CSV in UTF-8 with a header."""
    return ReadLinks(_json_rows(path) if path.suffix == ".jsonl" else _csv_rows(path, shape), shape)


class _BadRow(Exception):
    pass


def _csv_rows(path: Path, shape: Shape) -> Iterator[tuple[int, Mapping[str, object] | str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            wanted = [shape.names.get(name, name) for name in ("old_serial", "new_serial")]
            if missing := [name for name in wanted if name not in (rows.fieldnames or [])]:
                raise UnusableFile(f"{path.name} line 1: the header has no {' and no '.join(missing)}; see --field")
            for row in rows:
                short = None in row.values() or None in row
                yield rows.line_num, "has another number of fields than the header" if short else row
    except (csv.Error, UnicodeDecodeError) as error:
        raise UnusableFile(f"{path.name}: is not CSV in UTF-8 ({error}). Rows before that place were taken.") from error


def _json_rows(path: Path) -> Iterator[tuple[int, Mapping[str, object] | str]]:
    with path.open("rb") as file:
        for line, text in enumerate(file, start=1):
            if not text.strip():
                continue
            try:
                row = json.loads(text)
            except ValueError:
                row = None
            yield line, row if isinstance(row, dict) else "is not a JSON object"


def _link(row: Mapping[str, object], shape: Shape) -> Link:
    return Link(*(CertificateId(_issuer(row, side, shape), _serial(row, side, shape)) for side in ("old", "new")))


def _issuer(row: Mapping[str, object], side: str, shape: Shape) -> str:
    name = f"{side}_issuer_key_id"
    text = str(row.get(shape.names.get(name, name)) or shape.issuer).replace(":", "").strip()
    if not text:
        raise _BadRow(f"{name} is missing, and no --issuer was given")
    found = _HEX.fullmatch(text)
    if not found or len(text) > KEY_ID_CHARACTERS_MAX:
        raise _BadRow(f"{name} must be a key identifier in hex; got {text[:60]!r}")
    return found[1].lower()


def _serial(row: Mapping[str, object], side: str, shape: Shape) -> str:
    name = f"{side}_serial"
    text = str(row.get(shape.names.get(name, name)) or "").replace(":", "").strip()
    found = re.fullmatch(r"([0-9]{1,49})", text, re.ASCII) if shape.decimal else _HEX.fullmatch(text)
    number = int(found[1], 10 if shape.decimal else 16) if found and len(text) <= KEY_ID_CHARACTERS_MAX else 0
    if not 0 < number < 1 << (8 * SERIAL_BYTES_MAX):
        raise _BadRow(f"{name} must be a serial in {'decimal' if shape.decimal else 'hex'}; got {text[:60]!r}")
    return f"{number:x}"
