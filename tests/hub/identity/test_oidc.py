"""The phone's answers: an honest one says who is there, and each kind of bad one is refused for its own reason."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from django.utils import timezone
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from pytest_django import Settings

from hub import clock
from hub.phone import CLIENT_ID, ORIGIN, Phone, serve
from mynapoint.demo.phone.modes import Mode
from mynapoint.hub.identity import oidc_provider
from mynapoint.hub.identity.bounded_http import Limits
from mynapoint.hub.identity.oidc import DigitalId, authorization_url, nonce_of
from mynapoint.hub.identity.oidc_faults import OidcFault, OidcRefused
from mynapoint.hub.identity.oidc_provider import assertion, provider
from mynapoint.hub.identity.verification import OpenIdSubject, Question, Verified

REFUSED = {
    Mode.WRONG_STATE: OidcFault.RESPONSE_STATE,
    Mode.WRONG_RESPONSE_ISSUER: OidcFault.RESPONSE_ISSUER,
    Mode.SLOW: OidcFault.UNREACHABLE,
    Mode.DOWN: OidcFault.UNREACHABLE,
    Mode.NOT_JSON: OidcFault.MALFORMED,
    Mode.NOT_A_TOKEN: OidcFault.MALFORMED,
    Mode.ALG_NONE: OidcFault.ALGORITHM,
    Mode.HS256: OidcFault.ALGORITHM,
    Mode.UNKNOWN_KEY: OidcFault.KEY_UNKNOWN,
    Mode.OTHER_KEY: OidcFault.SIGNATURE,
    Mode.WRONG_ISSUER: OidcFault.ISSUER,
    Mode.WRONG_AUDIENCE: OidcFault.AUDIENCE,
    Mode.TWO_AUDIENCES: OidcFault.AUDIENCE,
    Mode.WRONG_AZP: OidcFault.AUTHORIZED_PARTY,
    Mode.EXPIRED: OidcFault.EXPIRED,
    Mode.FROM_THE_FUTURE: OidcFault.ISSUED_AT,
    Mode.ISSUED_BEFORE: OidcFault.ISSUED_AT,
    Mode.WRONG_NONCE: OidcFault.NONCE,
    Mode.NO_NONCE: OidcFault.NONCE,
    Mode.WRONG_AT_HASH: OidcFault.AT_HASH,
    Mode.NO_SUBJECT: OidcFault.SUBJECT,
    Mode.WRONG_ACR: OidcFault.ACR,
    Mode.OLD_AUTH_TIME: OidcFault.AUTH_TIME,
}


@pytest.fixture
def phone(tmp_path: Path, settings: Settings) -> Iterator[Phone]:
    served, stop = serve(tmp_path)
    settings.OPENID = served.settings
    yield served
    stop()


def question(statement: str = "マイナポイントのサイトにログインします。", asked_at: datetime | None = None) -> Question:
    return Question(ORIGIN, "n" * 64, statement, asked_at or timezone.now())


def answer(phone: Phone, asked: Question, person: str = "aoki") -> str:
    known = provider()
    assert known is not None
    return urlsplit(phone.pick(authorization_url(known, asked), person)).query


def verified(came: str, asked: Question, by: DigitalId | None = None) -> Verified:
    return (by or DigitalId()).verify(came, asked, now=clock.START)


def fault(came: str, asked: Question, by: DigitalId | None = None) -> OidcFault:
    with pytest.raises(OidcRefused) as refused:
        verified(came, asked, by)
    return refused.value.fault


def test_aoki_is_the_same_subject_each_time_and_ueno_is_another(phone: Phone) -> None:
    asked = question()

    people = [verified(answer(phone, asked, person), asked).who for person in ("aoki", "aoki", "ueno")]

    assert people[0] == people[1] == OpenIdSubject(phone.provider.issuer, phone.provider.subject("aoki"))
    assert people[2] == OpenIdSubject(phone.provider.issuer, phone.provider.subject("ueno"))


@pytest.mark.parametrize("mode", REFUSED)
def test_each_bad_answer_is_refused_for_its_own_reason_and_its_honest_twin_passes(
    phone: Phone, mode: Mode, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, back_end = question(), DigitalId()
    assert verified(answer(phone, asked), asked, back_end).proof
    phone.provider.mode, phone.provider.slow_seconds = mode, 1.0
    if mode is Mode.SLOW:
        monkeypatch.setattr(oidc_provider, "LIMITS", Limits(total_seconds=0.3))

    assert fault(answer(phone, asked), asked, back_end) is REFUSED[mode]


def test_every_mode_of_the_played_provider_is_judged() -> None:
    assert set(REFUSED) == set(Mode) - {Mode.HONEST}


def test_a_code_is_worth_something_once(phone: Phone) -> None:
    asked = question()
    came = answer(phone, asked)
    verified(came, asked)

    assert fault(came, asked) is OidcFault.CODE_REFUSED


def test_a_code_without_its_verifier_is_refused(phone: Phone, settings: Settings) -> None:
    asked = question()
    came = answer(phone, asked)
    settings.SECRET_KEY = "another hub's, so another verifier"

    assert fault(came, asked) is OidcFault.CODE_REFUSED


@pytest.mark.parametrize(
    "other",
    [{"statement": "〇〇ペイに申し込みます。"}, {"origin": "http://127.0.0.1:8000"}],
    ids=["statement", "origin"],
)
def test_an_answer_to_another_statement_is_refused(phone: Phone, other: dict[str, str]) -> None:
    asked = question()
    came = answer(phone, asked)
    swapped = Question(**{**dataclasses.asdict(asked), **other})
    phone.provider.client = dataclasses.replace(
        phone.provider.client, redirect_uris=(f"{ORIGIN}/phone/return/", f"{swapped.origin}/phone/return/")
    )

    expected = OidcFault.NONCE if "statement" in other else OidcFault.CODE_REFUSED
    assert fault(came, swapped) is expected
    assert len({nonce_of(asked), nonce_of(swapped), nonce_of(dataclasses.replace(asked, nonce="m" * 64))}) == 3


def test_an_authentication_of_before_the_step_is_refused(phone: Phone) -> None:
    asked = question(asked_at=timezone.now() + timedelta(minutes=2))

    assert fault(answer(phone, asked), asked) is OidcFault.ISSUED_AT


def test_who_cancels_or_whose_certificate_has_expired_is_told_so(phone: Phone) -> None:
    asked = question()

    assert fault(answer(phone, asked, ""), asked) is OidcFault.CANCELLED
    assert fault(answer(phone, asked, "ishida"), asked) is OidcFault.CANCELLED


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", OidcFault.RESPONSE_STATE),
        (f"state={'n' * 64}", OidcFault.RESPONSE),
        (f"state={'n' * 64}&code=", OidcFault.RESPONSE),
        (f"state={'n' * 64}&code=%E3%81%82", OidcFault.RESPONSE),
        (f"state={'n' * 64}&code=a&code=b", OidcFault.RESPONSE),
        (f"state={'n' * 64}&code={'a' * 5000}", OidcFault.RESPONSE),
        ("&".join(f"x{number}=1" for number in range(40)), OidcFault.RESPONSE),
        ("state=%FF%FE", OidcFault.RESPONSE_STATE),
    ],
)
def test_what_is_no_answer_never_reaches_the_provider(phone: Phone, query: str, expected: OidcFault) -> None:
    assert fault(query, question()) is expected
    assert phone.seen == []


def test_the_request_asks_for_nothing_but_who_it_is_and_to_ask_anew(phone: Phone) -> None:
    known = provider()
    assert known is not None

    fields = dict(parse_qsl(urlsplit(authorization_url(known, question())).query))

    assert fields["scope"] == "openid"
    assert (fields["prompt"], fields["max_age"], fields["acr_values"]) == ("login", "0", "aal3")
    assert fields["code_challenge_method"] == "S256"
    assert fields["nonce"] != fields["state"]


@pytest.mark.parametrize("key", [ECKey.generate_key("P-256"), RSAKey.generate_key(2048)], ids=["ES256", "RS256"])
def test_the_hub_proves_itself_with_either_key(tmp_path: Path, settings: Settings, key: ECKey | RSAKey) -> None:
    served, stop = serve(tmp_path, key=key)
    settings.OPENID = served.settings
    asked = question()

    assert verified(answer(served, asked), asked).proof
    stop()


def test_an_assertion_is_used_once_and_lives_a_minute(phone: Phone) -> None:
    known = provider()
    assert known is not None
    first, second = (jwt.decode(assertion(known), phone.provider.client.key).claims for _ in range(2))
    assert first["jti"] != second["jti"]
    assert first["exp"] - time.time() <= 60

    asked = question()
    verified(answer(phone, asked), asked)
    again = dict(parse_qsl(phone.seen[0].decode()))
    again["code"] = parse_qs(answer(phone, asked))["code"][0]
    with pytest.raises(Exception, match="used before"):
        phone.provider.exchange(again)


def test_invented_key_names_do_not_make_the_hub_ask_each_time(phone: Phone) -> None:
    asked, back_end = question(), DigitalId()
    verified(answer(phone, asked), asked, back_end)
    phone.provider.key = ECKey.generate_key("P-256")

    assert fault(answer(phone, asked), asked, back_end) is OidcFault.KEY_UNKNOWN, "asked half a minute ago at most"
    assert verified(answer(phone, asked), asked).proof, "a provider's new key is found when it is asked for"


def test_the_proof_can_be_verified_again_without_the_provider(phone: Phone) -> None:
    asked = question()
    proof = verified(answer(phone, asked), asked).proof

    token, key = proof.decode().split("\n")

    claims = jwt.decode(token, ECKey.import_key(json.loads(key)), algorithms=["ES256"]).claims
    assert claims["nonce"] == nonce_of(asked)
    assert claims["aud"] == CLIENT_ID
    assert "access_token" not in proof.decode()


def test_a_request_that_is_not_the_hubs_leads_nowhere(phone: Phone) -> None:
    known = provider()
    assert known is not None
    asked = dict(parse_qsl(urlsplit(authorization_url(known, question())).query))

    for name, value in [
        ("redirect_uri", "https://evil.example/"),
        ("client_id", "x"),
        ("code_challenge_method", "plain"),
    ]:
        with pytest.raises(AssertionError, match="Refused"):
            phone.pick(f"{known.authorize}?{urlencode(asked | {name: value})}", "aoki")
