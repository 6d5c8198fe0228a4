"""Verifies a card's token here: the certificate under configured roots, revocation by responder and list, signature."""

from __future__ import annotations

from datetime import datetime

from mynapoint.award.refusals import Refusal, Refused
from mynapoint.exchange import card_token
from mynapoint.exchange.card_methods import METHODS
from mynapoint.exchange.card_token import BadCardToken, CardToken
from mynapoint.hub.identity.certificates import IssuedCertificate
from mynapoint.hub.identity.known_certificates import KNOWN_MAX, KnownCertificates
from mynapoint.hub.identity.profiles import profile_in_force
from mynapoint.hub.identity.revocation import Revocation
from mynapoint.hub.identity.trust import TrustStore, trust_store
from mynapoint.hub.identity.verification import Question, Verified


class LocalVerifier:
    """The back end of a certified verifier (署名等検証者), who gets revocation lists and may ask the responder.

    ``known_max``  how many certificates in order it remembers
    """

    def __init__(self, *, known_max: int = KNOWN_MAX) -> None:
        self._revocation = Revocation()
        self._known = KnownCertificates(at_most=known_max)

    def verify(self, answer: str, question: Question, *, now: datetime) -> Verified:
        """Return whose card signed exactly this question. Raises Refused."""
        trust = trust_store()
        token, issued = read_answer(answer, known=self._known, trust=trust, now=now)
        self._revocation.refuse(issued, trust=trust, now=now)
        require_signature(token, issued, question)
        return Verified(issued.kept, token.signature)


def read_answer(
    answer: str, *, known: KnownCertificates, trust: TrustStore, now: datetime
) -> tuple[CardToken, IssuedCertificate]:
    """Return a card's token and its certificate, in order but for revocation and signature. Raises Refused."""
    try:
        token = card_token.decode(answer)
    except BadCardToken as error:
        raise Refused(Refusal.CARD_ANSWER_UNREADABLE) from error
    profile = profile_in_force()
    issued = known.check(token.certificate, algorithm=token.algorithm, profile=profile, trust=trust, now=now)
    return token, issued


def require_signature(token: CardToken, issued: IssuedCertificate, question: Question) -> None:
    """Refuse a signature over anything but the hub's own stored origin, nonce and statement. Raises Refused."""
    message = card_token.signed_bytes(origin=question.origin, nonce=question.nonce, statement=question.statement)
    if not METHODS[token.algorithm].verify(issued.key, token.signature, message):  # the key fits: it was judged so
        raise Refused(Refusal.CARD_SIGNATURE_INVALID)
