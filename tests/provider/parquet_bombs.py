"""Parquet files as an attacker writes them, and honest ones to compare: made in the test, small on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12
Field = tuple[int, int, Any]
INSTANT = pa.timestamp("us", "UTC")


def transactions(rows: int, **columns: pa.Array) -> pa.Table:
    """Return an honest table; named columns are added or stand instead."""
    sound = {
        "transaction_id": pa.array([f"t{number}" for number in range(rows)]),
        "account_id": pa.array([f"a{number % 7}" for number in range(rows)]),
        "kind": pa.array(["top_up"] * rows),
        "refunds": pa.nulls(rows, pa.string()),
        "amount_yen": pa.array(range(1, rows + 1), pa.int64()),
        "occurred_at": pa.array([1_657_933_200_000_000 + number for number in range(rows)], INSTANT),
    }
    return pa.table(sound | columns)


def repeated(rows: int, text: str = "t") -> pa.Table:
    """Return one row many times: ``text`` stands once in the file, in its dictionary."""
    columns = {name: _dictionary(rows, value) for name, value in (("account_id", "a"), ("kind", "top_up"))}
    figures = {"amount_yen": pa.repeat(1, rows), "occurred_at": pa.repeat(0, rows).cast(INSTANT)}
    return transactions(0).schema.empty_table() if rows == 0 else pa.table(
        {"transaction_id": _dictionary(rows, text), **columns, "refunds": pa.nulls(rows, pa.string()), **figures}
    )  # fmt: skip


def footer(schema: list[list[Field]], rows: int = 0, groups: list[list[Field]] | None = None) -> bytes:
    """Return a footer as it stands in a file, whatever it says."""
    return structure([(1, I32, 1), (2, LIST, (STRUCT, schema)), (3, I64, rows), (4, LIST, (STRUCT, groups or []))])


def group(name: bytes, children: int = 1) -> list[Field]:
    """Return a schema's element that holds others."""
    return [(3, I32, 1), (4, BINARY, name), (5, I32, children)]


def leaf(name: bytes) -> list[Field]:
    """Return a schema's element for a text."""
    return [(1, I32, 6), (3, I32, 1), (4, BINARY, name), (6, I32, 0)]


def write_footer(path: Path, content: bytes) -> None:
    """Write a file that is nothing but a footer."""
    path.write_bytes(b"PAR1" + content + len(content).to_bytes(4, "little") + b"PAR1")


def structure(fields: list[Field]) -> bytes:
    """Encode a structure in Thrift's compact protocol."""
    out, last = bytearray(), 0
    for field, kind, value in fields:
        out += bytes([(field - last) << 4 | kind]) + _encoded(kind, value)
        last = field
    return bytes(out) + b"\0"


def _encoded(kind: int, value: Any) -> bytes:
    if kind == BINARY:
        return _varint(len(value)) + bytes(value)
    if kind == STRUCT:
        return structure(value)
    if kind == LIST:
        of, items = value
        head = bytes([len(items) << 4 | of]) if len(items) < 15 else bytes([0xF0 | of]) + _varint(len(items))
        return head + b"".join(_encoded(of, item) for item in items)
    return _varint((value << 1) ^ (value >> 63))


def _varint(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _dictionary(rows: int, value: str) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.repeat(0, rows).cast(pa.int32()), [value])
