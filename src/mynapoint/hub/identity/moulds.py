"""Certificates whose every byte is known but the holder's own: they are read by comparing, and only ever to say yes.

All certificates that a root issues for one use are the same but for serial, period, subject, key, signature and what
never decides. So whatever was found in one that passed every check by being read holds for each that differs from it
in nothing else (docs/decisions/0019-validation.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from mynapoint.hub.identity.bodies import Body, Extension
from mynapoint.hub.identity.trust import Root

_MOST = 256
"""Moulds kept for one profile; a root has a few: one for each length that its certificates' own parts have."""

_RSA_2048 = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
"""How the key of a card begins up to its modulus: RSA, 2048 bits; the one form that DER has for it."""
_EXPONENT = bytes.fromhex("0203010001")
_KEY_BYTES = len(_RSA_2048) + 256 + len(_EXPONENT)
_SERIAL_BYTES_MOST = 20


class Cut(NamedTuple):
    """Where the parts of a certificate lie that was loaded, so is DER: each ends where the next begins.

    names       the issuer's method and name
    own         period and subject, which are the holder's
    """

    names_at: int
    own_at: int
    key_at: int
    extensions_at: int
    signed_until: int


@dataclass(frozen=True, slots=True)
class Mould:
    """What a certificate has in common with the one that was read, and the root that signed that one.

    ``names``       method and issuer inside the signed part           ``method``   what stands before the signature
    ``extensions``  all pieces of them that must be the same, each with its place; between them lie the contents of
                    extensions that never decide, of the same lengths
    """

    root: Root = field(compare=False)
    names: bytes
    method: bytes
    extensions_bytes: int
    extensions: tuple[tuple[int, bytes], ...]

    def fits(self, der: bytes, cut: Cut) -> bool:
        """Say whether a certificate differs in nothing but what is the holder's own."""
        at = cut.extensions_at
        return (
            cut.signed_until - at == self.extensions_bytes
            and at - cut.key_at == _KEY_BYTES
            and der[cut.names_at : cut.own_at] == self.names
            and der.startswith(self.method, cut.signed_until)
            and der.startswith(_RSA_2048, cut.key_at)
            and der[cut.key_at + len(_RSA_2048)] >= 0x80
            and der.startswith(_EXPONENT, at - len(_EXPONENT))
            and all(der.startswith(piece, at + place) for place, piece in self.extensions)
        )


@dataclass(slots=True)
class Moulds:
    """The moulds of one profile, found by the length of the extensions."""

    _known: dict[int, tuple[Mould, ...]] = field(default_factory=dict)

    def fitting(self, der: bytes, cut: Cut) -> Mould | None:
        """Return the mould that a certificate fits, if one is known."""
        for mould in self._known.get(cut.signed_until - cut.extensions_at, ()):
            if mould.fits(der, cut):
                return mould
        return None

    def __len__(self) -> int:
        return sum(map(len, self._known.values()))

    def learn(self, der: bytes, body: Body, *, root: Root, decides: Callable[[Extension], bool]) -> None:
        """Take the mould of a certificate of a card's kind that passed every check.

        ``decides``  says whether an extension's content was looked at
        """
        cut = cut_of(der)
        if cut is None:
            return
        pieces = _pieces(der[cut.extensions_at : cut.signed_until], body, decides)
        names, method = der[cut.names_at : cut.own_at], der[cut.signed_until : -256]
        length = cut.signed_until - cut.extensions_at
        mould = Mould(root, names, method, length, pieces)
        if not mould.fits(der, cut):  # such as a key on P-384
            return
        if len(self) >= _MOST:
            self._known = {}
        self._known[length] = (mould, *(one for one in self._known.get(length, ()) if one != mould))


def cut_of(der: bytes) -> Cut | None:
    """Return where the parts lie of a certificate that ``cryptography`` has loaded; None for one of another build."""
    if der[0:2] != b"\x30\x82" or der[4:6] != b"\x30\x82" or der[8:14] != b"\xa0\x03\x02\x01\x02\x02":
        return None
    if der[14] > _SERIAL_BYTES_MOST:
        return None
    names_at = 15 + der[14]
    own_at = _end(der, _end(der, names_at))
    key_at = _end(der, _end(der, own_at))
    return Cut(names_at, own_at, key_at, _end(der, key_at), 8 + int.from_bytes(der[6:8], "big"))


def _end(der: bytes, at: int) -> int:
    """Return where the element at a place ends; the whole is shorter than 64 KiB."""
    length = der[at + 1]
    if length < 0x80:
        return at + 2 + length
    if length == 0x81:
        return at + 3 + der[at + 2]
    return at + 4 + der[at + 2] * 256 + der[at + 3]


def _pieces(extensions: bytes, body: Body, decides: Callable[[Extension], bool]) -> tuple[tuple[int, bytes], ...]:
    """Return what must be the same of the extensions: all but the contents of those that never decide.

    Tags and lengths before such a content are among it, so all that follows is where it was.
    """
    pieces, begins = [], 0
    at = _content(extensions, _content(extensions, 0))
    for one in body.extensions:
        at = _end(extensions, at)  # a content ends where its extension does
        if not decides(one):
            pieces.append((begins, extensions[begins : at - len(one.value)]))
            begins = at
    return (*pieces, (begins, extensions[begins:]))


def _content(der: bytes, at: int) -> int:
    """Return where the content of the element at a place begins."""
    return at + 2 + (der[at + 1] & 0x7F if der[at + 1] & 0x80 else 0)
