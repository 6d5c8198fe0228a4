"""The register in files: exported as CSV or JSON, imported whole or not at all, each fault with line and remedy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from mynapoint.hub.payment_services.actions import take_entries
from mynapoint.hub.payment_services.csv_sheet import NotASheet, Row, read_sheet, write_sheet
from mynapoint.hub.payment_services.documents import Document, document_of, flat, provider_document
from mynapoint.hub.payment_services.entries import Entry, ProviderEntry, provider_entry, read_register, service_entry
from mynapoint.hub.payment_services.models import PaymentService, Provider
from mynapoint.hub.payment_services.plans import Plan, RegisterRefused, Who
from mynapoint.programme.rule_file import RuleFileError, RuleTable

FORMAT = "mynapoint-register/1"
_DAYS = {"as_of", "first_day", "last_day", "joined_on", "left_on"}
_TOML_HINT = "; write it without quotes"
_REMEDY = "Correct it and import the file again; nothing of the file was stored."


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing wrong with a file: the line, the field, what stands there, why it cannot, and what to do."""

    line: int
    field: str
    value: str
    why: str
    remedy: str = _REMEDY

    def __str__(self) -> str:
        value = f" {self.value!r}" if self.value else ""
        return f"line {self.line}: {self.field}{value}: {self.why}. {self.remedy}"


class FaultyFile(ValueError):
    """A file of which nothing was stored, with everything that is wrong with it."""

    def __init__(self, name: str, faults: list[RowFault]) -> None:
        super().__init__("\n".join(f"{name} {fault}" for fault in faults))
        self.faults = faults


