"""The published schema of a message takes exactly the lines that the codec takes."""

from __future__ import annotations

import json
from typing import Any, get_args

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.test_codec import any_message, json_values
from mynapoint.exchange.codec import MalformedMessage, decode, encode
from mynapoint.exchange.messages import AwardLine, AwardReportHeader, Message
from mynapoint.exchange.schemas import schema_of, schemas
from property_examples import examples

VALIDATORS = {
    kind: jsonschema_rs.Draft202012Validator(schema_of(kind), validate_formats=True) for kind in get_args(Message)
}


@given(any_message())
@examples(100)
def test_every_message_that_is_written_fits_its_schema(message: Message) -> None:
    VALIDATORS[type(message)].validate(json.loads(encode(message)))


def _is_read(kind: type[Any], members: dict[str, Any]) -> bool:
    try:
        decode(json.dumps(members).encode(), kind)
    except MalformedMessage:
        return False
    return True


ODD = st.one_of(
    json_values,
    st.sampled_from(["", "x" * 64, "x" * 65, "é", "MP0000001", "MP00000010", "2022-07-15", "2022-02-30", "\n", "a\n"]),
    st.sampled_from(["2022-07-15T00:00:00Z", "2022-07-15T24:00:00Z", "2022-07-15T00:00:00", "1899-01-01T00:00:00Z"]),
    st.sampled_from([0, 1, -1, 50_000, 50_001, 1_000_000, 1_000_001, -1_000_000, 2**53 - 1, 2**53, True, 1.5, None]),
    st.lists(st.text(max_size=3), min_size=14, max_size=18),
)


@given(any_message(), st.data())
@examples(200)
def test_what_the_codec_takes_and_what_the_schema_takes_are_the_same(message: Message, data: st.DataObject) -> None:
    members = json.loads(encode(message))
    name = data.draw(st.sampled_from([*members, "another"]))
    change = data.draw(ODD)
    if isinstance(change, float) and change.is_integer():
        return  # 1.0 is an integer to JSON Schema; the document says that we want it written 1
    members[name] = change
    if data.draw(st.integers(0, 4)) == 0:
        del members[name]
    text = json.dumps(members, ensure_ascii=False)
    if "\\ud" in json.dumps(members) and any("\ud800" <= one <= "\udfff" for one in text):
        return  # half a character has no UTF-8

    fits = VALIDATORS[type(message)].is_valid(members)

    assert _is_read(type(message), members) == fits, members


def test_the_published_limits_are_the_ones_that_hold() -> None:
    line = schema_of(AwardLine)["properties"]

    assert line["points"] == {"type": "integer", "minimum": -1_000_000, "maximum": 1_000_000, "not": {"const": 0}}
    assert schema_of(AwardReportHeader)["properties"]["line_count"]["maximum"] == 50_000


@pytest.mark.parametrize("name", sorted(schemas()))
def test_every_schema_is_a_schema(name: str) -> None:
    jsonschema_rs.Draft202012Validator(schemas()[name])
