"""A card that leaves or comes is told to the one site that the agent was started for, and to nobody else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from typer.testing import CliRunner, Result

from card.agent.holder import CHALLENGE, NAVIGATION, PORT, Holder, Page
from mynapoint.card.agent import leaving
from mynapoint.card.agent.app import create_app
from mynapoint.card.agent.leaving import Leaving
from mynapoint.card.agent.readers import EmulatedReaders
from mynapoint.card.emulator.cards import card_names, lay_down, take_away
from mynapoint.cli import app
from mynapoint.exchange.card_token import BadCardToken

WITHIN_SECONDS = 60
OWN_SCRIPT = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
LEFT, CAME = "/counter/card-left/", "/counter/card-came/"
NONCES = [letter * 64 for letter in "abc"]


class Hub(ThreadingHTTPServer):
    """Keeps what it is told; answers 404 so many times before it understands."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Told)
        self.not_yet = 0
        self.to_came = 204
        self.told: list[tuple[str, str]] = []
        self.understood = threading.Event()

    def hears(self, count: int, *, within_seconds: float = WITHIN_SECONDS) -> list[tuple[str, str]]:
        """Return all that was told, once it is so much."""
        until = time.monotonic() + within_seconds
        while len(self.told) < count and time.monotonic() < until:
            time.sleep(0.01)
        return self.told

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Told(BaseHTTPRequestHandler):
    server: Hub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.told.append((self.path, parse_qs(body, strict_parsing=True)["nonce"][0]))
        self.server.not_yet -= 1
        self.send_response(404 if self.server.not_yet >= 0 else self.server.to_came if self.path == CAME else 204)
        self.end_headers()
        if self.server.not_yet < 0:
            self.server.understood.set()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub() as served:
        threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield served
        served.shutdown()


