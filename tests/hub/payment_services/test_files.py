"""The register as CSV and JSON: out and in again without loss, faults told whole, nothing stored of a faulty file."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mynapoint.hub.payment_services.csv_sheet import COLUMNS, neutral, read_sheet, undone, write_sheet
from mynapoint.hub.payment_services.documents import flat, nested
from mynapoint.hub.payment_services.files import FaultyFile, export_csv, export_json, import_file, register_now
from mynapoint.hub.payment_services.history_rows import RegisterChange
from mynapoint.hub.payment_services.models import PaymentService, Provider
from mynapoint.hub.payment_services.plans import Who
from property_examples import examples

NOW = datetime(2022, 7, 15, 1, 0, tzinfo=UTC)
WHO = Who("office-3", "office-4")

texts = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp"), exclude_characters="\u241e")
    | st.sampled_from("=+-@'\",;\n＝ "),
    min_size=1,
    max_size=12,
).filter(lambda text: bool(text.strip()))
lines = texts.filter(lambda text: "\n" not in text)
words = st.fixed_dictionaries({"ja": texts, "en": texts})
days = st.dates(date(2020, 1, 1), date(2030, 12, 31)).map(date.isoformat)
schedules = st.one_of(
    st.builds(lambda hours: {"kind": "after_use", "hours": hours}, st.integers(0, 8784)),
    st.builds(
        lambda kind, months, day: {"kind": kind, "months": months, "day": day},
        st.sampled_from(["month_close", "threshold"]),
        st.integers(0, 24),
        st.integers(1, 28) | st.just("last"),
    ),
)
dated = st.fixed_dictionaries({}, optional={"first_day": days, "last_day": days})
documents = st.fixed_dictionaries(
    {
        "number": st.from_regex(r"MP[0-9]{7}", fullmatch=True),
        "provider": st.just("aoba"),
        "state": st.just("draft"),
        "name": lines,
        "kana": lines,
        "name_en": lines,
        "kind": st.just("qr"),
    },
    optional={
        "summary": words,
        "minimum_yen": st.integers(1, 99999),
        "schedule": schedules,
        "schedule_words": words,
        "account": st.fixed_dictionaries(
            {"label": words}, optional={"help": words, "pattern": texts, "example": texts}
        ),
        "security_code": st.lists(
            st.fixed_dictionaries({"label": words, "help": words, "pattern": texts}), min_size=1, max_size=3
        ),
        "channel": st.lists(st.builds(lambda one: {"kind": "web", **one}, dated), min_size=1, max_size=3),
        "participation": st.lists(
            st.builds(lambda first: {"incentive": "card_uptake", "round": "round1", "joined_on": first}, days),
            min_size=1,
            max_size=2,
        ),
        "points": st.fixed_dictionaries({"name": words}, optional={"use": words, "expiry": words}),
        "notes": words,
        "link": lines,
        "as_of": days,
        "sources": st.lists(lines, min_size=1, max_size=3),
    },
)
PROVIDER = {"id": "aoba", "name": {"ja": "=あおば", "en": "@Aoba"}, "account_api_url": "https://aoba.example.jp/"}


@examples(40)
@given(st.lists(documents, max_size=3, unique_by=lambda one: one["number"]))
def test_a_sheet_gives_every_document_back(services: list[dict[str, Any]]) -> None:
    rows = read_sheet(write_sheet(services, [PROVIDER]))

    assert [row.service for row in rows] == sorted(services, key=lambda one: one["number"])
    assert all(row.provider == PROVIDER and not row.faults for row in rows)


@examples(100)
@given(st.text(max_size=20) | texts | st.builds("'{}".format, texts))
@example("=1+2")
@example("'=1+2")
def test_no_cell_is_a_formula_and_each_is_undone(text: str) -> None:
    assert neutral(text)[:1] not in set("=+-@＝＋－＠\t\r\n")
    assert undone(neutral(text)) == text


@examples(40)
@given(documents)
def test_a_flat_document_is_nested_again(document: dict[str, Any]) -> None:
    assert nested(flat(document)) == document


def saved(folder: Path, name: str, body: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(body if isinstance(body, bytes) else body.encode("utf-8-sig" if name.endswith("csv") else "utf-8"))
    return path


@pytest.mark.parametrize(("name", "export"), [("register.csv", export_csv), ("register.json", export_json)])
def test_the_whole_register_goes_out_and_in_without_a_change(
    register: None, tmp_path: Path, name: str, export: Any
) -> None:
    before, rows = register_now(), RegisterChange.objects.count()
    file = saved(tmp_path, name, export(*before))

    assert import_file(file, who=WHO, now=NOW) == []

    assert (register_now(), RegisterChange.objects.count()) == (before, rows)
    assert export(*register_now()) == export(*before)


@pytest.mark.parametrize(("name", "export"), [("register.csv", export_csv), ("register.json", export_json)])
def test_an_empty_register_is_filled_from_an_export(
    register_documents: tuple[list[Any], list[Any]], tmp_path: Path, name: str, export: Any
) -> None:
    changed = import_file(saved(tmp_path, name, export(*register_documents)), who=WHO, now=NOW)

    assert register_now() == register_documents
    assert len(changed) == PaymentService.objects.count() + Provider.objects.count()


def test_a_sheet_saved_by_a_japanese_spreadsheet_is_read(register: None, tmp_path: Path) -> None:
    sheet = export_csv(*register_now()).replace("チャージして使うQRコード決済です。", "チャージして使うQR決済です。", 1)

    changed = import_file(saved(tmp_path, "r.csv", sheet.encode("cp932", errors="xmlcharrefreplace")), who=WHO, now=NOW)

    assert "MP0000001" in {plan.subject for plan in changed}
    assert PaymentService.objects.get(number="MP0000001").summary.ja == "チャージして使うQR決済です。"


def test_a_dry_run_tells_what_would_change_and_changes_nothing(register: None, tmp_path: Path) -> None:
    file = saved(tmp_path, "r.csv", export_csv(*register_now()).replace("https://pay.example.jp/", "https://new.jp/"))

    plans = import_file(file, who=WHO, now=NOW, dry_run=True)

    assert [(plan.subject, plan.changes[0].fields) for plan in plans] == [
        ("MP0000001", {"link": ["https://pay.example.jp/", "https://new.jp/"]})
    ]
    assert PaymentService.objects.get(number="MP0000001").link == "https://pay.example.jp/"


def edited(number: str, /, **cells: str) -> str:
    """Return the register's sheet with some cells of one row written anew."""
    rows = list(csv.DictReader(io.StringIO(export_csv(*register_now()), newline="")))
    for row in rows:
        if row["number"] == number:
            row.update(cells)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(COLUMNS), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize(
    ("cells", "field", "value", "why"),
    [
        ({"kind": "cash"}, "kind", "cash", "must be one of e_money"),
        ({"minimum_yen": "1,000"}, "minimum_yen", "1,000", "without commas"),
        ({"as_of": "2022-02-30"}, "as_of", "2022-02-30", "must be a day"),
        ({"schedule": "some_day"}, "schedule.kind", "some_day", ""),
        ({"channel": "web 2020/7/1"}, "channel", "web 2020/7/1", "must be lines like"),
        ({"channel": "web 2023-01-01..2022-01-01"}, "channel[1].last_day", "", "is before"),
        ({"link": "pay"}, "link", "pay", "URL"),
        ({"number": "MP1"}, "number", "MP1", ""),
        ({"counts": ""}, "counts", "", "is missing"),
        ({"provider.name.ja": "別の会社"}, "provider", "", ""),
        ({"state": "draft"}, "state", "", "cannot become draft"),
    ],
)
def test_a_faulty_cell_is_named_with_its_line_and_nothing_is_stored(
    register: None, tmp_path: Path, cells: dict[str, str], field: str, value: str, why: str
) -> None:
    before = register_now()
    number = "MP0000009" if "provider.name.ja" in cells else "MP0000003"  # くれは has a second service further down
    text = edited(number, **cells).replace("https://pay.example.jp/", "https://new.example.jp/")
    file = saved(tmp_path, "r.csv", text)

    with pytest.raises(FaultyFile) as faulty:
        import_file(file, who=WHO, now=NOW)

    fault = faulty.value.faults[0]
    assert (fault.field, why in fault.why, bool(fault.remedy)) == (field, True, True), fault
    assert not value or fault.value == value
    assert fault.line >= 2
    assert register_now() == before


