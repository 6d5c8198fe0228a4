"""Is a certificate revoked? The responder is asked first; the list in force stands in for it, while it is young."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from mynapoint.hub.identity.bounded_http import Limits, NoAnswer, post
from mynapoint.hub.identity.bulkheads import Bulkhead
from mynapoint.hub.identity.certificates import IssuedCertificate
from mynapoint.hub.identity.circuits import Circuit
from mynapoint.hub.identity.faults import CertificateFault
from mynapoint.hub.identity.ocsp import ANSWER_BYTES_MAX, Inquiry, Learned
from mynapoint.hub.identity.revocation_lists import RevocationList
from mynapoint.hub.identity.trust import TrustStore

LIMITS = Limits(connect_seconds=1.0, total_seconds=3.0, answer_bytes=ANSWER_BYTES_MAX)
AT_ONCE = 8
"""Threads of a process that wait for the responder; for whoever comes while all do, the list in force decides."""

_HEADERS = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}


class Revocation:
    """What is known of revocations, by one process; its circuit is the responder's.

    Only ``settings.OCSP_RESPONDER`` is ever asked: an address in a certificate is whoever's wrote it.
    """

    def __init__(self) -> None:
        self._circuit = Circuit("the OCSP responder")
        self._bulkhead = Bulkhead(AT_ONCE)

    def refuse(self, issued: IssuedCertificate, *, trust: TrustStore, now: datetime) -> None:
        """Raise CertificateRefused unless the certificate is known not to be revoked.

        Listed is revoked, however old the list: nothing is ever taken off. Where nobody knows, everybody is refused,
        except in an emulation, whose city ages with the demo's clock and has nobody to make new lists.
        """
        listed = trust.revocation_lists.get(issued.root.key_id)
        if listed is not None and issued.serial in listed.revoked:
            raise issued.refused(CertificateFault.REVOKED)
        if settings.OCSP_RESPONDER:
            learned = self._ask(issued, listed, now=now)
            if learned is Learned.REVOKED:
                raise issued.refused(CertificateFault.REVOKED)
            if learned is Learned.NOT_ON_RECORD:
                raise issued.refused(CertificateFault.NOT_ON_RECORD)
            if learned is not Learned.NOTHING:
                return
        if must_be_known() and not is_in_force(listed, now=now):
            raise issued.refused(CertificateFault.REVOCATION_UNKNOWN)

    def _ask(self, issued: IssuedCertificate, listed: RevocationList | None, *, now: datetime) -> Learned:
        with self._bulkhead.place() as has_place:
            if not has_place or not self._circuit.lets_through():
                return Learned.NOTHING
            return self._ask_now(issued, listed, now=now)

    def _ask_now(self, issued: IssuedCertificate, listed: RevocationList | None, *, now: datetime) -> Learned:
        inquiry = Inquiry(issued.certificate, issued.root, revoked=listed.revoked if listed else ())
        try:
            answer = post(settings.OCSP_RESPONDER, inquiry.request, headers=_HEADERS, limits=LIMITS)
        except NoAnswer as error:
            self._circuit.failed(str(error))
            return Learned.NOTHING
        learned = inquiry.learn(answer.body, now=now) if answer.status == 200 else Learned.NOTHING
        if learned is Learned.NOTHING:
            self._circuit.failed(f"HTTP {answer.status}, which proves nothing")
        else:
            self._circuit.answered()
        return learned


def is_in_force(listed: RevocationList | None, *, now: datetime) -> bool:
    """Say whether a list still counts: not past its end, nor older than ``settings.CRL_HOURS``, whatever its end."""
    return (
        listed is not None
        and listed.this_update <= now <= listed.next_update
        and now - listed.this_update <= timedelta(hours=settings.CRL_HOURS)
    )


def must_be_known() -> bool:
    """Say whether a certificate of which nobody knows is refused: real cards and J-LIS's test cards, not emulated."""
    return bool(settings.CARD_ENVIRONMENT != "emulated")
