"""Certificates whose every byte is known but the holder's own: they are read by comparing, and only ever to say yes.

All certificates that a root issues for one use are the same but for serial, period, subject, key, signature and what
never decides. So whatever was found in one that passed every check by being read holds for each that differs from it
in nothing else (docs/decisions/0019-validation.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from mynapoint.hub.identity.bodies import Body, Extension
from mynapoint.hub.identity.trust import Root

_MOST = 1024
"""Moulds kept for one profile, 2 KB each; a root has one for each set of lengths that its holders' own parts have."""

_BEGINS, _VERSION_3 = b"\x30\x82", b"\xa0\x03\x02\x01\x02"
_SERIAL_AT = 15
"""Before it stand the lengths of the whole, of the signed part and of the serial: the same for all of one mould."""
_SERIAL_BYTES_MOST = 20

_RSA_2048 = bytes.fromhex("30820122300d06092a864886f70d01010105000382010f003082010a0282010100")
"""How the key of a card begins up to its modulus: RSA, 2048 bits; the one form that DER has for it."""
_EXPONENT = bytes.fromhex("0203010001")
_MODULUS_BYTES = _SIGNATURE_BYTES = 256


@dataclass(frozen=True, slots=True)
class Mould:
    """All bytes that a certificate has in common with one that was read, and the root that signed that one.

    ``pieces``        each with its place, from the first byte to the signature; what lies between them is the holder's,
                      or the content of an extension that never decides
    ``serial_until``  where the serial ends, which begins at 15
    ``key_at``        where the key begins; it ends at ``key_until``
    ``signed_until``  where what is signed ends, which begins at 4; the signature is the last 256 bytes
    """

    root: Root = field(compare=False)
    pieces: tuple[tuple[bytes, int], ...]
    serial_until: int
    key_at: int
    key_until: int
    signed_until: int

    def fits(self, der: bytes) -> bool:
        """Say whether a certificate that ``cryptography`` has loaded, so is DER, differs in no other byte."""
        for piece, place in self.pieces:
            if not der.startswith(piece, place):
                return False
        return der[self.key_at + len(_RSA_2048)] >= 0x80  # a modulus of fewer bits would begin with others


@dataclass(slots=True)
class Moulds:
    """The moulds of one profile, found by how their certificates begin."""

    _known: dict[bytes, tuple[Mould, ...]] = field(default_factory=dict)

    def fitting(self, der: bytes) -> Mould | None:
        """Return the mould that a loaded certificate fits, if one is known."""
        for mould in self._known.get(der[:_SERIAL_AT], ()):
            if mould.fits(der):
                return mould
        return None

    def __len__(self) -> int:
        return sum(map(len, self._known.values()))

    def learn(self, der: bytes, body: Body, *, root: Root, decides: Callable[[Extension], bool]) -> None:
        """Take the mould of a certificate of a card's kind that passed every check.

        ``decides``  says whether an extension's content was looked at
        """
        mould = _mould_of(der, body, root, decides)
        if mould is None:  # such as a key on P-384
            return
        if len(self) >= _MOST:
            self._known = {}
        begins = der[:_SERIAL_AT]
        self._known[begins] = (mould, *(one for one in self._known.get(begins, ()) if one != mould))


def _mould_of(der: bytes, body: Body, root: Root, decides: Callable[[Extension], bool]) -> Mould | None:
    """Return the mould of a certificate that was loaded; None for one of another build."""
    if der[0:2] != _BEGINS or der[4:6] != _BEGINS or der[8:13] != _VERSION_3 or der[14] > _SERIAL_BYTES_MOST:
        return None
    serial_until = _SERIAL_AT + der[14]
    period_at = _end(der, _end(der, serial_until))
    subject_at = _end(der, period_at)
    key_at = _end(der, subject_at)
    modulus_at, key_until = key_at + len(_RSA_2048), _end(der, key_at)
    modulus_until = modulus_at + _MODULUS_BYTES
    if not der.startswith(_RSA_2048, key_at) or der[modulus_until:key_until] != _EXPONENT:
        return None
    own = [(_SERIAL_AT, serial_until), (_content(der, period_at), subject_at), (_content(der, subject_at), key_at)]
    own += [(modulus_at, modulus_until), *_never_deciding(der, key_until, body, decides)]
    ends = [0, *(place for part in own for place in part), len(der) - _SIGNATURE_BYTES]
    pieces = tuple((der[begins:until], begins) for begins, until in list(pairwise(ends))[::2])
    return Mould(root, pieces, serial_until, key_at, key_until, 8 + int.from_bytes(der[6:8], "big"))


def _never_deciding(
    der: bytes, extensions_at: int, body: Body, decides: Callable[[Extension], bool]
) -> Iterator[tuple[int, int]]:
    """Yield from where to where the contents stand of extensions that never decide; tags and lengths do not vary."""
    at = _content(der, _content(der, extensions_at))
    for one in body.extensions:
        at = _end(der, at)  # a content ends where its extension does
        if not decides(one):
            yield at - len(one.value), at


def _content(der: bytes, at: int) -> int:
    """Return where the content of the element at a place begins."""
    return at + 2 + (der[at + 1] & 0x7F if der[at + 1] & 0x80 else 0)


def _end(der: bytes, at: int) -> int:
    """Return where the element at a place ends."""
    begins, length = _content(der, at), der[at + 1]
    return begins + (int.from_bytes(der[at + 2 : begins], "big") if length & 0x80 else length)
