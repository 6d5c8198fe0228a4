"""What PC/SC answers becomes words that say what to do, without pyscard, service, reader or card."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner

from mynapoint.card import reader
from mynapoint.card.reader import CardLost, PcscTransport, ReaderUnavailable
from mynapoint.card.transport import CardGone, TracedTransport
from mynapoint.card.trouble import Trouble
from mynapoint.cli import app


@pytest.fixture
def without_pyscard(monkeypatch: pytest.MonkeyPatch) -> None:
    # None there makes the import fail, installed or not.
    monkeypatch.setitem(sys.modules, "smartcard", None)
    monkeypatch.setitem(sys.modules, "smartcard.scard", None)


@pytest.mark.usefixtures("without_pyscard")
@pytest.mark.parametrize("command", [["status"], ["status", "--lang", "en"], ["status", "--wait", "1"], ["agent"]])
def test_without_pyscard_a_command_says_how_to_install_it_and_what_works_without(command: list[str]) -> None:
    done = CliRunner().invoke(app, ["card", *command])

    assert done.exit_code == 1
    assert "pip install 'mynapoint[pcsc]'" in done.output
    assert "--emulated FOLDER" in done.output


def test_every_trouble_has_a_sentence_in_both_languages_that_says_what_to_do() -> None:
    for trouble in Trouble:
        assert trouble.ja.endswith("。")
        assert trouble.en.endswith(".")
        assert "ください" in trouble.ja
    assert len({trouble.ja for trouble in Trouble}) == len({trouble.en for trouble in Trouble}) == len(Trouble)


class Service(ModuleType):
    """PC/SC's functions and constants as far as the client uses them; every call succeeds but those said otherwise."""

    SCARD_S_SUCCESS, SCARD_SCOPE_USER, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1 = 0, 2, 2, 1, 2
    SCARD_PCI_T0, SCARD_PCI_T1, SCARD_LEAVE_CARD, SCARD_RESET_CARD = "T=0", "T=1", 0, 1
    SCARD_STATE_UNAWARE, SCARD_STATE_PRESENT, SCARD_STATE_INUSE = 0, 0x20, 0x100
    SCARD_E_NO_SERVICE, SCARD_E_NO_READERS_AVAILABLE, SCARD_E_UNKNOWN_READER, SCARD_E_TIMEOUT = 11, 12, 13, 14
    SCARD_W_REMOVED_CARD, SCARD_W_RESET_CARD, SCARD_E_SHARING_VIOLATION, SCARD_W_UNRESPONSIVE_CARD = 15, 16, 17, 18
    SCARD_E_NO_SMARTCARD, SCARD_E_READER_UNAVAILABLE, SCARD_E_NOT_TRANSACTED = 19, 20, 21

    def __init__(self, **answers: Any) -> None:
        super().__init__("smartcard.scard")
        self.answers = answers
        self.calls: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("SCard"):
            raise AttributeError(name)

        def call(*arguments: Any) -> Any:
            self.calls.append((name, arguments))
            answer = self.answers.get(name, _USUAL[name])
            return answer.pop(0) if isinstance(answer, list) and name not in {"SCardGetErrorMessage"} else answer

        return call


_USUAL: dict[str, Any] = {
    "SCardEstablishContext": (0, 1),
    "SCardReleaseContext": 0,
    "SCardListReaders": (0, ["A 00"]),
    "SCardGetStatusChange": (0, [("A 00", 0x20, [])]),
    "SCardConnect": (0, 7, 2),
    "SCardBeginTransaction": 0,
    "SCardReconnect": (0, 2),
    "SCardTransmit": (0, [0x90, 0x00]),
    "SCardEndTransaction": 0,
    "SCardDisconnect": 0,
    "SCardGetErrorMessage": "in the service's words.",
}


def put(monkeypatch: pytest.MonkeyPatch, **answers: Any) -> Service:
    service = Service(**answers)
    monkeypatch.setattr(reader, "_pyscard", lambda: service)
    return service


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (11, Trouble.NO_SERVICE),
        (12, Trouble.NO_READER),
        (13, Trouble.READER_GONE),
        (20, Trouble.READER_GONE),
        (19, Trouble.NO_CARD),
        (15, Trouble.CARD_REMOVED),
        (21, Trouble.CARD_REMOVED),
        (16, Trouble.CARD_RESET),
        (17, Trouble.CARD_BUSY),
        (18, Trouble.CARD_MUTE),
        (99, Trouble.OTHER),
    ],
)
def test_each_answer_of_the_service_is_a_trouble_of_its_own_and_the_reader_is_named(
    monkeypatch: pytest.MonkeyPatch, answer: int, trouble: Trouble
) -> None:
    service = put(monkeypatch, SCardTransmit=(answer, []))
    transport = PcscTransport("A 00")

    with pytest.raises(CardLost, match=r"^A 00: .*in the service's words\)$") as lost:
        transport.transmit(b"\0\x20\0\x80")
    assert lost.value.trouble is trouble

    transport.close()
    ends = [
        (name, arguments[-1]) for name, arguments in service.calls if name in {"SCardEndTransaction", "SCardDisconnect"}
    ]
    assert ends == [("SCardEndTransaction", 1), ("SCardDisconnect", 1)], "the card is reset, whatever it said"


