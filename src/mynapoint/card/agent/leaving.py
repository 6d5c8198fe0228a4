"""Tells one site that the card which signed for it has left and another has come: for terminals of support counters.

A page cannot see the reader, and the agent speaks to nobody by itself. So whoever runs a terminal names the addresses
when the agent is started; only a signature for their own origin is watched, and only they are told.
What is told is the nonce that the card signed: it was the site's, the browser's and the agent's alone, so nobody else
can say it. Of a card that came nothing is told but that, and only once the one before has left: no serial, no content
(docs/decisions/0032-visit.md).
"""

from __future__ import annotations

import http.client
import logging
import ssl
import threading
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from mynapoint.card.agent.readers import Readers
from mynapoint.exchange.card_token import BadCardToken, origin_of

LOOK_SECONDS = 0.5
TELL_SECONDS = 2.0
TOLD_TIMES_MAX = 90
"""A visit that nobody touches is over after three minutes; there is nothing to tell after that."""
_ANSWER_SECONDS_MAX = 5

Stay = tuple[str, str]
"""A card's id and the name of its stay (``Readers.presence``); the latter is empty when it lies nowhere."""

_log = logging.getLogger(__name__)


class Leaving:
    """Watches the last card that signed for one site and, once that has left, the next ones that come.

    address  where it is told that a card has left: an absolute URL, https except on this machine. Raises BadCardToken
    came     where, on the same site, that another came; empty: nowhere
    left     called first, with the site's origin: what the agent still shows is the former person's
    """

    def __init__(self, readers: Readers, address: str, came: str = "") -> None:
        self.origin = origin_of(address)
        if came and origin_of(came) != self.origin:
            raise BadCardToken(f"{came} is not on the same site as {address}")
        self.left: Callable[[str], None] = lambda _origin: None
        self._readers = readers
        self._address = address
        self._came = came
        self._lock = threading.Lock()
        self._watched: object = None
        self._pause = threading.Event()

    def watch(self, *, origin: str, nonce: str, card_id: str) -> None:
        """Watch the card that has just signed, in place of the one before. Other sites are told nothing."""
        if origin != self.origin:
            return
        mine = object()
        with self._lock:
            self._watched = mine
        card = card_id, self._readers.presence(card_id)
        threading.Thread(target=self._follow, args=(mine, nonce, card), daemon=True).start()

    def _follow(self, mine: object, nonce: str, card: Stay) -> None:
        """Say that a card has left, that the next one has come, that it has left …, until one signs."""
        while self._waits_for_end(mine, card):
            others = {one for one in self._stays() if one[0] != card[0]}
            self.left(self.origin)
            if not self._says_left(mine, nonce) or not self._came:
                return
            found = self._next(mine, others)
            if found is None or not self._says_came(mine, nonce, found):
                return
            card = found

    def _waits_for_end(self, mine: object, card: Stay) -> bool:
        """Return True when a card has left, False when the next signature is watched instead."""
        while card[1] and self._readers.presence(card[0]) == card[1]:
            self._pause.wait(LOOK_SECONDS)
            if self._watched is not mine:
                return False
        return True

    def _next(self, mine: object, others: set[Stay]) -> Stay | None:
        """Return the first card that comes; ``others`` lay on other readers when the one before left."""
        while self._watched is mine:
            now = self._stays()
            if came := sorted(now - others):
                return came[0]
            others &= now  # what leaves now has come when it lies there again
            self._pause.wait(LOOK_SECONDS)
        return None

    def _says_left(self, mine: object, nonce: str) -> bool:
        for _ in range(TOLD_TIMES_MAX):
            # Told again until it is understood: the browser may still be on its way with the signature.
            if self._watched is not mine:
                return False
            if self._tell(self._address, nonce) == HTTPStatus.NO_CONTENT:
                return True
            self._pause.wait(TELL_SECONDS)
        return False

    def _says_came(self, mine: object, nonce: str, card: Stay) -> bool:
        """Say it until it is heard, or no longer true; return whether the site would hear of the next one, too."""
        while self._watched is mine and self._readers.presence(card[0]) == card[1]:
            match self._tell(self._came, nonce):
                case HTTPStatus.NO_CONTENT | HTTPStatus.CONFLICT:
                    return True
                case HTTPStatus.NOT_FOUND:
                    return False
            self._pause.wait(TELL_SECONDS)
        return True

    def _stays(self) -> set[Stay]:
        return {(card.id, self._readers.presence(card.id)) for card in self._readers.cards()}

    def _tell(self, address: str, nonce: str) -> int:
        """Return the status of the answer; 0: there was none."""
        parts = urlsplit(address)
        assert parts.hostname is not None, "origin_of has seen it"
        try:
            connection = _connection(parts.scheme, parts.hostname, parts.port)
            try:
                form = {"Content-Type": "application/x-www-form-urlencoded"}
                connection.request("POST", parts.path or "/", urlencode({"nonce": nonce}), form)
                return connection.getresponse().status
            finally:
                connection.close()
        except (OSError, http.client.HTTPException) as error:
            _log.warning("%s could not be told of its card: %s", self.origin, type(error).__name__)
            return 0


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "http":  # this machine alone: origin_of refuses it elsewhere
        return http.client.HTTPConnection(host, port, timeout=_ANSWER_SECONDS_MAX)
    trusted = ssl.create_default_context()
    return http.client.HTTPSConnection(host, port, timeout=_ANSWER_SECONDS_MAX, context=trusted)