def test_every_faulty_row_is_told_at_once_with_its_own_line(register: None, tmp_path: Path) -> None:
    text = export_json(*register_now()).replace('"kind": "qr"', '"kind": "cash"')
    file = saved(tmp_path, "r.json", text)

    with pytest.raises(FaultyFile) as faulty:
        import_file(file, who=WHO, now=NOW)

    lines = text.splitlines()
    numbers = [re.findall("MP[0-9]{7}", lines[fault.line - 1]) for fault in faulty.value.faults]
    wrong = [[one["number"]] for one in json.loads(text)["payment_services"] if one["kind"] == "cash"]
    assert numbers == wrong
    assert len(wrong) > 2


def test_a_line_of_a_sheet_is_counted_with_the_line_breaks_in_its_cells(register: None, tmp_path: Path) -> None:
    text = edited("MP0000003", kind="cash")
    file = saved(tmp_path, "r.csv", text)

    with pytest.raises(FaultyFile) as faulty:
        import_file(file, who=WHO, now=NOW)

    assert re.split("\r\n|\n", text)[faulty.value.faults[0].line - 1].startswith("MP0000003")


@pytest.mark.parametrize(
    ("name", "body", "why"),
    [
        ("r.csv", "number,colour\nMP0000001,red\n", "unknown columns colour"),
        ("r.csv", "", "no column number"),
        ("r.csv", 'number\n"MP0000001\n', "quote"),
        ("r.json", "{", "is not JSON"),
        ("r.json", "[]", "must be an object"),
        ("r.csv", b"number\n\x82\xff\n", "neither UTF-8 nor CP932"),
    ],
)
def test_a_file_that_is_no_register_is_told_so(
    db: None, tmp_path: Path, name: str, body: str | bytes, why: str
) -> None:
    with pytest.raises(FaultyFile, match=why):
        import_file(saved(tmp_path, name, body), who=WHO, now=NOW)
