"""The transfer file, read back by a parser that knows only the table of decision 35."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynapoint.hub.settlement.zengin import NotWritable, Payee, Payer, Row, half_width, transfer_file
from property_examples import examples

DECISION = Path(__file__).parents[3] / "docs/decisions/0035-settlement.md"
PAYER = Payer("0123456789", "マイナポイントジムキヨク", "0001", "ミズホ", "123", "ホンテン", "1", "7654321")
PAYEE = Payee("0005", "004", "2", "0000042", "カ)サンプルペイ")
DAY = date(2022, 9, 5)
KANA = "アイウエオカキクケコガギグパピプャュョッー ()-ABCZ0189"


def layout() -> dict[str, list[tuple[str, str, int]]]:
    """The table's rows by record: name, N (digits) or C (letters) or a constant, bytes."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    row = re.compile(r"\| (\d) \| ([^|]+) \| (N|C|`[^`]*`) \| (\d+) \|")
    for record, name, kind, width in row.findall(DECISION.read_text(encoding="utf-8")):
        found.setdefault(record, []).append((name.strip(), kind, int(width)))
    return found


def parsed(body: bytes) -> Iterator[dict[str, str]]:
    """Each record's fields, in order; complains of everything that the table does not have."""
    fields, ends = layout(), body.split(b"\r\n")
    assert ends.pop() == b""
    for record in ends:
        assert len(record) == 120
        place, read = 0, {}
        for name, kind, width in fields[chr(record[0])]:
            raw = record[place : place + width]
            place += width
            text = "".join(chr(byte + 0xFEC0) if 0xA1 <= byte <= 0xDF else chr(byte) for byte in raw)
            if kind == "N":
                assert re.fullmatch(r"[0-9]+", text), (name, text)
            elif kind == "C":
                assert re.fullmatch(r"[0-9A-Z \\().,/\-｢｣ｱ-ﾟ]*", text), (name, text)
            else:
                assert text == kind.strip("`").ljust(width), (name, text)
            read[name] = text.strip() if kind == "C" else text
        assert place == 120
        yield read


@given(
    sums=st.lists(st.integers(1, 9_999_999_999), min_size=1, max_size=20),
    holder=st.text(alphabet=KANA, min_size=1, max_size=15).filter(lambda text: text.strip()),
    account=st.from_regex(r"[0-9]{7}", fullmatch=True),
)
@examples(60)
def test_what_is_written_is_read_back_by_the_published_layout(sums: list[int], holder: str, account: str) -> None:
    payee = replace(PAYEE, holder=holder, number=account)
    rows = [Row(payee, yen, reference) for reference, yen in enumerate(sums, start=1)]

    header, *data, trailer, end = parsed(transfer_file(PAYER, DAY, rows))

    assert (header["種別コード"], header["取組日"], header["依頼人名"]) == ("21", "0905", "ﾏｲﾅﾎﾟｲﾝﾄｼﾞﾑｷﾖｸ")
    assert [int(one["振込金額"]) for one in data] == sums
    assert [int(one["顧客コード1"]) for one in data] == list(range(1, len(sums) + 1))
    assert {(one["被仕向銀行番号"], one["被仕向支店番号"], one["預金種目"]) for one in data} == {("0005", "004", "2")}
    assert {one["口座番号"] for one in data} == {account}
    assert {one["受取人名"] for one in data} == {payee.holder.strip()}
    assert (int(trailer["合計件数"]), int(trailer["合計金額"])) == (len(sums), sum(sums))
    assert end["データ区分"] == "9"


def test_the_table_has_120_bytes_for_every_record() -> None:
    assert {record: sum(width for *_, width in fields) for record, fields in layout().items()} == dict.fromkeys(
        "1289", 120
    )


PUBLISHED_COLUMNS = {
    "1": "1 2-3 4 5-14 15-54 55-58 59-62 63-77 78-80 81-95 96 97-103 104-120",
    "2": "1 2-5 6-20 21-23 24-38 39-42 43 44-50 51-80 81-90 91 92-101 102-111 112 113 114-120",
    "8": "1 2-7 8-19 20-120",
    "9": "1 2-120",
}
"""As banks print them (持込規格), without our table: columns from 1, both ends included."""


@pytest.mark.parametrize("record", PUBLISHED_COLUMNS)
def test_every_field_stands_in_the_columns_that_banks_publish(record: str) -> None:
    place, columns = 1, []
    for _name, _kind, width in layout()[record]:
        columns.append(f"{place}-{place + width - 1}" if width > 1 else f"{place}")
        place += width

    assert " ".join(columns) == PUBLISHED_COLUMNS[record]


def test_a_record_is_what_a_bank_would_key_in_by_hand() -> None:
    body = transfer_file(PAYER, DAY, [Row(PAYEE, 1_234_567, 42)]).decode("shift_jis").split("\r\n")

    payer = ("1210", "0123456789", "ﾏｲﾅﾎﾟｲﾝﾄｼﾞﾑｷﾖｸ".ljust(40), "0905", "0001", "ﾐｽﾞﾎ".ljust(15))
    payee = ("2", "0005", " " * 15, "004", " " * 15, "0000", "2", "0000042", "ｶ)ｻﾝﾌﾟﾙﾍﾟｲ".ljust(30))
    assert body[0] == "".join((*payer, "123", "ﾎﾝﾃﾝ".ljust(15), "1", "7654321", " " * 17))
    assert body[1] == "".join((*payee, "0001234567", "0", "0000000042", "0000000000", "7", " ", " " * 7))
    assert body[2:] == ["8000001000001234567" + " " * 101, "9" + " " * 119, ""]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("がぎパポ", "ｶﾞｷﾞﾊﾟﾎﾟ"),
        ("キャッシュレスサービス", "ｷﾔﾂｼﾕﾚｽｻ-ﾋﾞｽ"),
        ("ｶ)ABC", "ｶ)ABC"),
        ("abc12", "ABC12"),
        ("ヴ「ア」", "ｳﾞ｢ｱ｣"),
    ],
)
def test_names_are_in_half_width_kana_without_small_ones(text: str, written: str) -> None:
    assert half_width(text, 30, "name") == written


@pytest.mark.parametrize("text", ["", "   ", "青木", "ヲ", "é", "ア\n", "ア" * 31, "ガ" * 16, "ア;"])
def test_what_a_file_cannot_hold_is_refused(text: str) -> None:
    with pytest.raises(NotWritable):
        half_width(text, 30, "name")


@pytest.mark.parametrize("yen", [0, -1, 10_000_000_000])
def test_a_sum_beyond_ten_digits_or_below_one_is_refused(yen: int) -> None:
    with pytest.raises(NotWritable, match="yen"):
        transfer_file(PAYER, DAY, [Row(PAYEE, yen, 1)])


@pytest.mark.parametrize(
    "wrong", [{"bank": "1"}, {"branch": "0001"}, {"kind": "3"}, {"number": "123456"}, {"number": "１２３４５６７"}]
)
def test_an_account_is_of_the_right_digits(wrong: dict[str, str]) -> None:
    with pytest.raises(NotWritable):
        replace(PAYEE, **wrong)


def test_a_transfer_goes_to_savings_but_never_from_there() -> None:
    assert {replace(PAYEE, kind=kind).kind for kind in "1249"} == set("1249")
    with pytest.raises(NotWritable, match="1, 2, 9"):
        replace(PAYER, kind="4")
