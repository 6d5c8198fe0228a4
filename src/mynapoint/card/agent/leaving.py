"""Tells one site that the card which signed for it has left its reader: for the terminals of support counters.

A page cannot see the reader, and the agent speaks to nobody by itself. So whoever runs a terminal names one address
when the agent is started; only a signature for that address' own origin is watched, and only that address is told.
What is told is the nonce that the card signed: it was the site's, the browser's and the agent's alone, so nobody else
can say it, and nothing but an end can come of it (docs/decisions/0032-visit.md).
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
from mynapoint.exchange.card_token import origin_of

LOOK_SECONDS = 0.5
TELL_SECONDS = 2.0
TOLD_TIMES_MAX = 90
"""A visit that nobody touches is over after three minutes; there is nothing to tell after that."""
_ANSWER_SECONDS_MAX = 5

_log = logging.getLogger(__name__)


class Leaving:
    """Watches the last card that signed for one site.

    address  where it is told: an absolute URL, https except on this machine. Raises BadCardToken
    left     called first, with the site's origin: what the agent still shows is the former person's
    """

    def __init__(self, readers: Readers, address: str) -> None:
        self.origin = origin_of(address)
        self.left: Callable[[str], None] = lambda _origin: None
        self._readers = readers
        self._address = address
        self._lock = threading.Lock()
        self._watched: object = None

    def watch(self, *, origin: str, nonce: str, card_id: str) -> None:
        """Watch the card that has just signed, in place of the one before. Other sites are told nothing."""
        if origin != self.origin:
            return
        mine = object()
        with self._lock:
            self._watched = mine
        seen = self._readers.presence(card_id)
        threading.Thread(target=self._await_end, args=(mine, nonce, card_id, seen), daemon=True).start()

    def _await_end(self, mine: object, nonce: str, card_id: str, seen: str) -> None:
        pause = threading.Event()
        while seen and self._readers.presence(card_id) == seen:
            pause.wait(LOOK_SECONDS)
            if self._watched is not mine:
                return  # the next signature is watched
        self.left(self.origin)
        for _ in range(TOLD_TIMES_MAX):
            # Told again until it is understood: the browser may still be on its way with the signature.
            if self._watched is not mine or self._is_told(nonce):
                return
            pause.wait(TELL_SECONDS)

    def _is_told(self, nonce: str) -> bool:
        parts = urlsplit(self._address)
        assert parts.hostname is not None, "origin_of has seen it"
        try:
            connection = _connection(parts.scheme, parts.hostname, parts.port)
            try:
                form = {"Content-Type": "application/x-www-form-urlencoded"}
                connection.request("POST", parts.path or "/", urlencode({"nonce": nonce}), form)
                status = connection.getresponse().status
            finally:
                connection.close()
        except (OSError, http.client.HTTPException) as error:
            _log.warning("%s could not be told that the card has left: %s", self.origin, type(error).__name__)
            return False
        return status == HTTPStatus.NO_CONTENT


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "http":  # this machine alone: origin_of refuses it elsewhere
        return http.client.HTTPConnection(host, port, timeout=_ANSWER_SECONDS_MAX)
    trusted = ssl.create_default_context()
    return http.client.HTTPSConnection(host, port, timeout=_ANSWER_SECONDS_MAX, context=trusted)
