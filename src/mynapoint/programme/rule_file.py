"""A rule file read strictly: each key asked for by name and type, every other key refused with file, key and why."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from datetime import date, datetime, time
from difflib import get_close_matches
from enum import StrEnum
from importlib.resources.abc import Traversable
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from mynapoint.programme.words import Words

_TOML_HINT = "Correct that place: texts in straight quotes, days as 2022-01-24, numbers without commas, no key twice"
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_YEARS = range(1900, 2101)
"""A day in any other year is a slip of the pen: 0023 for 2023."""

Choice = TypeVar("Choice", bound=StrEnum)
Kind = TypeVar("Kind")
Parsed = TypeVar("Parsed")


class RuleFileError(ValueError):
    """A rule file that may not be used: which file, which key, and why."""

    def __init__(self, file: str, key: str, why: str) -> None:
        super().__init__(f"{file}: {key}: {why}" if key else f"{file}: {why}")
        self.file = file
        self.key = key
        self.why = why
        self.others: tuple[RuleFileError, ...] = ()
        """Further faults that were found in the same table, after this one."""


def each(rows: Iterable[RuleTable], parse: Callable[[RuleTable], Parsed]) -> list[Parsed]:
    """Return every row parsed. Raises the first row's RuleFileError, with those of the other rows as its others."""
    parsed: list[Parsed] = []
    faults: list[RuleFileError] = []
    for row in rows:
        with faults_into(faults):
            parsed.append(parse(row))
    raise_all(faults)
    return parsed


@contextmanager
def faults_into(faults: list[RuleFileError]) -> Iterator[None]:
    """Keep a fault of the block, and the others it brings, and go on after the block."""
    try:
        yield
    except RuleFileError as fault:
        faults += (fault, *fault.others)


def raise_all(faults: Sequence[RuleFileError]) -> None:
    """Raise the first of some faults, with the rest as its others; nothing where there are none."""
    if faults:
        first, *others = faults
        first.others = tuple(others)
        raise first


