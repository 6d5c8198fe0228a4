"""Files of links: CSV and JSON lines, in the shape they come in; a row that cannot be read is told with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mynapoint.hub.identity.link_files import Shape, UnusableFile, read_links
from mynapoint.hub.identity.links import CertificateId, Link

HEADER = "old_issuer_key_id,old_serial,new_issuer_key_id,new_serial"
GOOD = Link(CertificateId("aabb", "1f"), CertificateId("ccdd", "2a"))


def file(folder: Path, *lines: str, name: str = "links.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_csv_and_json_lines_say_the_same(tmp_path: Path) -> None:
    row = dict(zip(HEADER.split(","), ("AA:BB", "0x001F", "ccdd", "2A"), strict=True))

    csv = list(read_links(file(tmp_path, HEADER, ",".join(row.values())), Shape()))
    lines = list(read_links(file(tmp_path, json.dumps(row), name="links.jsonl"), Shape()))

    assert csv == [(2, GOOD)]
    assert lines == [(1, GOOD)]


def test_another_shape_can_be_told(tmp_path: Path) -> None:
    shape = Shape.of(["old_serial=旧", "new_serial=新"], issuer="aabb", decimal=True)

    links = list(read_links(file(tmp_path, "旧,新", "31,42"), shape))

    assert links == [(2, Link(CertificateId("aabb", "1f"), CertificateId("aabb", "2a")))]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("aabb,xyz,ccdd,2a", "old_serial must be a serial in hex; got 'xyz'"),
        ("aabb,1f,ccdd,", "new_serial must be a serial in hex; got ''"),
        ("aabb,0,ccdd,2a", "old_serial must be a serial in hex; got '0'"),
        (f"aabb,{'f' * 42},ccdd,2a", "old_serial must be a serial in hex"),
        ("AUTH CA,1f,ccdd,2a", "old_issuer_key_id must be a key identifier in hex; got 'AUTH CA'"),
        (",1f,ccdd,2a", "old_issuer_key_id is missing, and no --issuer was given"),
        ("aabb,1f,ccdd", "has another number of fields than the header"),
    ],
)
def test_a_bad_row_is_left_out_and_told_and_the_others_are_taken(tmp_path: Path, row: str, why: str) -> None:
    read = read_links(file(tmp_path, HEADER, row, "aabb,1f,ccdd,2a"), Shape())

    assert list(read) == [(3, GOOD)]
    assert [line for line, _ in read.errors] == [2]
    assert read.errors[0][1].startswith(why)
    assert read.errors[0][1].endswith("Row left out.")


def test_a_line_that_is_not_an_object_is_left_out(tmp_path: Path) -> None:
    read = read_links(file(tmp_path, "[1]", "{", name="links.jsonl"), Shape())

    assert list(read) == []
    assert [line for line, _ in read.errors] == [1, 2]


@pytest.mark.parametrize("pair", ["old_serial", "serial=旧", "old_serial="])
def test_a_field_that_is_not_ours_is_refused(pair: str) -> None:
    with pytest.raises(UnusableFile, match="OUR_NAME=THEIR_NAME"):
        Shape.of([pair], issuer="", decimal=False)


def test_a_header_without_our_fields_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="line 1: the header has no old_serial and no new_serial"):
        list(read_links(file(tmp_path, "旧,新", "1,2"), Shape()))
