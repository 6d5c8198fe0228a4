"""Who a certificate stands for: a new one joins its predecessor's resident; residents who are one person are merged."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet

from mynapoint.hub.audit.actions import HUB, record
from mynapoint.hub.audit.models import Act
from mynapoint.hub.identity.certificates import AuthCertificate
from mynapoint.hub.identity.chains import (
    LinkRefused,
    chain_of,
    credentials_along,
    keep_link,
    links_along,
    set_predecessors,
)
from mynapoint.hub.identity.links import CertificateId, SourceUnavailable, link_source
from mynapoint.hub.identity.models import Credential, OidcSubject, Resident, ResidentMerge, SerialLink
from mynapoint.hub.identity.verification import OpenIdSubject


def find(certificate: AuthCertificate) -> Credential | None:
    """Return the credential of a certificate, if it was seen here before."""
    return (
        Credential.objects.select_related("resident")
        .filter(issuer_key_id=certificate.issuer_key_id, serial=certificate.serial)
        .first()
    )


def surviving(resident: Resident) -> uuid.UUID:
    """Return the pseudonym by which this person goes today."""
    return resident.merged_into_id or resident.pk


def everyone(resident: Resident) -> QuerySet[Resident]:
    """Return all residents who are this person: the survivor and whoever was merged into it; for subqueries."""
    survivor = surviving(resident)
    return Resident.objects.filter(Q(pk=survivor) | Q(merged_into=survivor))


def lock_survivors(residents: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, Resident]:
    """Return for each resident who survives, locked until the commit: no merge can come in between.

    Every act that writes for a person takes this lock first, and so does a merge. Nobody waits for a second lock while
    holding one of another pass: what was locked of a resident who has just been merged is let go before the survivor
    is asked for, or two could wait for each other for ever.
    """
    assert connection.in_atomic_block, "a lock is held until the commit"
    wanted = list(residents)
    while True:
        try:
            with transaction.atomic():  # rolling back to its savepoint lets the locks go
                return _locked(wanted)
        except _MergedMeanwhile:
            continue


def lock_survivor(resident: uuid.UUID) -> Resident:
    """Return who survives for one resident, locked until the commit."""
    return lock_survivors([resident])[resident]


def ask(certificate: AuthCertificate, *, now: datetime) -> bool:
    """Ask the source of links about a certificate and keep what it says; return whether it answered.

    A link that contradicts what is known is put on record and not believed. What is kept is joined by ``jobs``.
    """
    source = link_source()
    try:
        links = source.links_of(_id(certificate))
    except SourceUnavailable:
        return False
    for link in links:
        with transaction.atomic():
            try:
                keep_link(link, source=source.name, now=now)
            except LinkRefused as refused:
                details = {"fingerprint": certificate.fingerprint, "code": refused.refusal.value}
                record(Act.LINK_REFUSED, who=HUB, now=now, source=source.name, **details)
    return True


@transaction.atomic
def enter(certificate: AuthCertificate, *, answered: bool, now: datetime) -> Credential:
    """Keep a certificate seen for the first time: under its predecessor's resident, or under a new one.

    No link does not mean a new person; it means that none is known yet. The resident is let in all the same, and a
    link that comes later merges the two (docs/decisions/0018-lineage.md).
    """
    known = credentials_along(chain_of(_id(certificate)))
    residents = lock_survivors({one.resident_id for one in known}).values() if known else []
    resident = min(residents, key=_seniority, default=None)
    try:
        with transaction.atomic():
            credential = Credential.objects.create(
                resident=resident or Resident.objects.create(first_seen_at=now),
                issuer_key_id=certificate.issuer_key_id,
                serial=certificate.serial,
                fingerprint=certificate.fingerprint,
                public_key=certificate.public_key,
                valid_from=certificate.valid_from,
                valid_until=certificate.valid_until,
                first_seen_at=now,
                links_asked_at=now if answered else None,
            )
    except IntegrityError:
        # The same card signed in twice at once; the other one entered it.
        found = find(certificate)
        if found is None:
            raise
        return found
    set_predecessors([*known, credential])
    links = ("joined" if resident else "none") if answered else "unavailable"
    who = str(credential.resident)
    record(Act.CERTIFICATE_ENTERED, who=who, now=now, fingerprint=certificate.fingerprint, links=links)
    return credential


def follows(certificate: AuthCertificate, resident: Resident) -> bool:
    """Say whether a certificate not seen before hangs together with one of this resident's."""
    known = credentials_along(chain_of(_id(certificate)))
    return surviving(resident) in {surviving(one.resident) for one in known}