@pytest.fixture
def terminal(own_city: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Holder:
    """A holder at an agent that tells ``hub``."""
    monkeypatch.setattr(leaving, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(leaving, "TELL_SECONDS", 0.02)
    readers = EmulatedReaders(own_city)
    holder = Holder(readers)
    holder._app = create_app(readers, port=PORT, leaving=Leaving(readers, f"{hub.origin}{LEFT}"))
    return holder


@pytest.fixture
def welcoming(terminal: Holder, hub: Hub, own_city: Path) -> Iterator[Holder]:
    """The same, at an agent that also tells of the next card; 青木 alone has a card there, and has signed."""
    readers = EmulatedReaders(own_city)
    telling = Leaving(readers, f"{hub.origin}{LEFT}", f"{hub.origin}{CAME}")
    terminal._app = create_app(readers, port=PORT, leaving=telling)
    for card in set(card_names(own_city)) - {"aoki"}:
        take_away(own_city, card)
    assert terminal.signs(asked(terminal, hub.origin, NONCES[0])).forms[0].hidden["token"]
    yield terminal
    telling._watched = None


def asked(holder: Holder, origin: str, nonce: str) -> Page:
    challenge = CHALLENGE | {"nonce": nonce, "return_url": f"{origin}/card/return/"}
    answer = holder.post("/v1/authenticate", {**NAVIGATION, "Origin": origin}, challenge)
    return holder.get(answer.headers["location"])


def test_the_site_is_told_by_the_nonce_of_the_last_signature_until_it_understands(
    terminal: Holder, hub: Hub, own_city: Path
) -> None:
    hub.not_yet = 2
    for nonce in NONCES[:2]:
        assert terminal.signs(asked(terminal, hub.origin, nonce)).forms[0].hidden["token"]
    assert hub.told == []

    take_away(own_city, "aoki")

    assert hub.understood.wait(WITHIN_SECONDS)
    assert hub.told == [("/counter/card-left/", NONCES[1])] * 3


def test_what_the_agent_still_shows_of_the_one_who_left_is_gone(terminal: Holder, hub: Hub, own_city: Path) -> None:
    terminal.signs(asked(terminal, hub.origin, NONCES[0]))
    page = asked(terminal, hub.origin, NONCES[1])
    stands = page.forms[0].action.replace("confirm", "stands")
    assert f'data-stands="{stands}"' in page.response.text
    assert terminal.get(stands, OWN_SCRIPT).status == 204

    take_away(own_city, "aoki")

    assert hub.understood.wait(WITHIN_SECONDS)
    assert terminal.get(page.forms[0].action).status == 410
    assert terminal.get(stands, OWN_SCRIPT).status == 410


@pytest.mark.parametrize("site", ["", "none", "same-site", "cross-site"])
def test_only_a_script_of_the_agents_own_page_hears_whether_it_still_stands(
    terminal: Holder, hub: Hub, site: str
) -> None:
    page = asked(terminal, hub.origin, NONCES[0])
    path = page.forms[0].action.replace("confirm", "stands")

    assert terminal.get(path, {"Sec-Fetch-Site": site} if site else {}).status == 403


def test_the_page_of_an_agent_that_tells_nobody_asks_nothing_by_itself(holder: Holder) -> None:
    assert "data-stands" not in holder.arrives().response.text


def test_no_other_site_is_told_and_none_hears_of_another_ones_signature(
    terminal: Holder, hub: Hub, own_city: Path
) -> None:
    with Hub() as other:
        terminal.signs(asked(terminal, hub.origin, NONCES[0]), card="ueno")
        terminal.signs(asked(terminal, other.origin, NONCES[1]), card="aoki")

        for card in ("aoki", "ueno"):
            take_away(own_city, card)

        assert hub.understood.wait(WITHIN_SECONDS)
        assert [nonce for _, nonce in hub.told] == [NONCES[0]]
        assert other.told == []


def test_the_next_card_is_told_once_the_one_before_has_left_and_of_it_nothing_else(
    welcoming: Holder, hub: Hub, own_city: Path
) -> None:
    lay_down(own_city, "ueno")  # on another reader, while the first one still lies there
    take_away(own_city, "aoki")
    hub.hears(1)
    assert hub.hears(2, within_seconds=0.3) == [(LEFT, NONCES[0])]

    lay_down(own_city, "ishida")

    assert hub.hears(2)[1:] == [(CAME, NONCES[0])]


def test_whoever_comes_after_a_card_that_did_not_sign_is_told_too(welcoming: Holder, hub: Hub, own_city: Path) -> None:
    hub.to_came = 409
    take_away(own_city, "aoki")
    hub.hears(1)
    lay_down(own_city, "ueno")
    hub.hears(2)
    take_away(own_city, "ueno")
    hub.hears(3)
    lay_down(own_city, "aoki")

    assert [path for path, _ in hub.hears(4)] == [LEFT, CAME, LEFT, CAME]


def test_a_site_that_knows_the_nonce_no_more_hears_of_no_further_card(
    welcoming: Holder, hub: Hub, own_city: Path
) -> None:
    hub.to_came = 404
    take_away(own_city, "aoki")
    hub.hears(1)
    lay_down(own_city, "ueno")
    hub.hears(2)
    take_away(own_city, "ueno")

    assert [path for path, _ in hub.hears(3, within_seconds=0.5)] == [LEFT, CAME]


def test_a_card_that_came_is_told_to_the_same_site_alone(own_city: Path) -> None:
    with pytest.raises(BadCardToken):
        Leaving(EmulatedReaders(own_city), "https://hub.example/left/", "https://other.example/came/")
    refused = CliRunner().invoke(app, ["card", "agent", "--tell-card-came", "https://hub.example/came/"])
    assert refused.exit_code == 1
    assert "--tell-card-left" in refused.output


def test_a_card_that_was_taken_away_is_not_offered_until_it_lies_there_again(own_city: Path) -> None:
    readers = EmulatedReaders(own_city)
    assert move("take-away", own_city, "aoki").exit_code == 0
    assert (readers.presence("aoki"), readers.presence("ueno")) == ("", "ueno")
    assert "aoki" not in [card.id for card in readers.cards()]

    assert move("lay-down", own_city, "aoki").exit_code == 0

    assert readers.presence("aoki") == "aoki"
    readers.connect("aoki").close()
    assert "there is no emulated card 'nobody'" in move("take-away", own_city, "nobody").output


def move(command: str, folder: Path, name: str) -> Result:
    return CliRunner().invoke(app, ["card", command, str(folder), name])


@pytest.mark.parametrize("address", ["http://hub.example/counter/card-left/", "hub.example", "https://a@hub.example/"])
def test_an_address_that_others_could_read_on_the_way_is_refused(own_city: Path, address: str) -> None:
    with pytest.raises(BadCardToken):
        Leaving(EmulatedReaders(own_city), address)
