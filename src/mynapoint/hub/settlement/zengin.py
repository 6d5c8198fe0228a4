"""The transfer file of Japanese banks (全銀協 総合振込): records of 120 bytes in JIS X 0201, written from values.

The layout is the table in docs/decisions/0035-settlement.md, compared with what banks publish of it: fields and kinds
as 群馬銀行 has them (全銀協制定ファイルフォーマット), columns as a shinkin bank's 持込規格, letters as PCA lists
全銀協使用可能文字: no ｦ, no small kana, a hyphen for ー. Sums are whole yen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

RECORD_BYTES = 120
LINE_END = b"\r\n"
YEN_MAX = 9_999_999_999
"""Ten digits, of one transfer."""
KINDS = ("1", "2", "4", "9")
"""Of a payee: ordinary (普通), current (当座), savings (貯蓄), other."""
PAYER_KINDS = ("1", "2", "9")
"""Nobody transfers from savings."""
_FEW_MAX = 999_999
_TOTAL_MAX = 999_999_999_999

_HALF = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)}
_MARKS = {"\u3099": "\uff9e", "\u309a": "\uff9f", "゛": "\uff9e", "゜": "\uff9f", "「": "\uff62", "」": "\uff63"}
_LARGE = str.maketrans(
    "\uff67\uff68\uff69\uff6a\uff6b\uff6c\uff6d\uff6e\uff6f\uff70",
    "\uff71\uff72\uff73\uff74\uff75\uff94\uff95\uff96\uff82-",
)
_ALLOWED = re.compile(r"[0-9A-Z \\().,/\-\uff62\uff63\uff71-\uff9f]*")
_HIRAGANA_TO_KATAKANA = 0x60


class NotWritable(ValueError):
    """A value that no transfer file can hold; says which and why."""


@dataclass(frozen=True, slots=True)
class Payee:
    """Where a transfer goes. ``holder``: any kana, capitals and digits; kept in half width, at most 30 bytes."""

    bank: str
    branch: str
    kind: str
    number: str
    holder: str

    def __post_init__(self) -> None:
        _check_account(self.bank, self.branch, self.number)
        _check_kind(self.kind, KINDS)
        object.__setattr__(self, "holder", half_width(self.holder, 30, "holder"))


@dataclass(frozen=True, slots=True)
class Payer:
    """Who has the money transferred: ``code`` is what the bank calls it, 10 digits; names in kana."""

    code: str
    name: str
    bank: str
    bank_name: str
    branch: str
    branch_name: str
    kind: str
    number: str

    def __post_init__(self) -> None:
        _digits(self.code, 10, "code of the payer")
        _check_account(self.bank, self.branch, self.number)
        _check_kind(self.kind, PAYER_KINDS)
        for name, most in (("name", 40), ("bank_name", 15), ("branch_name", 15)):
            object.__setattr__(self, name, half_width(getattr(self, name), most, name))


@dataclass(frozen=True, slots=True)
class Row:
    """One transfer. ``reference``: our number of the payment; comes back with what the bank returns."""

    payee: Payee
    yen: int
    reference: int


def transfer_file(payer: Payer, on: date, rows: Sequence[Row]) -> bytes:
    """Return the file: a header, one record a transfer, the totals, the end. Raises NotWritable."""
    total = sum(row.yen for row in rows)
    if not rows or len(rows) > _FEW_MAX or total > _TOTAL_MAX:
        raise NotWritable(f"a file has 1 to {_FEW_MAX} transfers of {_TOTAL_MAX} yen at most; got {len(rows)}, {total}")
    trailer = "8" + f"{len(rows):06}" + f"{total:012}" + " " * 101
    records = [_header(payer, on), *map(_data, rows), trailer, "9" + " " * 119]
    return b"".join(_bytes(record) + LINE_END for record in records)


def half_width(text: str, most: int, name: str) -> str:
    """Return a text as the file holds it: half-width kana without small ones, capitals, digits. Raises NotWritable.

    >>> half_width("カブシキガイシャ みほん", 30, "name")
    'ｶﾌﾞｼｷｶﾞｲｼﾔ ﾐﾎﾝ'
    """
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text)).upper()
    written = "".join(_half(sign) for sign in plain).translate(_LARGE)
    if not _ALLOWED.fullmatch(written):
        strange = next(sign for sign in written if not _ALLOWED.fullmatch(sign))
        raise NotWritable(f"{name}: {strange!r} is not a letter of a transfer file; write it in kana")
    if not written.strip() or len(written) > most:
        raise NotWritable(f"{name} has 1 to {most} letters in half width, voicing marks counted; got {len(written)}")
    return written


def _header(payer: Payer, on: date) -> str:
    return "".join(
        (
            *("1", "21", "0", payer.code, payer.name.ljust(40), f"{on:%m%d}"),
            *(payer.bank, payer.bank_name.ljust(15), payer.branch, payer.branch_name.ljust(15)),
            *(payer.kind, payer.number, " " * 17),
        )
    )


def _data(row: Row) -> str:
    if not 0 < row.yen <= YEN_MAX:
        raise NotWritable(f"a transfer is of 1 to {YEN_MAX} yen; got {row.yen}")
    to = row.payee
    return "".join(
        (
            *("2", to.bank, " " * 15, to.branch, " " * 15, "0000", to.kind, to.number, to.holder.ljust(30)),
            *(f"{row.yen:010}", "0", f"{row.reference:010}", "0" * 10, "7", " ", " " * 7),
        )
    )


def _bytes(record: str) -> bytes:
    written = bytes(ord(sign) - 0xFEC0 if ord(sign) > 0xFF00 else ord(sign) for sign in record)
    assert len(written) == RECORD_BYTES, record
    return written


def _half(sign: str) -> str:
    if "ぁ" <= sign <= "ゖ":
        sign = chr(ord(sign) + _HIRAGANA_TO_KATAKANA)
    return _MARKS.get(sign) or _HALF.get(sign) or sign


def _check_account(bank: str, branch: str, number: str) -> None:
    _digits(bank, 4, "bank")
    _digits(branch, 3, "branch")
    _digits(number, 7, "account number")


def _check_kind(kind: str, known: Sequence[str]) -> None:
    if kind not in known:
        raise NotWritable(f"the kind of account is one of {', '.join(known)}; got {kind!r}")


def _digits(text: str, many: int, name: str) -> None:
    if not re.fullmatch(f"[0-9]{{{many}}}", text):
        raise NotWritable(f"{name} has {many} digits; got {text!r}")
