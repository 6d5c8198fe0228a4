"""The played phone as the demo serves it: it says that it is simulated, and answers the hub of its city alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from mynapoint.demo.city import City
from mynapoint.demo.phone.provider import ENDPOINTS
from mynapoint.demo.phone.setup import create_demo_app, prepare
from provider.asgi import Client

REQUEST = {
    "response_type": "code",
    "client_id": "mynapoint",
    "redirect_uri": "http://localhost:8000/phone/return/",
    "scope": "openid",
    "state": "s" * 64,
    "nonce": "n" * 43,
    "code_challenge": "c" * 43,
    "code_challenge_method": "S256",
}
AUTH = f"{ENDPOINTS}/auth"


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    city = City(tmp_path, hub_port=8000, pay_port=8010, agent_port=47220, phone_port=8020)
    for name, value in city.environment.items():
        monkeypatch.setenv(name, value)
    prepare(tmp_path)
    with Client(create_demo_app(), city.phone) as client:
        yield client


def test_the_screen_says_that_it_is_simulated_and_who_asks_in_both_languages(browser: Client) -> None:
    japanese = browser.get(f"{AUTH}?{urlencode(REQUEST)}").text
    english = browser.get(f"{AUTH}?{urlencode(REQUEST)}", {"accept-language": "en"}).text

    assert "これは模擬の画面です" in japanese
    assert "青木さんとして認証する" in japanese
    assert "This screen is simulated" in english
    assert "localhost:8000" in japanese


def test_the_screen_leads_nowhere_but_to_its_hub(browser: Client) -> None:
    shown = browser.get(f"{AUTH}?{urlencode(REQUEST)}")

    assert "form-action 'self' http://localhost:8000;" in shown.headers["content-security-policy"]
    for name, value in [("redirect_uri", "http://localhost:9/"), ("response_type", "token"), ("nonce", "")]:
        assert browser.get(f"{AUTH}?{urlencode(REQUEST | {name: value})}").status_code == 400


def test_its_keys_say_nothing_secret_and_tokens_need_the_hubs_key(browser: Client) -> None:
    (key,) = browser.get(f"{ENDPOINTS}/certs").json()["keys"]

    assert "d" not in key
    assert key["alg"] == "ES256"
    refused = browser.post(f"{ENDPOINTS}/token", {"grant_type": "authorization_code", "code": "x"})
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


def test_the_hubs_key_is_made_once_and_is_its_alone(tmp_path: Path) -> None:
    prepare(tmp_path)
    path = tmp_path / "keys" / "openid-client.pem"
    before = path.read_bytes()

    prepare(tmp_path)

    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o077 == 0


def test_a_city_without_a_phone_has_three_servers(tmp_path: Path) -> None:
    city = City(tmp_path, hub_port=8000, pay_port=8010, agent_port=47220)

    assert [server.name for server in city.servers] == ["hub", "sample-pay", "card-agent"]
    assert not any("OPENID" in name for name in city.environment)
