"""A visitor of the hub: a browser without JavaScript and an emulated card, going through the real doors."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from mynapoint.card.agent.signing import sign_token
from mynapoint.card.emulator.cards import open_card
from mynapoint.card.jpki import JpkiCard
from mynapoint.exchange import card_token
from mynapoint.exchange.card_token import CardToken


def browser() -> Client:
    """A browser without JavaScript, in Japanese, at the hub's public address."""
    return Client(headers={"accept-language": "ja", "host": "localhost:8000"})


APPLY = "/apply/MP0000001/card_uptake/"

Sign = Callable[["CardFields"], dict[str, str]]


@dataclass(frozen=True)
class CardFields:
    """The four fields of the form that goes to the card agent."""

    nonce: str
    statement: str
    return_url: str
    lang: str


@dataclass
class Visitor:
    """A browser with its own cookies and the card on its reader; ``card`` may be swapped at any time."""

    city: Path
    card: str
    client: Client = field(default_factory=browser)

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(path, query)

    def post(self, path: str, fields: dict[str, Any]) -> Any:
        return self.client.post(path, fields)

    def page(self, path: str) -> str:
        response = self.client.get(path)
        assert response.status_code == 200, (response.status_code, response.content.decode()[:2000])
        return text(response)

    def sign(self, fields: CardFields) -> dict[str, str]:
        """What the agent posts to return_url once the PIN has been entered."""
        return {"nonce": fields.nonce, "token": card_token.encode(self.token(fields))}

    def token(self, fields: CardFields) -> CardToken:
        card = JpkiCard(open_card(self.city, self.card))
        origin = card_token.origin_of(fields.return_url)
        return sign_token(card, bytearray(b"1234"), origin=origin, nonce=fields.nonce, statement=fields.statement)

    def answer(self, fields: CardFields, answer: dict[str, str]) -> Any:
        """Deliver an answer as the agent's page does: a cross-site POST without cookies, then a GET with them."""
        parked = browser().post(urlsplit(fields.return_url).path, answer)
        if parked.status_code != 303:
            return parked
        return self.client.get(parked["Location"], follow=True)

    def card_step(self, path: str, sign: Sign | None = None) -> Any:
        """Open a page, press its card button, let the card sign, and end where the hub leads."""
        fields = card_fields(self.page(path))
        return self.answer(fields, (sign or self.sign)(fields))

    def sign_in(self) -> Any:
        return self.card_step("/sign-in/")

    def reserve(self) -> Any:
        return self.card_step("/reservation/")

    def give_account(self, account_id: str, code: str, path: str = APPLY, **more: str) -> Any:
        """Fill in the application form as it stands and send it."""
        page = self.page(path)
        form_id = re.findall(r'name="form_id" value="([^"]*)"', page)[0]
        return self.post(path, {"form_id": form_id, "account_id": account_id, "code_1": code, **more})

    def apply(self, account_id: str = "SP00001234", code: str = "482913", path: str = APPLY) -> Any:
        """Prove the account and sign the statement; the receipt follows."""
        proved = self.give_account(account_id, code, path)
        assert proved.status_code == 302, text(proved)
        return self.card_step(proved["Location"])


def card_fields(page: str) -> CardFields:
    """Read the card form of a page."""
    found = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page)}
    return CardFields(found["nonce"], found["statement"], found["return_url"], found["lang"])


def text(response: Any) -> str:
    return html.unescape(response.content.decode())