def read_toml(path: Path | Traversable) -> RuleTable:
    """Return a file's top-level table. Raises RuleFileError when it is missing, or is not TOML in UTF-8."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RuleFileError(str(path), "", f"cannot be read ({error.strerror})") from error
    try:
        return RuleTable(path.name, "", tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n")))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        place = "" if content.startswith(_BYTE_ORDER_MARKS) else f" (at line {line})"
        raise RuleFileError(path.name, "", f"is not written in UTF-8{place}; save it as UTF-8") from error
    except RecursionError as error:
        raise RuleFileError(path.name, "", "is nested too deeply; no programme needs that") from error
    except ValueError as error:  # tomllib.TOMLDecodeError is one, and so is a number of too many digits
        raise RuleFileError(path.name, "", f"is not TOML: {error}. {_TOML_HINT}") from error


class RuleTable:
    """One table of a rule file. Used as ``with table:``, a key that nobody asked for is refused at the end."""

    def __init__(self, file: str, path: str, entries: Mapping[str, object]) -> None:
        self.file = file
        self.path = path
        self._entries = entries
        self._asked: set[str] = set()

    def __enter__(self) -> RuleTable:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            raise_all(self.unknown_keys())

    def unknown_keys(self) -> list[RuleFileError]:
        """Return a fault for each key that nobody asked for, with the key that may have been meant."""
        return [
            self.error(key, "is not a key that is known here" + _meant(key, self._asked - set(self._entries)))
            for key in self._entries
            if key not in self._asked
        ]

    def error(self, key: str, why: str) -> RuleFileError:
        """Return the error that names this file and the full key."""
        return RuleFileError(self.file, f"{self.path}.{key}".strip("."), why)

    def has(self, key: str) -> bool:
        """Say whether the key is there; asks for it no further."""
        return key in self._entries

    def other_keys(self) -> list[str]:
        """Return the keys not asked for yet, in the file's order."""
        return [key for key in self._entries if key not in self._asked]

    def mentions(self, names: Set[str]) -> bool:
        """Say whether any text in the table, however deep, is one of ``names``."""
        return bool(names) and _mentions(self._entries, names)

    def value(self, key: str) -> object | None:
        """Return whatever stands at ``key``, None where nothing does; the caller checks its type."""
        self._asked.add(key)
        return self._entries.get(key)

    def text(self, key: str) -> str:
        """Return a text that is not empty and has no control characters."""
        text = self._required(key, str, "a text")
        if not text.strip():
            raise self.error(key, "must not be empty")
        if any(unicodedata.category(letter) == "Cc" for letter in text):
            raise self.error(key, "must be one line without control characters; write it afresh")
        return text

    def web_address(self, key: str) -> str:
        """Return an address of the web."""
        address = self.text(key)
        if not address.startswith(("https://", "http://")):
            raise self.error(key, f"must begin with https:// or http://; got {address!r}")
        return address

    def integer(self, key: str) -> int:
        """Return a whole number."""
        return self._required(key, int, "a whole number")

    def flag(self, key: str) -> bool:
        """Return true or false; false where the key is absent."""
        return self._required(key, bool, "true or false") if self.has(key) else False

    def day(self, key: str) -> date:
        """Return a calendar day."""
        day = self._required(key, date, "a day such as 2022-01-24")
        if day.year not in _YEARS:
            raise self.error(key, f"must be from {_YEARS[0]} to {_YEARS[-1]}; got {day}; the year may be mistyped")
        return day

    def clock_time(self, key: str) -> time:
        """Return a time of day."""
        return self._required(key, time, "a time such as 09:30:00")

    def choice(self, key: str, choices: type[Choice]) -> Choice:
        """Return one member of a closed set."""
        text = self.text(key)
        try:
            return choices(text)
        except ValueError:
            known = ", ".join(repr(str(member)) for member in choices)
            raise self.error(key, f"must be one of {known}; got {text!r}") from None

    def words(self, key: str) -> Words:
        """Return a text in both languages: ``{ ja = "…", en = "…" }``."""
        self._required(key, dict, 'a text in both languages, { ja = "…", en = "…" }')
        with self.table(key) as table:
            return Words(ja=table.text("ja"), en=table.text("en"))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; empty where the key is absent."""
        if not self.has(key):
            return ()
        entries = self._required(key, list, 'a list of texts, ["…", "…"]')
        for entry in entries:
            if not isinstance(entry, str):
                raise self.error(key, f"must be a list of texts; got {entry!r}")
        return tuple(entries)

    def table(self, key: str) -> RuleTable:
        """Return the table at ``key``."""
        return RuleTable(self.file, f"{self.path}.{key}".strip("."), self._required(key, dict, "a table"))

    def tables(self, key: str) -> Iterator[tuple[str, RuleTable]]:
        """Yield the named tables under ``key`` in the file's order; none where the key is absent."""
        if self.has(key):
            group = self.table(key)
            for name in group.other_keys():
                yield name, group.table(name)

    def rows(self, key: str) -> Iterator[RuleTable]:
        """Yield the tables of the list at ``key``, in order; none where the key is absent."""
        if not self.has(key):
            return
        wanted = f"a list of tables, each under [[{self.path}.{key}]]".replace("[[.", "[[")
        for number, entry in enumerate(self._required(key, list, wanted), start=1):
            if not isinstance(entry, dict):
                raise self.error(f"{key}[{number}]", "must be a table")
            yield RuleTable(self.file, f"{self.path}.{key}[{number}]".strip("."), entry)

    def _required(self, key: str, kind: type[Kind], wanted: str) -> Kind:
        value = self.value(key)
        if value is None:
            raise self.error(key, "is missing" + _meant(key, set(self._entries) - self._asked))
        # bool is an int and a datetime is a date to Python; to a rule file they are not.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)) or isinstance(value, datetime):
            unquote = "; write it without quotes" if _is_quoted(value, kind) else ""
            raise self.error(key, f"must be {wanted}; got {_as_written(value)}{unquote}")
        return value


def _as_written(value: object) -> str:
    """Return a value as the file has it: days and times as ISO texts; of a table or list only that it is one."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date | time) else repr(value)


def _is_quoted(value: object, kind: type) -> bool:
    """Say whether a text would be what is wanted if its quotes were taken away."""
    if not isinstance(value, str):
        return False
    try:
        bare = tomllib.loads(f"bare = {value}")
    except ValueError:
        return False
    return len(bare) == 1 and type(bare["bare"]) is kind


def _meant(key: str, others: Set[str]) -> str:
    close = get_close_matches(key, sorted(others), n=1)
    return f"; is {close[0]!r} meant?" if close else ""


def _mentions(value: object, names: Set[str]) -> bool:
    if isinstance(value, str):
        return value in names
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(_mentions(part, names) for part in inner)
