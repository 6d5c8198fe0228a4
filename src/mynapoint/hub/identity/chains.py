"""Chains of certificates: links kept once and without contradiction, and everything that hangs together by them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import reduce
from operator import or_

from django.db import IntegrityError, transaction
from django.db.models import Q

from mynapoint.hub.identity.links import CertificateId, Link, LocalTable, link_of
from mynapoint.hub.identity.models import Credential, SerialLink


class LinkRefusal(StrEnum):
    """Why a link is not believed. None of these is acted upon; the programme office asks the card authority."""

    TO_ITSELF = "to_itself"
    CYCLE = "cycle"
    OTHER_SUCCESSOR = "other_successor"
    OTHER_PREDECESSOR = "other_predecessor"

    @property
    def sentence(self) -> str:
        """What is wrong, for whoever brought the link."""
        return _SENTENCES[self]


_SENTENCES = {
    LinkRefusal.TO_ITSELF: "old and new are the same certificate",
    LinkRefusal.CYCLE: "the new certificate is known to come before the old one",
    LinkRefusal.OTHER_SUCCESSOR: "the old certificate is known to be replaced by another one",
    LinkRefusal.OTHER_PREDECESSOR: "the new certificate is known to replace another one",
}


class LinkRefused(Exception):
    """A link that contradicts what is known."""

    def __init__(self, refusal: LinkRefusal) -> None:
        super().__init__(refusal.sentence)
        self.refusal = refusal


def keep_link(link: Link, *, source: str, now: datetime) -> tuple[SerialLink, bool]:
    """Keep a link that is new, to be joined; return it and whether it was new. Raises LinkRefused.

    The same link again changes nothing. Contradictions are the database's to find, so of two that come at once one
    is refused. A cycle is looked for; two links that close one at the same instant would still only say again that
    all these certificates belong together, and ``chain_of`` ends on it.
    """
    if link.old == link.new:
        raise LinkRefused(LinkRefusal.TO_ITSELF)
    if (known := _known(link)) is not None:
        return known, False
    if link.new in chain_of(link.old):
        raise _contradiction(link) or LinkRefused(LinkRefusal.CYCLE)
    try:
        with transaction.atomic():
            return SerialLink.objects.create(
                old_issuer_key_id=link.old.issuer_key_id,
                old_serial=link.old.serial,
                new_issuer_key_id=link.new.issuer_key_id,
                new_serial=link.new.serial,
                known_at=now,
                source=source,
            ), True
    except IntegrityError as error:
        if (known := _known(link)) is not None:
            return known, False
        if (contradiction := _contradiction(link)) is not None:
            raise contradiction from error
        raise


def chain_of(certificate: CertificateId) -> frozenset[CertificateId]:
    """Return a certificate and all that came before and after it, seen here or not; chains are a few renewals long."""
    found = {certificate}
    waiting = [certificate]
    while waiting:
        for link in LocalTable().links_of(waiting.pop()):
            fresh = {link.old, link.new} - found
            found |= fresh
            waiting += fresh
    return frozenset(found)


def links_along(chain: frozenset[CertificateId]) -> Q:
    """Return the condition for the links of a chain."""
    return reduce(or_, (Q(old_issuer_key_id=one.issuer_key_id, old_serial=one.serial) for one in chain))


def credentials_along(chain: frozenset[CertificateId]) -> list[Credential]:
    """Return the certificates of a chain that were seen here, in the order in which they were."""
    seen = reduce(or_, (Q(issuer_key_id=one.issuer_key_id, serial=one.serial) for one in chain))
    return list(Credential.objects.select_related("resident").filter(seen).order_by("first_seen_at", "id"))


def set_predecessors(credentials: list[Credential]) -> None:
    """Note for each certificate of a chain which other of them it replaced, where that is not noted yet."""
    if len(credentials) < 2:
        return
    by_id = {CertificateId(one.issuer_key_id, one.serial): one for one in credentials}
    for row in SerialLink.objects.filter(links_along(frozenset(by_id))):
        link = link_of(row)
        old, new = by_id[link.old], by_id.get(link.new)
        if new is not None and new.predecessor_id is None:
            new.predecessor = old
            new.save(update_fields=["predecessor"])


def _known(link: Link) -> SerialLink | None:
    return SerialLink.objects.filter(
        old_issuer_key_id=link.old.issuer_key_id,
        old_serial=link.old.serial,
        new_issuer_key_id=link.new.issuer_key_id,
        new_serial=link.new.serial,
    ).first()


def _contradiction(link: Link) -> LinkRefused | None:
    old, new = link.old, link.new
    if SerialLink.objects.filter(old_issuer_key_id=old.issuer_key_id, old_serial=old.serial).exists():
        return LinkRefused(LinkRefusal.OTHER_SUCCESSOR)
    if SerialLink.objects.filter(new_issuer_key_id=new.issuer_key_id, new_serial=new.serial).exists():
        return LinkRefused(LinkRefusal.OTHER_PREDECESSOR)
    return None