def test_an_answer_of_nothing_is_a_card_pulled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, SCardTransmit=(0, []))

    with pytest.raises(CardLost) as lost:
        PcscTransport("A 00").transmit(b"\0\x20\0\x80")
    assert lost.value.trouble is Trouble.CARD_REMOVED


def test_a_pins_bytes_are_gone_from_the_list_that_was_handed_to_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    service = put(monkeypatch)

    PcscTransport("A 00").transmit(bytearray(b"\0\x20\0\x80\x041234"))

    (handed,) = [arguments[2] for name, arguments in service.calls if name == "SCardTransmit"]
    assert handed == [0] * 9


def test_a_card_reset_by_a_program_that_ended_is_taken_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    service = put(monkeypatch, SCardBeginTransaction=[16, 0])

    PcscTransport("A 00").transmit(b"\0\x20\0\x80")

    assert [name for name, _ in service.calls].count("SCardBeginTransaction") == 2


def test_a_card_that_cannot_be_had_is_not_reset_under_another_programs_hands(monkeypatch: pytest.MonkeyPatch) -> None:
    service = put(monkeypatch, SCardBeginTransaction=17)

    with pytest.raises(CardLost):
        PcscTransport("A 00")

    assert ("SCardDisconnect", (7, Service.SCARD_LEAVE_CARD)) in service.calls
    assert not any(name == "SCardEndTransaction" for name, _ in service.calls)
    assert service.calls[-1][0] == "SCardReleaseContext" or service.calls[-2][0] == "SCardReleaseContext"


def test_a_transport_that_was_let_go_says_so_and_may_be_let_go_again(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch)
    transport = PcscTransport("A 00")
    transport.close()
    transport.close()

    for use in (transport.reset, lambda: transport.transmit(b"")):
        with pytest.raises(CardGone, match="let go"):
            use()


def test_waiting_ends_with_the_readers_that_have_a_card_or_with_none(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, SCardGetStatusChange=[(0, [("A 00", 0, [])]), (14, []), (0, [("A 00", 0x20, [])])])
    assert reader.wait_for_card(5) == ["A 00"]

    put(monkeypatch, SCardGetStatusChange=(0, [("A 00", 0, [])]))
    assert reader.wait_for_card(0) == []

    put(monkeypatch, SCardListReaders=(12, []))
    with pytest.raises(ReaderUnavailable) as missing:
        reader.readers_with_card()
    assert missing.value.trouble is Trouble.NO_READER


def test_a_card_that_left_and_came_back_is_another_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    states = (0x0003_0020, 0x0003_0120, 0x0004_0010, 0x0005_0020)
    seen: list[object] = [(0, [("A 00", state, [])]) for state in states]
    put(monkeypatch, SCardGetStatusChange=[*seen, (13, [])])

    stays = [reader.card_presence("A 00") for _ in range(5)]

    assert stays[0] == stays[1] != "", "whoever uses it meanwhile: it has not moved"
    assert stays[2] == "", "it has left"
    assert stays[3] not in {"", stays[0]}, "it lies there again"
    assert stays[4] == "", "its reader is gone"


def test_a_trace_shows_commands_and_answers_and_never_a_pin() -> None:
    class Echo:
        def transmit(self, command: bytes | bytearray) -> bytes:
            return b"\xab\x90\x00"

        def reset(self) -> None:
            pass

        def close(self) -> None:
            pass

    told: list[str] = []
    traced = TracedTransport(Echo(), told.append)
    for command in (
        "00B0000004",
        "00200080047391".replace("7391", b"7391".hex()),
        "0024018004" + b"7391".hex(),
        "0020",
    ):
        traced.transmit(bytes.fromhex(command))

    commands = [line for line in told if line.startswith(">")]
    assert commands == [
        "> 00B0000004",
        "> 00200080 [4 bytes masked]",
        "> 00240180 [4 bytes masked]",
        "> 0020 [2 bytes that are no command]",
    ]
    assert told[1] == "< ab 9000"
