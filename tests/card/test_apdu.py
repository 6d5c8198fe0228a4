"""Command and response bytes: the four short cases, and no PIN in any repr."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mynapoint.card.apdu import CHANGE_REFERENCE_DATA, VERIFY, Command, MalformedApdu, Response

byte = st.integers(0, 255)
commands = st.builds(
    Command,
    cla=byte,
    ins=byte,
    p1=byte,
    p2=byte,
    data=st.binary(max_size=255),
    expected=st.none() | st.integers(1, 256),
)


@given(commands)
def test_a_command_is_read_back_as_it_was_written(command: Command) -> None:
    assert Command.parse(bytes(command.encoded())) == command


@pytest.mark.parametrize(
    ("raw", "command"),
    [
        ("00200080", Command(0x00, 0x20, 0x00, 0x80)),
        ("00B0000000", Command(0x00, 0xB0, 0x00, 0x00, expected=256)),
        ("00A4020C020018", Command(0x00, 0xA4, 0x02, 0x0C, b"\x00\x18")),
        ("802A008001AA00", Command(0x80, 0x2A, 0x00, 0x80, b"\xaa", 256)),
    ],
)
def test_each_of_the_four_short_cases_has_its_bytes(raw: str, command: Command) -> None:
    assert command.encoded().hex().upper() == raw
    assert Command.parse(bytes.fromhex(raw)) == command


@pytest.mark.parametrize("raw", ["", "00A404", "00A4040005AABB", "00A4040001AABBCC", "00A404000000"])
def test_bytes_that_are_no_short_command_are_refused(raw: str) -> None:
    with pytest.raises(MalformedApdu):
        Command.parse(bytes.fromhex(raw))


@pytest.mark.parametrize("instruction", [VERIFY, CHANGE_REFERENCE_DATA])
def test_a_command_that_carries_a_pin_never_shows_it(instruction: int) -> None:
    shown = repr(Command(0x00, instruction, 0x00, 0x80, b"7391"))

    assert "7391" not in shown
    assert b"7391".hex() not in shown
    assert "4 bytes masked" in shown


def test_another_command_shows_its_data_for_whoever_looks_for_a_fault() -> None:
    assert "d392" in repr(Command(0x00, 0xA4, 0x04, 0x0C, b"\xd3\x92"))


def test_an_answer_ends_with_its_status_word() -> None:
    assert Response.parse(b"\x01\x02\x90\x00") == Response(b"\x01\x02", 0x9000)
    assert Response(b"\x01\x02", 0x9000).encoded() == b"\x01\x02\x90\x00"
    with pytest.raises(MalformedApdu):
        Response.parse(b"\x90")