def look_again(certificate: AuthCertificate) -> None:
    """Have the links along a certificate joined once more, if more than one resident hangs on them.

    Called once the certificate is committed. A link that was kept while it was being entered is committed by now, or
    its joining will see the certificate: one of the two always finds the other, whichever came first.
    """
    chain = chain_of(_id(certificate))
    if len({surviving(one.resident) for one in credentials_along(chain)}) > 1:
        with transaction.atomic():
            along = SerialLink.objects.select_for_update(no_key=True).filter(links_along(chain)).order_by("id")
            SerialLink.objects.filter(pk__in=[row.pk for row in along]).update(joined_at=None)


@transaction.atomic
def enter_subject(*, issuer: str, subject: str, now: datetime) -> Resident:
    """Return the resident whom an OpenID provider calls by this subject; one never seen before is a new resident."""
    subjects = OidcSubject.objects.filter(issuer=issuer, subject=subject)
    kept = subjects.first()
    if kept is None:
        try:
            with transaction.atomic():
                resident = Resident.objects.create(first_seen_at=now)
                kept = subjects.create(resident=resident, issuer=issuer, subject=subject, first_seen_at=now)
        except IntegrityError:
            kept = subjects.get()  # the same person signed in twice at once
    return lock_survivor(kept.resident_id)


def find_subject(who: OpenIdSubject) -> OidcSubject | None:
    """Return what is kept of an OpenID provider's subject, if it was seen here before."""
    kept = OidcSubject.objects.select_related("resident")
    return kept.filter(issuer=who.issuer, subject=who.subject).first()


def certificate_behind(credential: Credential | OidcSubject, *, now: datetime) -> Credential | None:
    """Return the certificate by which the law judges a signer: its own, or for a phone the person's newest valid one.

    A phone does not show its certificate; its provider judged that. A wait after a renewal known here still counts.
    """
    if isinstance(credential, Credential):
        return credential
    own = Credential.objects.filter(resident__in=everyone(credential.resident), valid_until__gte=now)
    return own.order_by("-valid_from", "-id").first()


@transaction.atomic
def link_subject(who: OpenIdSubject, *, resident: Resident, now: datetime) -> OidcSubject:
    """Keep a subject not seen before as this resident's; one that was seen stays whose it is, and is returned."""
    try:
        with transaction.atomic():
            return OidcSubject.objects.create(
                resident=resident, issuer=who.issuer, subject=who.subject, first_seen_at=now
            )
    except IntegrityError:
        kept = find_subject(who)
        if kept is None:
            raise
        return kept


def note_revocation(*, certificate: CertificateId, now: datetime) -> None:
    """Note that a certificate seen before is now known to be revoked; the first time counts."""
    known = Credential.objects.filter(issuer_key_id=certificate.issuer_key_id, serial=certificate.serial)
    known.filter(revocation_known_at=None).update(revocation_known_at=now)


def people_along(link: SerialLink) -> list[Resident]:
    """Return the residents whom a link's whole chain shows to be one person, the earliest first, all of them locked."""
    chain = chain_of(CertificateId(link.new_issuer_key_id, link.new_serial))
    credentials = credentials_along(chain)
    survivors = lock_survivors({one.resident_id for one in credentials})
    set_predecessors(credentials)
    return sorted({row.pk: row for row in survivors.values()}.values(), key=_seniority)


def absorb(absorbed: Resident, *, into: Resident, because: SerialLink, now: datetime) -> ResidentMerge:
    """Make two locked residents one; the last step of a merge, when nothing stands under the absorbed one any more.

    The database refuses it while something does. The absorbed one's sessions end with it.
    """
    Resident.objects.filter(merged_into=absorbed).update(merged_into=into)
    Resident.objects.filter(pk=absorbed.pk).update(merged_into=into)
    merge = ResidentMerge.objects.create(absorbed=absorbed, survivor=into, link=because, merged_at=now)
    record(Act.RESIDENTS_MERGED, who=HUB, subject=str(into), now=now, absorbed=str(absorbed), source=because.source)
    return merge


class _MergedMeanwhile(Exception):
    """A resident who survived when the lock was asked for had been merged when it came."""


def _locked(wanted: list[uuid.UUID]) -> Mapping[uuid.UUID, Resident]:
    today = {one.pk: surviving(one) for one in Resident.objects.filter(pk__in=wanted)}
    rows = Resident.objects.select_for_update(no_key=True).filter(pk__in=set(today.values())).order_by("pk")
    locked = {row.pk: row for row in rows}
    if any(row.merged_into_id is not None for row in locked.values()):
        raise _MergedMeanwhile
    return {resident: locked[survivor] for resident, survivor in today.items()}


def _seniority(resident: Resident) -> tuple[datetime, uuid.UUID]:
    return resident.first_seen_at, resident.pk


def _id(certificate: AuthCertificate) -> CertificateId:
    return CertificateId(certificate.issuer_key_id, certificate.serial)
