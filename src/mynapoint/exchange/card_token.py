"""Card → hub: the certificate and its signature over who asked, a nonce, and the statement the resident read."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import unicodedata
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from mynapoint.exchange.card_methods import METHODS
from mynapoint.exchange.strict_json import STRICT_JSON

FORMAT = "mynapoint-card-auth:1"
ALGORITHM = "RS256"
TOKEN_BYTES_MAX = 8 * 1024
NONCE_CHARACTERS = (44, 128)
STATEMENT_CHARACTERS_MAX = 1000

_PREFIX = b"mynapoint-card-auth:v1\0"
_NONCE = re.compile(r"[A-Za-z0-9+/_=-]{44,128}")
_URL = re.compile(r"https?://[!-\[\]-~]+", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_LOOPBACK = {"localhost", "127.0.0.1"}
_STATEMENT_BLANKS = "\n\u3000"
_SHOWS_NOTHING = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_RIGHT_TO_LEFT = {"R", "AL", "AN"}
_STRIKES_THROUGH = 1
_MEMBERS = {"format", "algorithm", "certificate", "signature"}
_AS_ENCODED = f'{{"format": "{FORMAT}", "algorithm": "{ALGORITHM}", "certificate": "', '", "signature": "', '"}'
"""What stands around certificate and signature when today's card is written by ``encode``."""


class BadCardToken(ValueError):
    """A token that proves nothing: what is wrong with it, for the log; the resident is told to try again."""


class CardToken(NamedTuple):
    """What the agent delivers: a certificate, not yet verified, and a signature, not yet verified.

    ``certificate``  DER of the user-authentication certificate (利用者証明用電子証明書)
    ``signature``    over ``signed_bytes``
    ``algorithm``    how it was made, one of ``card_methods.METHODS``; today's cards know RS256 alone
    """

    certificate: bytes
    signature: bytes
    algorithm: str = ALGORITHM


def signed_bytes(*, origin: str, nonce: str, statement: str) -> bytes:
    """Return what the card signs: a domain prefix, then the SHA-256 of origin, nonce and statement in UTF-8.

    The prefix keeps this signature from passing as any other protocol's; the agent builds these bytes itself and
    never signs bytes from a page.
    """
    return b"".join([_PREFIX, *[hashlib.sha256(part.encode()).digest() for part in (origin, nonce, statement)]])


def origin_of(url: str) -> str:
    """Return ``scheme://host[:port]`` of an absolute http(s) URL, default ports left out, in lower case.

    Raises BadCardToken for another scheme, a URL with a user in it, plain http to anything but this machine
    (``localhost``, ``127.0.0.1``: demo and tests), and every spelling that a browser might read as another host:
    backslashes, white space, control and non-ASCII characters (browsers send international names as xn--).
    """
    if not _URL.fullmatch(url):
        raise BadCardToken("return address must be an absolute URL in printable ASCII")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadCardToken("return address is not a URL") from error
    host = (parts.hostname or "").lower()
    if parts.scheme not in {"https", "http"} or not _HOST.fullmatch(host) or "@" in parts.netloc:
        raise BadCardToken("return address must be https")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise BadCardToken("plain http is accepted for this machine only")
    default = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in {None, default} else "")


def check_challenge(*, nonce: str, statement: str) -> None:
    """Refuse a nonce shorter than 256 bits or a statement that could show other than it says. Raises BadCardToken.

    A statement is printable characters, line feeds and ideographic spaces: nothing invisible (fillers and variation
    selectors count as printable in Unicode, not here), nothing written from right to left, whose neighbours change
    places without any control character, and no mark that strikes through or encloses its neighbour.
    """
    if not _NONCE.fullmatch(nonce):
        raise BadCardToken(f"nonce must be {NONCE_CHARACTERS[0]} to {NONCE_CHARACTERS[1]} characters of base64")
    if not 1 <= len(statement) <= STATEMENT_CHARACTERS_MAX:
        raise BadCardToken(f"statement must be 1 to {STATEMENT_CHARACTERS_MAX} characters")
    if not all(map(shows_what_it_says, statement)):
        raise BadCardToken("statement must be plain text")


