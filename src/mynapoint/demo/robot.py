"""A browser without a window: follows links, fills in forms by their labels' names, keeps cookies, sends Origin."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx


class NotOnPage(Exception):
    """What the journey expected was not on the page: which page, what was missing, and what it says instead."""


@dataclass(slots=True)
class Form:
    """One form of a page: where it goes, how, and the values it would send as it stands."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Page:
    """One answer: its address, its visible text with white space folded, its forms and links."""

    url: str
    status: int
    text: str
    forms: list[Form]
    links: list[tuple[str, str]]
    values: dict[str, str]

    def form(self, action_part: str) -> Form:
        """Return the first form whose address contains ``action_part``. Raises NotOnPage."""
        for form in self.forms:
            if action_part in form.action:
                return form
        raise NotOnPage(f"{self.url}: no form to …{action_part}…; the page says: {self.text[:600]}")

    def link(self, part: str) -> str:
        """Return the address of the first link whose address or text contains ``part``. Raises NotOnPage."""
        for address, text in self.links:
            if part in address or part in text:
                return urljoin(self.url, address)
        raise NotOnPage(f"{self.url}: no link {part!r}; the page says: {self.text[:600]}")

    def value(self, name: str) -> str:
        """Return the value of ``<data id=name>``. Raises NotOnPage."""
        if name not in self.values:
            raise NotOnPage(f"{self.url}: no value {name!r}; the page says: {self.text[:600]}")
        return self.values[name]

    def require(self, *parts: str) -> Page:
        """Return this page if its text contains every part. Raises NotOnPage."""
        for part in parts:
            if part not in self.text:
                raise NotOnPage(f"{self.url}: {part!r} is missing; the page says: {self.text[:900]}")
        return self


class Robot:
    """One person's browser; ``language`` is its preferred language."""

    def __init__(self, language: str = "ja") -> None:
        self._client = httpx.Client(
            follow_redirects=True, timeout=30, trust_env=False, headers={"Accept-Language": language}
        )

    def __enter__(self) -> Robot:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._client.close()

    def get(self, url: str) -> Page:
        """Open an address."""
        return _read(self._client.get(url))

    def submit(self, page: Page, form: Form, **values: str) -> Page:
        """Send a form of ``page`` with ``values`` in place of its own, as a browser would: with its Origin."""
        fields = form.fields | values
        if form.method == "get":
            return _read(self._client.get(form.action, params=fields))
        parts = urlsplit(page.url)
        headers = {"Origin": f"{parts.scheme}://{parts.netloc}", "Referer": f"{parts.scheme}://{parts.netloc}/"}
        return _read(self._client.post(form.action, data=fields, headers=headers))


class _Reader(HTMLParser):
    """Collects text, links, forms and ``<data id value>`` of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.values: dict[str, str] = {}
        self._open_form: Form | None = None
        self._open_link: list[str] | None = None
        self._select: str | None = None
        self._textarea: str | None = None
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, a field, a link, a datum."""
        at = {name: value or "" for name, value in attrs}
        if tag in {"style", "script"}:
            self._silent += 1
        elif tag == "form":
            self._open_form = Form(at.get("action", ""), at.get("method", "get").lower())
            self.forms.append(self._open_form)
        elif tag == "a" and "href" in at:
            self._open_link = [at["href"], ""]
        elif tag == "data" and "id" in at:
            self.values[at["id"]] = at.get("value", "")
        elif self._open_form is not None:
            self._field(tag, at, self._open_form.fields)

    def _field(self, tag: str, at: dict[str, str], fields: dict[str, str]) -> None:
        name = at.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._textarea = name
            fields[name] = ""
        elif tag == "option" and self._select and ("selected" in at or self._select not in fields):
            fields[self._select] = at.get("value", "")
        elif tag == "input" and name:
            kind = at.get("type", "text")
            if kind in {"radio", "checkbox"} and "checked" not in at:
                return
            if kind not in {"submit", "button"}:
                fields[name] = at.get("value", "on" if kind == "checkbox" else "")

    def handle_endtag(self, tag: str) -> None:
        """Close what is open."""
        if tag in {"style", "script"}:
            self._silent -= 1
        elif tag == "form":
            self._open_form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None
        elif tag == "a" and self._open_link is not None:
            self.links.append((self._open_link[0], self._open_link[1].strip()))
            self._open_link = None

    def handle_data(self, data: str) -> None:
        """Collect visible text."""
        if self._silent:
            return
        self.texts.append(data)
        if self._open_link is not None:
            self._open_link[1] += data
        if self._textarea and self._open_form is not None:
            self._open_form.fields[self._textarea] += data


def _read(response: httpx.Response) -> Page:
    reader = _Reader()
    reader.feed(response.text)
    for form in reader.forms:
        form.action = urljoin(str(response.url), form.action)
    text = " ".join("".join(reader.texts).split())
    return Page(str(response.url), response.status_code, text, reader.forms, reader.links, reader.values)
