"""Attacks on the agent's two doors, one a line: what is sent, the answer, and its honest twin, one thing different."""

from __future__ import annotations

from dataclasses import dataclass, field

from card.agent.holder import AGENT, CHALLENGE, NAVIGATION, OWN_NAVIGATION, SITE

LOCAL = "http://localhost:8000"
ASKING = {**NAVIGATION, "Origin": SITE}

Changes = dict[str, str | None]
"""What differs from an honest request; None leaves a header or field out."""


@dataclass(frozen=True)
class Attack:
    """One request that must be refused, and the changes that its honest twin keeps."""

    what: str
    status: int
    headers: Changes = field(default_factory=dict)
    fields: Changes = field(default_factory=dict)
    twin_headers: Changes = field(default_factory=dict)
    twin_fields: Changes = field(default_factory=dict)


def changed(honest: dict[str, str], changes: Changes) -> dict[str, str]:
    """Return an honest request's headers or fields with some changes."""
    return {name: value for name, value in {**honest, **changes}.items() if value is not None}


def asked(attack: Attack, *, twin: bool) -> tuple[dict[str, str], dict[str, str]]:
    """Return the headers and the fields of an attack on `/v1/authenticate`, or of its twin."""
    headers, fields = (attack.twin_headers, attack.twin_fields) if twin else (attack.headers, attack.fields)
    return changed(ASKING, headers), changed(CHALLENGE, fields)


def typed(attack: Attack, *, twin: bool) -> tuple[dict[str, str], dict[str, str]]:
    """Return the headers and the fields of an attack on the PIN's form, or of its twin."""
    headers, fields = (attack.twin_headers, attack.twin_fields) if twin else (attack.headers, attack.fields)
    return changed(OWN_NAVIGATION, headers), changed({"card": "aoki", "pin": "9999"}, fields)


def origin(value: str) -> Attack:
    return Attack(f"Origin {value}", 403, headers={"Origin": value})


def host(value: str) -> Attack:
    return Attack(f"Host {value}", 421, headers={"Host": value})


def fetched(status: int, **said: str) -> Attack:
    return Attack(f"Sec-Fetch {said}", status, headers={f"Sec-Fetch-{name}": value for name, value in said.items()})


def returning(url: str, why: str, *, twin: str = CHALLENGE["return_url"]) -> Attack:
    """A return address that could lead elsewhere; sent without an Origin, so that it is refused for itself."""
    return Attack(
        f"return_url: {why}", 400, {"Origin": None}, {"return_url": url}, {"Origin": None}, {"return_url": twin}
    )


def asking(why: str, twin: Changes | None = None, **fields: str | None) -> Attack:
    return Attack(why, 400, fields=fields, twin_fields=twin or {})


def saying(why: str, statement: str, twin: str) -> Attack:
    return Attack(f"statement: {why}", 400, fields={"statement": statement}, twin_fields={"statement": twin})


def sent_as(kind: str, twin: str = "application/x-www-form-urlencoded") -> Attack:
    return Attack(f"Content-Type {kind}", 415, headers={"Content-Type": kind}, twin_headers={"Content-Type": twin})


HOSTS = [
    "evil.example",
    "EVIL.example:47220",
    "127.0.0.1.evil.example:47220",
    "evil.example@127.0.0.1:47220",
    "localhost:47220",
    "LOCALHOST:47220",
    "127.0.0.1:47221",
    "127.0.0.1:047220",
    "127.0.0.1.:47220",
    "127.0.0.1",
    "127.1:47220",
    "0x7f.0.0.1:47220",
    "2130706433:47220",
    "[::1]:47220",
    "[::ffff:127.0.0.1]:47220",
    "0.0.0.0:47220",
    "",
]

