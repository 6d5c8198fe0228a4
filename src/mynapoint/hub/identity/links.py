"""Links between certificates as they are told: the values, and the door at which a source of links is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.db.models import Q
from django.utils.module_loading import import_string

from mynapoint.hub.identity.models import SerialLink


@dataclass(frozen=True, slots=True, order=True)
class CertificateId:
    """One certificate's public number: hex of its issuer's key identifier, and its serial in hex.

    The issuer's *key*, never its name: three generations of roots share one name, and may give out one serial each.
    """

    issuer_key_id: str
    serial: str


@dataclass(frozen=True, slots=True)
class Link:
    """The card authority's word: ``new`` replaced ``old``."""

    old: CertificateId
    new: CertificateId


class SourceUnavailable(Exception):
    """The source of links gave no answer; it is asked again at the next sign-in."""


class LinkSource(Protocol):
    """Where the hub asks about a certificate that it sees for the first time (``settings.LINK_SOURCE``).

    J-LIS has a paid service that links old and new serials; its interface is not public. Whoever has the contract
    writes this one class for it, with a time limit of its own: it is asked while a resident waits to be signed in.
    """

    name: str

    def links_of(self, certificate: CertificateId) -> Sequence[Link]:
        """Return what is known before and after a certificate; empty when nothing is known, or not yet.

        Raises SourceUnavailable.
        """
        ...


class LocalTable:
    """The links that were brought in by ``mynapoint hub links``."""

    name = "local"

    def links_of(self, certificate: CertificateId) -> Sequence[Link]:
        """Return the links of the hub's own table on either side of a certificate."""
        rows = SerialLink.objects.filter(
            Q(new_issuer_key_id=certificate.issuer_key_id, new_serial=certificate.serial)
            | Q(old_issuer_key_id=certificate.issuer_key_id, old_serial=certificate.serial)
        )
        return [link_of(row) for row in rows]


def link_of(row: SerialLink) -> Link:
    """Return a kept link as a value."""
    return Link(
        CertificateId(row.old_issuer_key_id, row.old_serial), CertificateId(row.new_issuer_key_id, row.new_serial)
    )


def link_source() -> LinkSource:
    """Return the source that ``settings.LINK_SOURCE`` names."""
    source: LinkSource = import_string(settings.LINK_SOURCE)()
    return source
