"""Messages as JSON lines: what is written is read back, anything else is refused by line and field."""

from __future__ import annotations

import json
import typing
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynapoint.exchange.codec import (
    LINE_BYTES_MAX,
    MalformedMessage,
    decode,
    decode_lines,
    encode,
    encode_lines,
    hints_of,
)
from mynapoint.exchange.messages import (
    AccountProof,
    AccountProofRequest,
    ApplicationNotice,
    AwardLine,
    AwardReportHeader,
    Counts,
    Message,
    NoticeKind,
    SettlementClaim,
)
from mynapoint.exchange.shapes import NumberShape
from mynapoint.programme.values import AccountId, IncentiveId, Points, ServiceNumber

SERVICE = ServiceNumber("MP0000001")
LINE = AwardLine("l-1", "a-1", IncentiveId("card_uptake"), Points(5000), date(2022, 9, 1))
HEADER = AwardReportHeader("r-1", SERVICE, datetime(2022, 9, 1, tzinfo=UTC), 1, Points(5000))
NOTICE = ApplicationNotice(
    1,
    NoticeKind.APPLICATION,
    "a-1",
    SERVICE,
    IncentiveId("card_uptake"),
    "ref-1",
    Counts.TOP_UP,
    datetime(2022, 7, 15, 1, 2, 3, tzinfo=UTC),
    Points(5000),
    Points(0),
    "jws",
)

plain_text = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40)
instants = st.timedeltas(timedelta(0), timedelta(days=36500)).map(datetime(1950, 1, 1, tzinfo=UTC).__add__)


def values(hint: Any) -> st.SearchStrategy[Any]:
    if typing.get_origin(hint) is typing.Annotated:
        shape = hint.__metadata__[0]
        if isinstance(shape, NumberShape):
            return st.integers(shape.least, shape.most).filter(lambda number: shape.refusal(number) is None)
        return st.from_regex(shape.pattern, fullmatch=True)
    hint = getattr(hint, "__supertype__", hint)
    if typing.get_origin(hint) is tuple:
        return st.lists(plain_text, max_size=3).map(tuple)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    return {
        str: plain_text,
        bool: st.booleans(),
        int: st.integers(-(2**53) + 1, 2**53 - 1),
        datetime: instants,
        date: st.dates(date(1900, 1, 1), date(2199, 12, 31)),
        ServiceNumber: st.integers(0, 9_999_999).map(lambda number: ServiceNumber(f"MP{number:07}")),
        AccountId: st.from_regex(r"[!-~]{1,64}", fullmatch=True).map(AccountId),
    }[hint]


def any_message() -> st.SearchStrategy[Message]:
    kinds = typing.get_args(Message)
    return st.one_of(
        *(st.builds(kind, **{name: values(hint) for name, hint in hints_of(kind).items()}) for kind in kinds)
    )


@given(any_message())
def test_every_message_is_read_back_as_it_was_written(message: Message) -> None:
    line = encode(message)

    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode(line, type(message)) == message
    assert encode(decode(line, type(message))) == line


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode(errors="surrogatepass")))
def test_any_other_bytes_are_malformed_and_nothing_worse(data: bytes) -> None:
    with pytest.raises(MalformedMessage):
        decode(data, AwardLine)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(["type", "version", *(field.name for field in fields(ApplicationNotice))]), json_values)
def test_any_other_value_in_a_field_is_read_or_malformed_and_nothing_worse(name: str, value: Any) -> None:
    members = {**json.loads(encode(NOTICE)), name: value}
    line = json.dumps(members).encode()
    try:
        message = decode(line, ApplicationNotice)
    except MalformedMessage:
        return
    assert decode(encode(message), ApplicationNotice) == message