ON_ASKING = [
    *map(origin, ["https://evil.example", "https://evil.mynapoint.example", "https://mynapoint.example.evil.example"]),
    *map(origin, ["https://mynapoint.example:8443", "http://mynapoint.example", "https://MYNAPOINT.example", AGENT]),
    *map(origin, ["https://mynapoint.example/", "https://mynapoint.example.", "NULL", "", "file://", "*"]),
    origin(f"{SITE}, https://evil.example"),
    *map(host, HOSTS),
    *(fetched(400, Mode=mode) for mode in ("cors", "no-cors", "same-origin", "websocket", "Navigate", "")),
    *(fetched(400, Dest=dest) for dest in ("iframe", "frame", "embed", "object", "empty", "image", "script", "")),
    returning("http://mynapoint.example/", "plain http elsewhere", twin=f"{LOCAL}/"),
    returning("http://localhost.evil.example/", "a name that begins like this machine", twin=f"{LOCAL}/"),
    returning(
        "http://127.0.0.1.evil.example/", "a name that begins like this machine's address", twin="http://127.0.0.1/"
    ),
    returning("http://127.1/", "another spelling of this machine", twin="http://127.0.0.1/"),
    returning("javascript:alert(1)", "script"),
    returning("JavaScript://mynapoint.example/%0aalert(1)", "script with a host"),
    returning("data:text/html,x", "data"),
    returning("blob:https://mynapoint.example/1", "blob"),
    returning("file:///etc/passwd", "file"),
    returning("view-source:https://mynapoint.example/", "source"),
    returning("https://mynapoint.example@evil.example/", "host as user"),
    returning("https://user:password@mynapoint.example/", "user and password"),
    returning("https://@mynapoint.example/", "empty user"),
    returning("https://mynapoint.example\\@evil.example/", "backslash before the user's sign"),
    returning("https:\\\\mynapoint.example/", "backslashes for slashes"),
    returning("https://evil.example\\.mynapoint.example/", "backslash in the host"),
    returning("https://mynapoint.example:99999/", "no such port", twin="https://mynapoint.example:8443/"),
    returning("https://mynapoint.example:port/", "a port in words", twin="https://mynapoint.example:443/"),
    returning("https://mynapo\tint.example/", "tab"),
    returning("https://mynapo\nint.example/", "line feed"),
    returning(" https://mynapoint.example/", "blank before"),
    returning("https://mynapoint.example/\0", "NUL"),
    returning("https://マイナポイント.example/", "not in ASCII", twin="https://xn--vckxb1b7dz53x0x3b.example/"),
    returning("https://mynapoint。example/", "another full stop"),
    returning("https://[::1]/", "IPv6"),
    returning("https:///card/return/", "no host"),
    returning("//mynapoint.example/", "no scheme"),
    returning("/card/return/", "no site"),
    returning("", "empty"),
    returning(f"{SITE}/{'x' * 1000}", "too long", twin=f"{SITE}/{'x' * 900}"),
    asking("no return_url", return_url=None),
    asking("no nonce", nonce=None),
    asking("no statement", statement=None),
    asking("short nonce", nonce="A" * 43, twin={"nonce": "A" * 44}),
    asking("long nonce", nonce="A" * 129, twin={"nonce": "A" * 128}),
    asking("nonce not in ASCII", nonce="あ" * 44),
    asking("nonce with a line feed", nonce="A" * 44 + "\n"),
    asking("another language", lang="fr", twin={"lang": "en"}),
    asking("unknown field", pin="1234"),
    asking("an origin of the site's own telling", origin=SITE),
    saying("empty", "", "あ"),
    saying("too long", "あ" * 1001, "あ" * 1000),
    saying("direction overridden", "申し込みます\u202e。んせまい", "申し込みます。"),
    saying("direction isolated", "申し込み\u2067ます\u2069", "申し込みます"),
    saying("right-to-left letters move digits", "\u05d0 5000 \u05d1 100", "α 5000 β 100"),
    saying("Arabic digits", "\u0661\u0662", "12"),
    saying("zero-width space", "見える\u200b文", "見える 文"),
    saying("soft hyphen", "変更\u00adできます", "変更-できます"),
    saying("Hangul filler", "変更\u3164できます", "変更\u3000できます"),
    saying("blank Braille", "変更\u2800できます", "変更\u2801できます"),
    saying("variation selector", "葛\U000e0100城市", "葛城市"),
    saying("struck through", "で\u0336き\u0336ま\u0336せ\u0336ん\u0336", "できま\u3099せん"),
    saying("tag characters", "申し込みます\U000e0041", "申し込みますA"),
    saying("lone carriage return", "一行目\r二行目", "一行目\r\n二行目"),
    saying("NUL", "申し込みます\0", "申し込みます"),
    *map(sent_as, ["application/json", "text/plain", "multipart/form-data; boundary=x", "", "application/xml"]),
]

HONEST = [
    Attack("the honest request", 303),
    Attack("null Origin: delivered to return_url alone", 303, headers={"Origin": "null"}),
    Attack("no Origin: the same", 303, headers={"Origin": None}),
    Attack("no Fetch metadata", 303, headers=dict.fromkeys(("Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Fetch-Site"))),
    Attack("no language: Japanese", 303, fields={"lang": None}),
    Attack("this machine", 303, headers={"Origin": LOCAL}, fields={"return_url": f"{LOCAL}/card/return/"}),
    Attack("another spelling of the origin", 303, fields={"return_url": SITE.upper() + "/x"}),
]

ON_THE_PIN = [
    *map(origin, [SITE, "null", "", "http://localhost:47220", "http://127.0.0.1:8010", "http://127.0.0.1"]),
    *map(origin, ["https://127.0.0.1:47220", f"{AGENT}/", f"{AGENT}, {AGENT}"]),
    Attack("PIN posted without Origin", 403, headers={"Origin": None}),
    *(fetched(403, Site=site) for site in ("cross-site", "same-site", "none", "")),
    *(fetched(400, Mode=mode) for mode in ("cors", "no-cors", "same-origin")),
    fetched(400, Dest="iframe"),
    *map(host, ["evil.example", "localhost:47220", "127.0.0.1:47221"]),
    Attack("another statement with the PIN", 400, fields={"statement": "すべて譲渡します。"}),
    Attack("another return_url with the PIN", 400, fields={"return_url": "https://evil.example/"}),
    Attack("no PIN", 400, fields={"pin": None}),
    *map(sent_as, ["application/json", "text/plain", "multipart/form-data; boundary=x"]),
]
