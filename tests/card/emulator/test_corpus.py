"""The corpus says the truth: OpenSSL judges every certificate, list and answer as the case says, where it can."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from mynapoint.card.emulator.corpus import Corpus, Fault, Learned, ListFault, make_corpus

AUTH_POLICY = "1.2.392.200149.8.5.1.3.30"
ONLY_THE_PROFILE_SEES = {
    "any policy",
    "no key usage",
    "key usage with nonRepudiation",
    "key usage of an authority beside digitalSignature",
    "RSA with exponent 3",
    "P-256",
    "an authority as a resident",
}
"""What RFC 5280 allows, and this certificate's profile does not."""

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="WITHOUT openssl: NOBODY JUDGES THE CORPUS")


def openssl(*arguments: str | Path | int) -> tuple[bool, str]:
    done = subprocess.run(
        ["openssl", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=30, input=""
    )
    return done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    # OpenSSL compares an OCSP answer with the real clock, so this corpus is made for this instant.
    return make_corpus(now=datetime.now(UTC).replace(microsecond=0))


@pytest.fixture(scope="module")
def trusted(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the roots, and the lists in force, as OpenSSL reads them."""
    folder = tmp_path_factory.mktemp("trusted")
    roots = [*corpus.roots, corpus.next_card.root]
    (folder / "roots.pem").write_bytes(b"".join(root.public_bytes(Encoding.PEM) for root in roots))
    lists = [x509.load_der_x509_crl(der) for der in (*corpus.lists, corpus.next_card.revocation_list)]
    (folder / "lists.pem").write_bytes(b"".join(each.public_bytes(Encoding.PEM) for each in lists))
    return folder


def verdict(certificate: bytes, corpus: Corpus, trusted: Path, path: Path) -> tuple[bool, str]:
    path.write_bytes(certificate)
    at = ("-attime", int(corpus.now.timestamp()))
    policy = ("-policy", AUTH_POLICY, "-explicit_policy", "-purpose", "sslclient", "-auth_level", 2)
    files = ("-CAfile", trusted / "roots.pem", "-CRLfile", trusted / "lists.pem", "-crl_check", "-no-CApath")
    return openssl("verify", *at, *policy, *files, path)


def test_openssl_judges_every_certificate_as_its_case_says(corpus: Corpus, trusted: Path, tmp_path: Path) -> None:
    wrong = {}
    for case in corpus.certificates:
        if Fault.MALFORMED in case.faults:
            continue
        accepted, why = verdict(case.der, corpus, trusted, tmp_path / "certificate.der")
        if accepted != (not case.faults or case.name in ONLY_THE_PROFILE_SEES):
            wrong[case.name] = why

    assert wrong == {}


def test_the_next_cards_certificates_verify_under_their_own_root_and_under_todays(
    corpus: Corpus, trusted: Path, tmp_path: Path
) -> None:
    for der in (corpus.next_card.certificate, corpus.next_card.from_todays_root):
        accepted, why = verdict(der, corpus, trusted, tmp_path / "certificate.der")
        assert accepted, why


def test_what_is_malformed_is_no_certificate_to_a_parser(corpus: Corpus) -> None:
    malformed = [case for case in corpus.certificates if Fault.MALFORMED in case.faults]

    assert len(malformed) >= 5
    for case in malformed:
        with pytest.raises(ValueError, match=r"."):
            x509.load_der_x509_certificate(case.der)


def test_every_fault_has_a_case_and_no_two_cases_one_name(corpus: Corpus) -> None:
    assert set().union(*(case.faults for case in corpus.certificates)) == set(Fault)
    assert set().union(*(case.faults for case in corpus.list_cases)) == set(ListFault)
    assert {case.says for case in corpus.answer_cases} == set(Learned)
    for cases in (corpus.certificates, corpus.list_cases, corpus.answer_cases):
        assert len({case.name for case in cases}) == len(cases)


def test_all_roots_and_the_impostors_too_have_one_name_that_is_no_real_ones(corpus: Corpus) -> None:
    issuers = {root.subject for root in corpus.roots} | {corpus.next_card.root.subject}
    issuers.add(x509.load_der_x509_certificate(corpus.certificate("an issuer of the same name").der).issuer)

    (name,) = issuers
    assert name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value == "JPKI-EMU"


def test_openssl_finds_the_signer_of_a_list_or_none_as_its_case_says(corpus: Corpus, tmp_path: Path) -> None:
    wrong = {}
    for case in corpus.list_cases:
        if ListFault.MALFORMED in case.faults:
            with pytest.raises(ValueError, match=r"."):
                x509.load_der_x509_crl(case.der)
            continue
        # One root at a time: `openssl crl` takes the first of the name, and all of them have one name.
        (tmp_path / "root.pem").write_bytes(case.issuer.public_bytes(Encoding.PEM))
        (tmp_path / "list.der").write_bytes(case.der)
        _, said = openssl("crl", "-inform", "DER", "-in", tmp_path / "list.der", "-CAfile", tmp_path / "root.pem")
        if ("verify OK" in said) != (ListFault.SIGNATURE not in case.faults):
            wrong[case.name] = said

    assert wrong == {}


def test_a_lists_times_and_number_are_as_its_case_says(corpus: Corpus) -> None:
    for case in corpus.list_cases:
        if ListFault.MALFORMED in case.faults:
            continue
        listed = x509.load_der_x509_crl(case.der)
        end = listed.next_update_utc
        assert (end is None) == (ListFault.NO_END in case.faults), case.name
        assert (end is not None and end < corpus.now) == (ListFault.STALE in case.faults), case.name
        assert (corpus.now < listed.last_update_utc) == (ListFault.NOT_YET in case.faults), case.name
        numbers = [e.value.crl_number for e in listed.extensions if isinstance(e.value, x509.CRLNumber)]
        in_order = bool(numbers) and numbers[0] >= case.number_known
        assert in_order == (ListFault.NUMBER not in case.faults), case.name
        critical = any(extension.critical for extension in listed.extensions)
        assert critical == (ListFault.PARTIAL in case.faults), case.name


def test_openssl_learns_from_every_answer_what_its_case_says(corpus: Corpus, trusted: Path, tmp_path: Path) -> None:
    wrong = {}
    for case in corpus.answer_cases:
        learned, said = asked(case.certificate, case.issuer, case.answer, trusted, tmp_path)
        if learned is not case.says and case.name not in {"no nonce", "another nonce"}:
            wrong[case.name] = said

    assert wrong == {}


def test_an_answer_repeats_the_nonce_of_its_request_but_where_the_case_says_otherwise(corpus: Corpus) -> None:
    nonces: dict[str, bytes | None] = {}
    for case in corpus.answer_cases:
        builder = ocsp.OCSPRequestBuilder().add_certificate(case.certificate, case.issuer, hashes.SHA1())
        request = builder.add_extension(x509.OCSPNonce(b"n" * 32), critical=False).build()
        try:
            answer = ocsp.load_der_ocsp_response(case.answer(request.public_bytes(Encoding.DER)))
        except ValueError:
            continue
        if answer.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL:
            found = [e.value.nonce for e in answer.extensions if isinstance(e.value, x509.OCSPNonce)]
            nonces[case.name] = found[0] if found else None

    assert {name for name, nonce in nonces.items() if nonce != b"n" * 32} == {"no nonce", "another nonce"}


def asked(
    certificate: x509.Certificate, issuer: x509.Certificate, responder: object, trusted: Path, folder: Path
) -> tuple[Learned, str]:
    """Ask a responder as OpenSSL asks, and return what OpenSSL learns from the answer."""
    assert callable(responder)
    (folder / "issuer.pem").write_bytes(issuer.public_bytes(Encoding.PEM))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    about = ("-issuer", folder / "issuer.pem", "-cert", folder / "certificate.pem")
    openssl("ocsp", *about, "-nonce", "-reqout", folder / "request.der")
    (folder / "answer.der").write_bytes(responder((folder / "request.der").read_bytes()))
    files = ("-reqin", folder / "request.der", "-respin", folder / "answer.der", "-CAfile", trusted / "roots.pem")
    _, said = openssl("ocsp", *about, *files, "-no_nonce", "-status_age", 3600)
    proves = "Response verify OK" in said and "Status times invalid" not in said
    for word in ("good", "revoked", "unknown") if proves else ():
        if f"certificate.pem: {word}" in said:
            return Learned[word.upper()], said
    return Learned.NOTHING, said


def test_a_responder_answers_requests_of_either_hash_and_without_a_nonce(corpus: Corpus) -> None:
    honest = next(case for case in corpus.answer_cases if case.name == "good")
    for algorithm in (hashes.SHA1(), hashes.SHA256()):
        request = ocsp.OCSPRequestBuilder().add_certificate(honest.certificate, honest.issuer, algorithm).build()
        answer = ocsp.load_der_ocsp_response(honest.answer(request.public_bytes(Encoding.DER)))
        assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD
        assert isinstance(answer.hash_algorithm, type(algorithm))
