"""Who may not use the agent: each attack is refused, and its honest twin, one thing different, passes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from card.agent.holder import AGENT, CHALLENGE, NAVIGATION, OWN_NAVIGATION, SITE, Holder
from mynapoint.card.agent.challenges import FORM_BYTES_MAX
from mynapoint.card.emulator.cards import open_card
from mynapoint.card.jpki import JpkiCard

HONEST = {**NAVIGATION, "Origin": SITE}


def headers(**changes: str | None) -> dict[str, str]:
    changed = {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in {**HONEST, **changed}.items() if value is not None}


def challenge(**changes: str | None) -> dict[str, str]:
    return {name: value for name, value in {**CHALLENGE, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("status", "sent", "fields"),
    [
        pytest.param(303, headers(), challenge(), id="the honest twin"),
        pytest.param(303, headers(Origin="null"), challenge(), id="null Origin: delivered to return_url alone"),
        pytest.param(303, headers(Origin=None), challenge(), id="no Origin: the same"),
        pytest.param(
            303,
            headers(Sec_Fetch_Mode=None, Sec_Fetch_Dest=None, Sec_Fetch_Site=None),
            challenge(),
            id="a browser without Fetch metadata",
        ),
        pytest.param(303, headers(), challenge(lang=None), id="no language: Japanese"),
        pytest.param(
            303,
            headers(Origin="http://localhost:8000"),
            challenge(return_url="http://localhost:8000/card/return/"),
            id="plain http to this machine",
        ),
        pytest.param(303, headers(), challenge(return_url=SITE.upper() + "/x"), id="another spelling of the origin"),
        pytest.param(403, headers(Origin="https://evil.example"), challenge(), id="foreign Origin"),
        pytest.param(403, headers(Origin="https://evil.mynapoint.example"), challenge(), id="subdomain"),
        pytest.param(403, headers(Origin="https://mynapoint.example.evil.example"), challenge(), id="longer name"),
        pytest.param(403, headers(Origin="https://mynapoint.example:8443"), challenge(), id="another port"),
        pytest.param(403, headers(Origin="http://mynapoint.example"), challenge(), id="another scheme"),
        pytest.param(403, headers(Origin=AGENT), challenge(), id="the agent itself as Origin"),
        pytest.param(403, headers(Origin="https://MYNAPOINT.example"), challenge(), id="Origin no browser sends"),
        pytest.param(421, headers(Host="evil.example"), challenge(), id="Host rebinding"),
        pytest.param(421, headers(Host="localhost:47220"), challenge(), id="another name for this machine"),
        pytest.param(421, headers(Host="127.0.0.1:47221"), challenge(), id="another port in Host"),
        pytest.param(421, headers(Host="127.0.0.1"), challenge(), id="no port in Host"),
        pytest.param(400, headers(Sec_Fetch_Mode="cors"), challenge(), id="fetch"),
        pytest.param(400, headers(Sec_Fetch_Mode="no-cors"), challenge(), id="fetch without CORS"),
        pytest.param(400, headers(Sec_Fetch_Mode="websocket"), challenge(), id="WebSocket"),
        pytest.param(400, headers(Sec_Fetch_Dest="iframe"), challenge(), id="iframe"),
        pytest.param(400, headers(Sec_Fetch_Dest="empty"), challenge(), id="no document"),
        pytest.param(400, headers(), challenge(return_url="http://mynapoint.example/"), id="plain http elsewhere"),
        pytest.param(400, headers(), challenge(return_url="javascript:alert(1)"), id="script as return_url"),
        pytest.param(400, headers(), challenge(return_url="https://user@mynapoint.example/"), id="user in return_url"),
        pytest.param(400, headers(), challenge(return_url="https://mynapoint.example\\@evil.example/"), id="backslash"),
        pytest.param(400, headers(), challenge(return_url="https://mynapo\tint.example/"), id="tab in return_url"),
        pytest.param(400, headers(), challenge(return_url="https://マイナポイント.example/"), id="name not in ASCII"),
        pytest.param(400, headers(), challenge(return_url=f"{SITE}/{'x' * 1000}"), id="long return_url"),
        pytest.param(400, headers(), challenge(return_url=None), id="no return_url"),
        pytest.param(400, headers(), challenge(nonce="A" * 43), id="short nonce"),
        pytest.param(400, headers(), challenge(nonce="A" * 129), id="long nonce"),
        pytest.param(400, headers(), challenge(nonce="あ" * 44), id="nonce that is not base64"),
        pytest.param(400, headers(), challenge(statement=""), id="empty statement"),
        pytest.param(400, headers(), challenge(statement="あ" * 1001), id="long statement"),
        pytest.param(400, headers(), challenge(statement="申し込みます\u202e。んせまい"), id="direction changed"),
        pytest.param(400, headers(), challenge(statement="見える\u200b文"), id="invisible character"),
        pytest.param(400, headers(), challenge(lang="fr"), id="another language"),
        pytest.param(400, headers(), challenge(pin="1234"), id="unknown field"),
        pytest.param(415, headers(Content_Type="application/json"), challenge(), id="JSON"),
        pytest.param(415, headers(Content_Type="text/plain"), challenge(), id="text"),
    ],
)
def test_a_site_asks_as_a_page_opened_from_the_origin_it_returns_to(
    holder: Holder, status: int, sent: Mapping[str, str], fields: Mapping[str, str]
) -> None:
    assert holder.post("/v1/authenticate", sent, fields).status_code == status


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, b""),
        (400, b"nonce"),
        (400, b"nonce=a&nonce=b"),
        (400, b"&&&&&&&&&&&"),
        (400, b"statement=%ff%fe&nonce=a&return_url=b"),
        (400, b"\xff\xfe=1"),
        (413, b"nonce=" + b"A" * FORM_BYTES_MAX),
    ],
)
def test_a_malformed_or_oversized_body_is_refused(holder: Holder, status: int, body: bytes) -> None:
    sent = {**HONEST, "Content-Type": "application/x-www-form-urlencoded"}

    assert holder.post("/v1/authenticate", sent, body).status_code == status


def test_nothing_is_asked_by_get(holder: Holder) -> None:
    assert holder.get("/v1/authenticate").status == 405


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        pytest.param(303, {}, id="the honest twin"),
        pytest.param(403, {"Origin": SITE}, id="PIN posted by the site"),
        pytest.param(403, {"Origin": "null"}, id="PIN posted from nowhere"),
        pytest.param(403, {"Origin": "http://localhost:47220"}, id="PIN posted from another name"),
        pytest.param(403, {"Origin": "http://127.0.0.1:8010"}, id="PIN posted from another port"),
        pytest.param(403, {"Sec-Fetch-Site": "cross-site"}, id="cross-site"),
        pytest.param(403, {"Sec-Fetch-Site": "same-site"}, id="same site, another port"),
        pytest.param(400, {"Sec-Fetch-Mode": "cors"}, id="PIN by fetch"),
        pytest.param(421, {"Host": "evil.example"}, id="PIN by another host"),
    ],
)
def test_a_pin_is_taken_from_the_agents_own_page_only(
    holder: Holder, own_city: Path, status: int, changes: dict[str, str]
) -> None:
    page = holder.arrives()
    fields = {**page.forms[0].hidden, "card": "aoki", "pin": "9999"}

    answer = holder.post(page.forms[0].action, {**OWN_NAVIGATION, **changes}, fields)

    assert answer.status_code == status
    with JpkiCard(open_card(own_city, "aoki")) as card:
        assert card.tries_left() == (2 if status == 303 else 3), "a refused post must cost no try"


def test_a_pin_without_its_ticket_or_its_page_costs_no_try(holder: Holder, own_city: Path) -> None:
    page = holder.arrives()
    fields = {"card": "aoki", "pin": "9999", "attempt": "guessed"}

    assert holder.post("/v1/confirm/guessed", OWN_NAVIGATION, fields).status_code == 410
    assert holder.post(page.forms[0].action, OWN_NAVIGATION, fields).status_code == 303
    with JpkiCard(open_card(own_city, "aoki")) as card:
        assert card.tries_left() == 3


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
    holder.post("/v1/authenticate", {**HONEST, "Host": "evil.example"}, CHALLENGE)
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