def export_json(services: Iterable[Document], providers: Iterable[Document]) -> str:
    """Return the register as JSON, in the order of numbers and ids; what is not stated is left out."""
    document = {
        "format": FORMAT,
        "providers": sorted(providers, key=lambda one: str(one["id"])),
        "payment_services": sorted(services, key=lambda one: str(one["number"])),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def export_csv(services: Iterable[Document], providers: Iterable[Document]) -> str:
    """Return the register as a spreadsheet (``csv_sheet``)."""
    return write_sheet(services, providers)


def register_now() -> tuple[list[Document], list[Document]]:
    """Return the documents of every service, of every state, and of every provider as they stand."""
    rows = PaymentService.objects.select_related("provider").order_by("number")
    services = [document_of(row) for row in rows.prefetch_related("channels", "participations", "security_codes")]
    return services, [provider_document(row) for row in Provider.objects.order_by("slug")]


def import_file(path: Path, *, who: Who, now: datetime, dry_run: bool = False) -> list[Plan]:
    """Take over a CSV or JSON file, whole or not at all; return what changed, or with ``dry_run`` what would.

    CSV may be UTF-8, with or without its mark, or CP932 as Japanese spreadsheets save it.
    TOML is taken as the demo's files are written. Raises FaultyFile with every fault of the file; for TOML
    RuleFileError with the first, and RegisterRefused.
    """
    if path.suffix.lower() == ".toml":
        listed, found, _ = read_register(path)
        return take_entries(listed, found, who=who, reason=path.name, now=now, dry_run=dry_run)
    text = decoded(path.read_bytes(), path.name)
    if path.suffix.lower() == ".json":
        rows, others = _json_rows(text, path.name)
    else:
        rows, others = _csv_rows(text, path.name), []
    providers, entries = _checked(rows, others, path.name)
    try:
        return take_entries(providers, entries, who=who, reason=path.name, now=now, dry_run=dry_run)
    except RegisterRefused as error:
        number = str(error).partition(" ")[0].strip(":")
        line = next((row.line for row in rows if row.service.get("number") == number), 1)
        raise FaultyFile(path.name, [RowFault(line, "state", "", str(error))]) from error


def entry_of(document: Document, *, name: str) -> Entry:
    """Return one entry's document as a checked entry, as a file's would be. Raises RuleFileError."""
    return service_entry(RuleTable(name, "", _with_days(document)))


def decoded(body: bytes, name: str) -> str:
    """Return a file's text: UTF-8 with or without its mark, or else CP932. Raises FaultyFile."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FaultyFile(name, [RowFault(1, "", "", "is neither UTF-8 nor CP932", "Save it as “CSV UTF-8” and try again.")])


def _csv_rows(text: str, name: str) -> list[Row]:
    try:
        return read_sheet(text)
    except NotASheet as error:
        line, _, why = str(error).partition(": ")
        raise FaultyFile(name, [RowFault(int(line.removeprefix("line ")), "", "", why)]) from error


def _json_rows(text: str, name: str) -> tuple[list[Row], list[Document]]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise FaultyFile(name, [RowFault(error.lineno, "", "", f"is not JSON: {error.msg}")]) from error
    lists = {"providers", "payment_services"}
    whole = isinstance(document, dict) and set(document) == {"format", *lists} and document["format"] == FORMAT
    if not whole or not all(isinstance(one, dict) for key in lists for one in _list(document[key])):
        why = f'must be an object with "format": "{FORMAT}", "providers" and "payment_services"'
        raise FaultyFile(name, [RowFault(1, "", "", why, "Export the register to see its form.")])
    providers = {str(one.get("id")): one for one in document["providers"]}
    lines = [text.count("\n", 0, found.start()) + 1 for found in re.finditer(r'^\s*"number": ', text, re.MULTILINE)]
    services = document["payment_services"]
    if len(lines) != len(services):
        lines = [1] * len(services)
    rows = [
        Row(line, service, providers.get(str(service.get("provider")), {}), [])
        for line, service in zip(lines, services, strict=True)
    ]
    return rows, list(providers.values())


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [None]


def _checked(rows: list[Row], others: list[Document], name: str) -> tuple[list[ProviderEntry], list[Entry]]:
    faults = [RowFault(row.line, *fault) for row in rows for fault in row.faults]
    providers: dict[str, tuple[Document, ProviderEntry]] = {}
    entries: dict[str, Entry] = {}
    for row in (row for row in rows if not row.faults):
        slug, number = str(row.service.get("provider", "")), str(row.service.get("number", ""))
        if number in entries:
            faults.append(RowFault(row.line, "number", number, "stands in the file twice", "Leave one of the rows."))
        if slug in providers and providers[slug][0] != row.provider:
            faults.append(RowFault(row.line, "provider", slug, "has another name or address in an earlier row"))
        try:
            entries[number] = service_entry(RuleTable(name, "", _with_days(row.service)))
            if slug not in providers:
                providers[slug] = (row.provider, provider_entry(RuleTable(name, "", row.provider)))
        except RuleFileError as error:
            faults += [_fault(row, one) for one in (error, *error.others)]
    for document in (one for one in others if str(one.get("id")) not in providers and not faults):
        try:
            providers[str(document.get("id"))] = (document, provider_entry(RuleTable(name, "providers", document)))
        except RuleFileError as error:
            faults.append(RowFault(1, error.key, "", error.why))
    if faults:
        raise FaultyFile(name, sorted(faults, key=lambda one: one.line))
    return [entry for _, entry in providers.values()], list(entries.values())


def _fault(row: Row, error: RuleFileError) -> RowFault:
    fields = flat(row.service) | {f"provider.{key}": value for key, value in flat(row.provider).items()}
    value = fields.get(error.key, fields.get(f"provider.{error.key}", ""))
    return RowFault(row.line, error.key, value if isinstance(value, str) else "", error.why.removesuffix(_TOML_HINT))


def _with_days(document: Mapping[str, Any]) -> Document:
    """Return a document with its ISO texts of days as days; a text that is none stays, and is told as wrong."""
    return {key: _with_day(key, value) for key, value in document.items()}


def _with_day(key: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_with_days(one) if isinstance(one, dict) else one for one in value]
    if key in _DAYS and isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value
