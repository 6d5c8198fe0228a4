"""Renews the certificate on an emulated card, as a municipality's counter does, and tells the link of old and new."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mynapoint.card.emulator import authority as shape
from mynapoint.card.emulator.issue import MUNICIPALITY_CODE, RESIDENTS, load_authority, revoke_card

LINKS = "links.csv"
"""In the folder ``authority`` of a city: what its card authority knows of old and new certificates."""

_HEADER = ("old_issuer_key_id", "old_serial", "new_issuer_key_id", "new_serial")
_VALID_DAYS = 1800


@dataclass(frozen=True, slots=True)
class Renewal:
    """Which certificate replaced which, as ``mynapoint hub links`` reads it: key identifiers and serials in hex."""

    old_issuer_key_id: str
    old_serial: str
    new_issuer_key_id: str
    new_serial: str


def renew_card(folder: Path, name: str, *, on: date, is_linked: bool = True) -> Renewal:
    """Write a new key and user-authentication certificate to a card, revoke the old one, and return the link.

    on         a day in Tokyo: the first of the new certificate, and the day of the revocation list
    is_linked  whether the authority writes the link down at once (``authority/links.csv``). In 2022 it did not, where
               a certificate had been revoked in a way nobody had foreseen, and 506 people were taken for new ones
    PIN and tries stay as they are.
    """
    card = folder / "cards" / name
    old = x509.load_der_x509_certificate((card / "auth.der").read_bytes())
    revoke_card(folder, name, on=on, reason=x509.ReasonFlags.superseded)
    authority = load_authority(folder, RESIDENTS[name].issuer)
    key = shape.new_key()
    new = shape.issue_certificate(
        authority,
        key.public_key(),
        shape.AUTH_PROFILE,
        municipality_code=MUNICIPALITY_CODE,
        valid_from=on,
        valid_until=on + timedelta(days=_VALID_DAYS),
    )
    (card / "auth.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (card / "auth.der").write_bytes(new.public_bytes(Encoding.DER))
    renewal = Renewal(_issuer(old), f"{old.serial_number:x}", _issuer(new), f"{new.serial_number:x}")
    if is_linked:
        write_link(folder, renewal)
    return renewal


def write_link(folder: Path, renewal: Renewal) -> Path:
    """Let the city's card authority write a link down, late or not; return its file."""
    path = folder / "authority" / LINKS
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        if is_new:
            rows.writerow(_HEADER)
        rows.writerow([getattr(renewal, name) for name in _HEADER])
    return path


def _issuer(certificate: x509.Certificate) -> str:
    key_id = certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert key_id is not None, "the city's certificates name their issuer's key"
    return key_id.hex()