def shows_what_it_says(character: str) -> bool:
    """Say whether a statement may hold a character (``check_challenge``)."""
    return (
        (character.isprintable() or character in _STATEMENT_BLANKS)
        and not _SHOWS_NOTHING.match(character)
        and unicodedata.bidirectional(character) not in _RIGHT_TO_LEFT
        and unicodedata.combining(character) != _STRIKES_THROUGH
        and unicodedata.category(character) != "Me"
    )


def encode(token: CardToken) -> str:
    """Return the token as the JSON text that travels in the form field ``token``."""
    return json.dumps(
        {
            "format": FORMAT,
            "algorithm": token.algorithm,
            "certificate": base64.b64encode(token.certificate).decode(),
            "signature": base64.b64encode(token.signature).decode(),
        }
    )


def decode(text: str) -> CardToken:
    """Read a token strictly: size first, exact members, known format and algorithm. Raises BadCardToken."""
    if len(text) > TOKEN_BYTES_MAX or not (text.isascii() or len(text.encode(errors="replace")) <= TOKEN_BYTES_MAX):
        raise BadCardToken(f"token is longer than {TOKEN_BYTES_MAX} bytes")
    return _as_encoded(text) or _as_json(text)


def _as_encoded(text: str) -> CardToken | None:
    """Return a token that is written letter for letter as ``encode`` does; None: read it as JSON."""
    begins, between, ends = _AS_ENCODED
    if not (text.startswith(begins) and text.endswith(ends)):
        return None
    certificate, found, signature = text[len(begins) : -len(ends)].rpartition(between)
    try:
        return CardToken(_binary(certificate), _binary(signature)) if found else None
    except BadCardToken:
        return None


def _as_json(text: str) -> CardToken:
    try:
        members = STRICT_JSON.decode(text)
    except (ValueError, RecursionError) as error:
        raise BadCardToken("token is not JSON") from error
    if not isinstance(members, dict) or members.keys() != _MEMBERS:
        raise BadCardToken("token must have exactly format, algorithm, certificate and signature")
    if members["format"] != FORMAT:
        raise BadCardToken(f"token must be {FORMAT}")
    algorithm = members["algorithm"]
    if not isinstance(algorithm, str) or algorithm not in METHODS:
        raise BadCardToken(f"token must be signed with one of {', '.join(METHODS)}")
    return CardToken(_binary(members["certificate"]), _binary(members["signature"]), algorithm)


def is_signed_by(key: object, token: CardToken, *, origin: str, nonce: str, statement: str) -> bool:
    """Say whether a certificate's key signed exactly these three by the token's algorithm.

    origin, nonce and statement are the receiver's own stored values, never the sender's. A key of another kind than
    the algorithm's signed nothing. The certificate itself is not judged here: that is ``hub.identity``'s.
    """
    method = METHODS[token.algorithm]
    message = signed_bytes(origin=origin, nonce=nonce, statement=statement)
    return method.fits(key) and method.verify(key, token.signature, message)


def verify_signature(token: CardToken, *, origin: str, nonce: str, statement: str) -> x509.Certificate:
    """Return the token's certificate if its key signed exactly these three. Raises BadCardToken.

    Who issued the certificate, for what and until when is not looked at (``is_signed_by``).
    """
    try:
        certificate = x509.load_der_x509_certificate(token.certificate)
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise BadCardToken("certificate cannot be read") from error
    if not is_signed_by(key, token, origin=origin, nonce=nonce, statement=statement):
        raise BadCardToken("the signature is not over this origin, nonce and statement, or not of this key")
    return certificate


def _binary(text: object) -> bytes:
    try:
        binary = binascii.a2b_base64(text, strict_mode=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError) as error:
        raise BadCardToken("certificate and signature must be base64") from error
    last = binascii.b2a_base64(binary[-(len(binary) % 3 or 3) :], newline=False)  # all before has one spelling
    if not isinstance(text, str) or text[-4:].encode() != last:
        raise BadCardToken("certificate and signature must be base64 in its one spelling")
    return binary
