"""A holder at the agent: a browser without JavaScript that follows links and sends forms as it finds them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from mynapoint.card.agent.app import create_app
from mynapoint.card.agent.readers import Readers

PORT = 47220
AGENT = f"http://127.0.0.1:{PORT}"
SITE = "https://mynapoint.example"
NONCE = "bm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2Utbm9uY2U="
STATEMENT = "サンプルPay(****1234)に第2弾①を申し込みます。\n変更できません。"
NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "cross-site"}
OWN_NAVIGATION = {**NAVIGATION, "Sec-Fetch-Site": "same-origin", "Origin": AGENT}
CHALLENGE = {"nonce": NONCE, "statement": STATEMENT, "return_url": f"{SITE}/card/return/", "lang": "ja"}

Headers = Mapping[str, str] | list[tuple[str, str]]


@dataclass
class Form:
    """One form of a page: where it goes and what its hidden fields hold."""

    action: str
    hidden: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str | None] = field(default_factory=dict)


class Page(HTMLParser):
    """A page as a browser reads it: its forms and its words."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.response = response
        self.status = response.status_code
        self.forms: list[Form] = []
        self._words: list[str] = []
        self.feed(response.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        members = dict(attrs)
        if tag == "form":
            self.forms.append(Form(members["action"] or "", {}, members))
        elif tag == "input" and members.get("type") == "hidden":
            self.forms[-1].hidden[members["name"] or ""] = members.get("value") or ""

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    @property
    def words(self) -> str:
        """All text, each run of blanks as one."""
        return re.sub(r"\s+", " ", "".join(self._words))


class Holder:
    """Speaks to an agent in this process; keeps every answer, to be searched."""

    def __init__(self, readers: Readers) -> None:
        self.now = 0.0
        self._app = create_app(readers, port=PORT, clock=lambda: self.now)
        self.answers: list[httpx.Response] = []

    async def send(
        self, method: str, path: str, headers: Headers, fields: Mapping[str, str] | bytes | None = None
    ) -> httpx.Response:
        """Send one request as it is told; follow nothing."""
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url=AGENT) as client:
            content = fields if isinstance(fields, bytes) else None
            data = None if isinstance(fields, bytes) else fields
            answer = await client.request(method, path, headers=headers, data=data, content=content)
        self.answers.append(answer)
        return answer

    def post(self, path: str, headers: Headers, fields: Mapping[str, str] | bytes | None = None) -> httpx.Response:
        return asyncio.run(self.send("POST", path, headers, fields))

    def get(self, path: str, headers: Mapping[str, str] = NAVIGATION) -> Page:
        return Page(asyncio.run(self.send("GET", path, headers)))

    def arrives(self, **changes: str) -> Page:
        """Come from the site with its challenge; return the page that asks for the PIN."""
        answer = self.post("/v1/authenticate", {**NAVIGATION, "Origin": SITE}, {**CHALLENGE, **changes})
        assert answer.status_code == 303, answer.text
        return self._follow(answer)

    def signs(self, page: Page, *, card: str = "aoki", pin: str = "1234", **more: str) -> Page:
        """Type the PIN and send the page's form."""
        fields = {**page.forms[0].hidden, "card": card, "pin": pin, **more}
        return self._follow(self.post(page.forms[0].action, OWN_NAVIGATION, fields))

    def cancels(self, page: Page) -> Page:
        """Press the other button."""
        return self._follow(self.post(page.forms[-1].action, OWN_NAVIGATION, page.forms[-1].hidden))

    def _follow(self, answer: httpx.Response) -> Page:
        if answer.status_code != 303:
            return Page(answer)
        page = self.get(answer.headers["location"])
        return page if page.status != 303 else self._follow(page.response)
