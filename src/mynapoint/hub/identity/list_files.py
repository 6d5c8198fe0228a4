"""Puts revocation lists in force: each checked as a whole, then put into the trust folder in one step."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from mynapoint.hub.identity.revocation_lists import BadList, RevocationList, read_list
from mynapoint.hub.identity.trust import TrustStore, bytes_of_list, trust_store


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file: the list now in force and its root, or why it was left out."""

    path: Path
    root: str = ""
    listed: RevocationList | None = None
    why_not: str = ""


def take_lists(paths: Sequence[Path], *, now: datetime) -> list[Taken]:
    """Put each file's list in force that is in order, and newer than the one it replaces; tell what became of each.

    A reader of the folder sees the list before or the list after, never a half: the file is written beside, brought to
    the disk, and renamed. Raises ImproperlyConfigured when the trust folder itself is not in order.
    """
    return [_taken(path, trust_store(look=True), now=now) for path in paths]


def _taken(path: Path, trust: TrustStore, *, now: datetime) -> Taken:
    try:
        der = bytes_of_list(path)
        key_id, listed = read_list(der, trust.roots)
        known = trust.revocation_lists.get(key_id)
        for fault in listed.faults_as_news(now=now, number_known=known.number if known else 0):
            raise BadList(fault)
    except BadList as error:
        return Taken(path, why_not=str(error))
    except OSError as error:
        return Taken(path, why_not=error.strerror or str(error))
    _put(Path(settings.TRUST) / f"{key_id.hex()}.crl", der)
    return Taken(path, root=key_id.hex(), listed=listed)


def _put(path: Path, der: bytes) -> None:
    beside = path.with_suffix(f".crl-{os.getpid()}")
    with beside.open("wb") as file:
        file.write(der)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
