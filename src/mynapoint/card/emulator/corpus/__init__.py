"""Good and bad certificates, revocation lists and OCSP answers, each with what a right verifier must say of it.

``make_corpus`` makes everything anew in memory in about two seconds; no key is ever written::

    corpus = make_corpus(now=datetime(2022, 7, 15, 3, 0, tzinfo=UTC))
    corpus.now            the instant to judge at
    corpus.roots          what a verifier trusts: three generations under one name, the first of them expired
    corpus.lists          the revocation lists in force, one for each root that issues, as DER
    corpus.certificates   CertificateCase: name, der, faults. No faults: a right verifier accepts it, given ``roots``
                          and ``lists``. Otherwise it refuses, for one of the faults named (nearly always one)
    corpus.next_card      the announced card with P-384: its root, its list, a certificate; accepted by a verifier that
                          is told of it, refused (Fault.KEY) by one that knows today's cards alone
    corpus.list_cases     ListCase: a list to import at ``now`` when ``number_known`` was the last; faults as above
    corpus.answer_cases   AnswerCase: ``answer(request)`` is what a responder sends back to an OCSP request about
                          ``certificate``; ``says`` is what a right verifier learns from it

Every name is of JPKI-EMU, and every root carries it: nothing here can verify where production's roots are.
"""

from mynapoint.card.emulator.corpus.cases import (
    AnswerCase,
    CertificateCase,
    Corpus,
    Fault,
    Learned,
    ListCase,
    ListFault,
    NextCard,
)
from mynapoint.card.emulator.corpus.making import make_corpus

__all__ = [
    "AnswerCase",
    "CertificateCase",
    "Corpus",
    "Fault",
    "Learned",
    "ListCase",
    "ListFault",
    "NextCard",
    "make_corpus",
]
