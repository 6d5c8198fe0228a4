"""Reading a report fast: a line that looks as encoded is read as the codec reads it, every other by the codec."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import clock
from mynapoint.exchange.codec import MalformedMessage, decode, encode, encode_lines
from mynapoint.exchange.messages import AwardLine, AwardReportHeader
from mynapoint.hub.ledger.reports import parse_report
from mynapoint.programme.values import IncentiveId, Points, ServiceNumber
from property_examples import examples

APPLICATION = "35dafd29-2bef-4fca-952e-153408a6ba1c"
LINES = st.builds(
    AwardLine,
    line_id=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=64),
    application_id=st.sampled_from([APPLICATION, APPLICATION.upper(), "x", "é", ""]),
    incentive=st.sampled_from([IncentiveId("card_uptake"), IncentiveId("other-1")]),
    points=st.integers(-1_000_000, 1_000_000).filter(bool).map(Points),
    posted_on=st.dates(date(1900, 1, 1), date(2199, 12, 31)),
)
SOUND = encode(AwardLine("l-1", APPLICATION, IncentiveId("card_uptake"), Points(500), date(2022, 2, 28)))
SPOILED = [
    (b"2022-02-28", b"2022-02-30"),
    (b"2022-02-28", b"2022-2-280"),
    (b"2022-02-28", b"1822-02-28"),
    (b":500", b":0500"),
    (b":500", b":-0"),
    (b":500", b":1000001"),
    (b":500", b":500.0"),
    (b'"l-1"', b'"l-\\u0041"'),
    (b'"l-1"', b'"l-\xff"'),
    (b'"points"', b'"amount_yen":1,"points"'),
    (b'"version":1', b'"version":2'),
    (b"}", b"} "),
    (b"}", b" }"),
    (b"card_uptake", "card_ｕptake".encode()),
]


def report(row: bytes, points: int = 500) -> bytes:
    header = AwardReportHeader("r-1", ServiceNumber("MP0000001"), clock.START, 1, Points(points))
    return encode_lines([header]) + row


@examples(200)
@given(LINES)
def test_what_was_encoded_is_read_as_it_was(line: AwardLine) -> None:
    assert list(parse_report(report(encode(line), line.points)).lines) == [line]


@pytest.mark.parametrize(("old", "new"), SPOILED)
def test_whatever_else_is_read_or_refused_as_the_codec_does(old: bytes, new: bytes) -> None:
    row = SOUND.replace(old, new).rstrip(b"\n")
    try:
        expected: object = decode(row, AwardLine, line=2)
    except MalformedMessage as error:
        expected = str(error)

    try:
        found: object = parse_report(report(row)).lines[0]
    except MalformedMessage as error:
        found = str(error)

    assert found == expected or (str(found).startswith("line 1: points_total") and isinstance(expected, AwardLine))
