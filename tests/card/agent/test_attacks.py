"""Who may not use the agent: each attack is refused, and its honest twin, one thing different, passes."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest

from card.agent.attacks import ASKING, HONEST, ON_ASKING, ON_THE_PIN, Attack, asked, typed
from card.agent.holder import AGENT, CHALLENGE, NAVIGATION, NONCE, OWN_NAVIGATION, SITE, STATEMENT, Holder
from mynapoint.card.agent.bodies import FORM_BYTES_MAX
from mynapoint.card.emulator.cards import open_card
from mynapoint.card.jpki import JpkiCard
from mynapoint.exchange.card_token import BadCardToken, decode, verify_signature

FORM = {**ASKING, "Content-Type": "application/x-www-form-urlencoded"}


def tries_left(folder: Path) -> int:
    with JpkiCard(open_card(folder, "aoki")) as card:
        return card.tries_left()


@pytest.mark.parametrize("attack", ON_ASKING, ids=lambda attack: attack.what)
def test_a_site_that_asks_in_any_other_way_is_refused_and_its_honest_twin_is_not(
    holder: Holder, attack: Attack
) -> None:
    refused = holder.post("/v1/authenticate", *asked(attack, twin=False))
    passed = holder.post("/v1/authenticate", *asked(attack, twin=True))

    assert (refused.status_code, passed.status_code) == (attack.status, 303)
    assert "location" not in refused.headers


@pytest.mark.parametrize("honest", HONEST, ids=lambda honest: honest.what)
def test_a_site_asks_as_a_page_opened_from_the_origin_it_returns_to(holder: Holder, honest: Attack) -> None:
    assert holder.post("/v1/authenticate", *asked(honest, twin=False)).status_code == honest.status


@pytest.mark.parametrize("attack", ON_THE_PIN, ids=lambda attack: attack.what)
def test_a_pin_sent_in_any_other_way_costs_no_try_and_its_honest_twin_does(
    holder: Holder, own_city: Path, attack: Attack
) -> None:
    page = holder.arrives()
    path, hidden = page.forms[0].action, page.forms[0].hidden
    headers, fields = typed(attack, twin=False)

    assert holder.post(path, headers, {**hidden, **fields}).status_code == attack.status
    assert tries_left(own_city) == 3, "a refused post must cost no try"
    headers, fields = typed(attack, twin=True)
    assert holder.post(path, headers, {**hidden, **fields}).status_code == 303
    assert tries_left(own_city) == 2


def test_a_form_for_an_address_that_is_almost_ours_is_not_sent_on_to_ours(holder: Holder) -> None:
    almost = holder.post("/v1/authenticate/", ASKING, CHALLENGE)

    assert (almost.status_code, almost.headers.get("location")) == (404, None)
    assert holder.post("/v1/authenticate", ASKING, CHALLENGE).status_code == 303


@pytest.mark.parametrize("name", ["Origin", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Host"])
def test_a_header_that_comes_twice_is_refused(holder: Holder, name: str) -> None:
    twice = [*ASKING.items(), ("Host", AGENT.removeprefix("http://"))]
    again = [*twice, next(pair for pair in twice if pair[0] == name)]

    assert holder.post("/v1/authenticate", again, CHALLENGE).status_code == (421 if name == "Host" else 400)
    assert holder.post("/v1/authenticate", twice, CHALLENGE).status_code == 303


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(400, b"", id="empty"),
        pytest.param(400, b"nonce", id="no value"),
        pytest.param(400, b"{HONEST}&nonce=a", id="a field twice"),
        pytest.param(400, b"&{HONEST}", id="an empty field"),
        pytest.param(400, b"&&&&&&&&&&&", id="separators"),
        pytest.param(400, b"{HONEST};lang=en", id="another separator"),
        pytest.param(400, b"{HONEST}&l%61ng=en", id="a name in disguise"),
        pytest.param(400, b"{HONEST}%00", id="NUL"),
        pytest.param(400, b"{HONEST}%ff%fe", id="bad UTF-8"),
        pytest.param(400, b"{HONEST}%ed%a0%80", id="a surrogate in UTF-8"),
        pytest.param(400, b"{HONEST}%c0%af", id="UTF-8 too long"),
        pytest.param(400, b"{HONEST}\xff", id="raw bytes"),
        pytest.param(400, b"\xff\xfe=1&{HONEST}", id="a name of raw bytes"),
        pytest.param(400, b"{HONEST}&" + b"a=1&" * 2_000, id="many fields"),
        pytest.param(413, b"{HONEST}" + b"A" * FORM_BYTES_MAX, id="one byte too many, and more"),
        pytest.param(413, b"{HONEST}" + b"A" * 10_000_000, id="ten million bytes"),
    ],
)
def test_a_malformed_or_oversized_body_is_refused_and_the_same_without_it_is_not(
    holder: Holder, status: int, body: bytes
) -> None:
    honest = urlencode({**CHALLENGE, "return_url": CHALLENGE["return_url"]}).encode()

    assert holder.post("/v1/authenticate", FORM, body.replace(b"{HONEST}", honest)).status_code == status
    assert holder.post("/v1/authenticate", FORM, honest).status_code == 303


def test_a_statement_cannot_be_swapped_after_it_was_shown(holder: Holder) -> None:
    shown = holder.arrives()
    other = holder.arrives(statement="すべて譲渡します。")
    crossed = {**other.forms[0].hidden, "card": "aoki", "pin": "1234"}

    assert holder.post(shown.forms[0].action, OWN_NAVIGATION, crossed).status_code == 303
    page = holder.get(str(shown.response.url))
    assert page.status == 200, "another page's form answers this one not"
    token = decode(holder.signs(page).forms[0].hidden["token"])

    verify_signature(token, origin=SITE, nonce=NONCE, statement=STATEMENT)
    with pytest.raises(BadCardToken):
        verify_signature(token, origin=SITE, nonce=NONCE, statement="すべて譲渡します。")


def test_nothing_is_asked_by_get(holder: Holder) -> None:
    assert holder.get("/v1/authenticate").status == 405


def test_a_pin_without_its_ticket_or_its_page_costs_no_try(holder: Holder, own_city: Path) -> None:
    page = holder.arrives()
    fields = {"card": "aoki", "pin": "9999", "attempt": "guessed"}

    assert holder.post("/v1/confirm/guessed", OWN_NAVIGATION, fields).status_code == 410
    assert holder.post(page.forms[0].action, OWN_NAVIGATION, fields).status_code == 303
    assert tries_left(own_city) == 3


def test_a_site_cannot_cancel_or_return_for_the_holder(holder: Holder) -> None:
    page = holder.arrives()
    path, fields = page.forms[1].action, page.forms[1].hidden

    assert holder.post(path, {**OWN_NAVIGATION, "Origin": SITE}, fields).status_code == 403
    assert holder.post(path, OWN_NAVIGATION, {"error": "pin_locked"}).status_code == 400
    assert holder.post(path, OWN_NAVIGATION, fields).status_code == 303


def test_the_page_cannot_be_opened_in_a_frame(holder: Holder) -> None:
    page = holder.arrives()

    framed = holder.get(str(page.response.url), {**NAVIGATION, "Sec-Fetch-Dest": "iframe"})

    assert framed.status == 400
    assert page.response.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in page.response.headers["content-security-policy"]


def test_every_answer_is_kept_out_of_caches_frames_and_scripts(holder: Holder) -> None:
    holder.cancels(holder.arrives())
    holder.signs(holder.arrives())
    holder.post("/v1/authenticate", {**ASKING, "Host": "evil.example"}, CHALLENGE)
    holder.get("/static/agent.css")
    holder.get("/static/../app.py")
    holder.get("/nowhere")

    for answer in holder.answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("name", ["app.py", "..%2Fapp.py", "agent.css%00", "words.py"])
def test_only_the_two_static_files_are_served(holder: Holder, name: str) -> None:
    assert holder.get(f"/static/{name}").status == 404
