"""How the bytes of a CSV file are read as text: UTF-8 or CP932, found out line by line, never guessed past a doubt.

A file that is UTF-8 throughout is UTF-8. Otherwise its lines decide: one that is UTF-8 speaks for UTF-8, one that is
CP932 and no UTF-8 for CP932, and where they are as many, it is UTF-8. Lines that do not fit what the file was found to
be are set aside, and with them lines of a CP932 file that are Japanese in UTF-8: no letter silently becomes another.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mynapoint.provider.file_limits import LINE_BYTES_MOST, UnreadableFile

_BOM = codecs.BOM_UTF8
_LONG_SEQUENCE = re.compile(rb"[\xe0-\xf4][\x80-\xbf]{2}")
"""Three bytes or more of UTF-8, as all Japanese has; two alone may be half-width katakana of CP932."""

_NO_CP932 = re.compile("[\x80\uf8f0-\uf8f3]")
"""What Python makes of the bytes 80, A0, FD, FE and FF, which are no characters of CP932."""

_LINES = re.compile(rb"[^\r]*(?:\r\n?|\Z)", re.DOTALL)


class Encoding(StrEnum):
    """How a CSV file's text is written; CP932 is what Japanese Windows calls Shift_JIS."""

    UTF_8 = "utf-8"
    CP932 = "cp932"


@dataclass(frozen=True, slots=True)
class Survey:
    """What a CSV file's bytes show before a row is read.

    ``lines``   how many lines, the header's with them
    ``plain``   every line fits the encoding and ends with LF or CRLF
    """

    encoding: Encoding
    lines: int
    plain: bool


def survey(path: Path, forced: Encoding | None = None) -> Survey:
    """Read a file's bytes once, twice unless they are UTF-8. Raises UnreadableFile for a line that is too long."""
    lines, is_utf_8, lone_returns = _pass_over(path)
    if forced is Encoding.UTF_8 or (is_utf_8 and forced is None):
        return Survey(Encoding.UTF_8, lines, plain=is_utf_8 and not lone_returns)
    votes = dict.fromkeys((Encoding.UTF_8, Encoding.CP932, None), 0)
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                votes[_fit(line)] += 1
    if forced is None and votes[Encoding.UTF_8] >= votes[Encoding.CP932]:
        return Survey(Encoding.UTF_8, lines, plain=False)
    doubtful = votes[None] or (votes[Encoding.UTF_8] and forced is None)
    return Survey(Encoding.CP932, lines, plain=not doubtful and not lone_returns)


def decoded_lines(path: Path, encoding: Encoding, *, forced: bool) -> Iterator[tuple[str, str | None]]:
    """Yield each line with its end, and why it is no text: then its bytes above 7F are single surrogates."""
    with path.open("rb") as file:
        for number, whole in enumerate(file):
            line = whole.removeprefix(_BOM) if number == 0 else whole
            for piece in _LINES.findall(line) if b"\r" in line[:-2] else [line]:
                if piece:
                    yield _decoded(piece, encoding, forced=forced)


def as_utf_8(path: Path, clean: Path) -> None:
    """Write a file of plain CP932 anew as UTF-8."""
    decoder = codecs.getincrementaldecoder("cp932")()
    with path.open("rb") as file, clean.open("wb") as out:
        while block := file.read(1 << 20):
            out.write(decoder.decode(block).encode())
        out.write(decoder.decode(b"", final=True).encode())


def _decoded(line: bytes, encoding: Encoding, *, forced: bool) -> tuple[str, str | None]:
    name = "UTF-8" if encoding is Encoding.UTF_8 else "CP932"
    why = f"holds bytes that are not {name}"
    if not line.isascii():
        if encoding is Encoding.CP932 and not forced and _LONG_SEQUENCE.search(line) and _fit(line) is Encoding.UTF_8:
            return line.decode("ascii", "surrogateescape"), "holds UTF-8 in a file that is CP932"
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            return line.decode("ascii", "surrogateescape"), why
        if encoding is Encoding.CP932 and _NO_CP932.search(text):
            return line.decode("ascii", "surrogateescape"), why
        return text, None
    return line.decode("ascii"), None


def _fit(line: bytes) -> Encoding | None:
    """Say which encoding a line fits; UTF-8 where both do, which few lines of CP932 do."""
    for encoding in Encoding:
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding is Encoding.UTF_8 or not _NO_CP932.search(text):
            return encoding
    return None


def _pass_over(path: Path) -> tuple[int, bool, bool]:
    """Return the lines of a file, whether it is UTF-8, and whether a carriage return stands alone in it."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, length, last, is_utf_8, lone_returns = 0, 0, b"\n", True, False
    with path.open("rb") as file:
        while block := file.read(LINE_BYTES_MOST):
            end = block.find(b"\n")
            length += len(block) if end < 0 else end
            if length > LINE_BYTES_MOST:
                raise UnreadableFile(path, _too_long(path, lines + 1))
            if end >= 0:
                length = len(block) - block.rfind(b"\n") - 1
            lines += block.count(b"\n")
            if is_utf_8 and not (block.isascii() and not decoder.getstate()[0]):
                is_utf_8 = _goes_on(decoder, block)
            if b"\r" in block or last == b"\r":
                lone_returns |= (last + block).replace(b"\r\n", b"")[:-1].find(b"\r") >= 0
            last = block[-1:]
    return lines + (last != b"\n"), is_utf_8 and not decoder.getstate()[0], lone_returns or last == b"\r"


def _goes_on(decoder: codecs.IncrementalDecoder, block: bytes) -> bool:
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        decoder.reset()
        return False
    return True


def _too_long(path: Path, line: int) -> str:
    with path.open("rb") as file:
        if b"\r" in file.read(LINE_BYTES_MOST).rstrip(b"\r\n").replace(b"\r\n", b""):
            return "ends its lines with CR alone; save it with LF or CRLF"
    return f"line {line} is longer than {LINE_BYTES_MOST:,} bytes; this is no table of rows"