def changed(**changes: Any) -> bytes:
    members = {**json.loads(encode(LINE)), **changes}
    return json.dumps({name: value for name, value in members.items() if value is not ...}).encode()


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("type", changed(type="award_report_header")),
        ("type", changed(type=[])),
        ("type", changed(type=...)),
        ("version", changed(version=2)),
        ("version", changed(version=True)),
        ("version", changed(version=...)),
        ("points", changed(points=...)),
        ("points", changed(points="5000")),
        ("points", changed(points=True)),
        ("points", changed(points=2**53)),
        ("number", changed(points=5000.0)),
        ("number", b'{"points":NaN}'),
        ("posted_on", changed(posted_on="2022-02-30")),
        ("posted_on", changed(posted_on="20220901")),
        ("posted_on", changed(posted_on="2022-W35-4")),
        ("posted_on", changed(posted_on="2022-9-001")),
        ("line_id", changed(line_id=None)),
        ("line_id", changed(line_id="\ud800")),
        ("line_id", changed(line_id="a\0b")),
        ("amount_yen", changed(amount_yen=20000)),
        ("line", b"[]"),
        ("line", b"{"),
        ("line", b"\xff"),
        ("line", b"[" * 5000),
        ("line", b" " * (LINE_BYTES_MAX + 1)),
        ("points", b'{"points":1,"points":2}'),
    ],
)
def test_what_is_not_exactly_a_message_is_refused_by_its_field(field: str, line: bytes) -> None:
    with pytest.raises(MalformedMessage) as malformed:
        decode(line, AwardLine)

    assert malformed.value.field == field


@pytest.mark.parametrize(
    "instant",
    [
        "2022-07-15T10:00:00",
        "2022-07-15",
        "2022-07-15 10:00:00Z",
        "2022-07-15T10:00:00.1234567Z",
        "2022-02-30T10:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "２０２２-07-15T10:00:00Z",
    ],
)
def test_an_instant_has_a_zone_and_is_one(instant: str) -> None:
    line = json.dumps({**json.loads(encode(NOTICE)), "applied_at": instant}).encode()

    with pytest.raises(MalformedMessage, match="applied_at"):
        decode(line, ApplicationNotice)


def test_instants_travel_in_utc_whatever_zone_they_were_said_in() -> None:
    tokyo = datetime(2022, 7, 15, 10, 2, 3, tzinfo=timezone(timedelta(hours=9)))
    notice = ApplicationNotice(
        **{field.name: getattr(NOTICE, field.name) for field in fields(NOTICE)} | {"applied_at": tokyo}
    )

    assert encode(notice) == encode(NOTICE)
    assert b'"applied_at":"2022-07-15T01:02:03Z"' in encode(NOTICE)


def test_an_instant_without_a_zone_is_never_written() -> None:
    naive = AwardReportHeader("r-1", SERVICE, datetime(2022, 9, 1), 1, Points(1))  # noqa: DTZ001

    with pytest.raises(ValueError, match="time zone"):
        encode(naive)


def test_a_refusal_never_repeats_the_value() -> None:
    request = AccountProofRequest("r-1", SERVICE, IncentiveId("card_uptake"), AccountId("SP00001234"), ("482913",))
    members = json.loads(encode(request))

    for name, value in {"account_id": "暗証482913", "security_codes": [482913], "service_number": "MP482913"}.items():
        with pytest.raises(MalformedMessage) as malformed:
            decode(json.dumps({**members, name: value}).encode(), AccountProofRequest)
        assert "482913" not in str(malformed.value)
        assert malformed.value.__cause__ is None


def test_the_names_on_the_wire_are_the_published_ones() -> None:
    assert json.loads(encode(LINE)) == {
        "type": "award_line",
        "version": 1,
        "line_id": "l-1",
        "application_id": "a-1",
        "incentive": "card_uptake",
        "points": 5000,
        "posted_on": "2022-09-01",
    }


def test_a_message_may_be_one_of_several_kinds() -> None:
    proof = AccountProof("r-1", "ref", "サ*プル タ*ウ", "****1234", "jws")

    assert decode(encode(proof), AccountProof, SettlementClaim) == proof


def test_lines_are_a_header_and_its_rows() -> None:
    data = encode_lines([HEADER, LINE, LINE])

    assert list(decode_lines(data, AwardReportHeader, AwardLine)) == [HEADER, LINE, LINE]


@pytest.mark.parametrize(
    ("number", "spoil"),
    [
        (1, lambda lines: []),
        (1, lambda lines: lines[1:]),
        (3, lambda lines: [*lines[:2], b"{}", *lines[2:]]),
        (3, lambda lines: [*lines, lines[0]]),
    ],
)
def test_a_bad_line_is_named_by_its_number(number: int, spoil: Callable[[list[bytes]], list[bytes]]) -> None:
    lines = spoil([encode(HEADER), encode(LINE)])

    with pytest.raises(MalformedMessage) as malformed:
        list(decode_lines(b"".join(line.rstrip() + b"\n" for line in lines), AwardReportHeader, AwardLine))

    assert malformed.value.line == number
