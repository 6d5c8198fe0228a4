"""The hub's only outbound client: asks a provider whether an account and its security codes belong together."""

from __future__ import annotations

import json
import logging
import time

import httpx

from mynapoint.exchange.codec import LINE_BYTES_MAX, MalformedMessage, decode, encode
from mynapoint.exchange.messages import AccountProof, AccountProofRefused, AccountProofRequest
from mynapoint.exchange.signatures import BadSignature, PublicKeyOf, SigningKey, sign_request, verify_document
from mynapoint.hub.applications.provider_circuits import way_to
from mynapoint.hub.spans import Kind, Told, span

PATH = "/v1/account-proofs"
TIMEOUT = httpx.Timeout(4, connect=2)
DEADLINE_SECONDS = 6
"""For the whole answer: a provider that sends a byte a second does not hold the resident up."""

_log = logging.getLogger(__name__)


class ProviderUnavailable(Exception):
    """No usable answer: unreachable, too slow, or not what was agreed. The same request may be sent again."""


class ProviderBusy(ProviderUnavailable):
    """As many ask this provider as may at once; nothing was sent."""


class OtherContent(Exception):
    """The provider knows this request id with other content; a new id is needed."""


def ask(
    request: AccountProofRequest, *, api_url: str, key: SigningKey, provider_key_of: PublicKeyOf
) -> AccountProof | AccountProofRefused:
    """Return the provider's answer, checked: it is about this request, and its proof is signed by the provider.

    ``api_url``          the account API's base address, without a trailing slash
    ``provider_key_of``  the public keys of this provider only
    Raises               ProviderUnavailable, ProviderBusy, OtherContent. None, nor a log line, names account or codes.
    """
    if not api_url:
        raise ProviderUnavailable("this provider is not connected")
    way = way_to(api_url)
    with way.bulkhead.place() as has_place:
        if not has_place:
            raise ProviderBusy
        if not way.circuit.lets_through():
            raise ProviderUnavailable("it has not answered for a while, and is not asked now")
        try:
            told = _ask(request, api_url=api_url, key=key, provider_key_of=provider_key_of)
        except ProviderUnavailable as error:
            way.circuit.failed(str(error))
            raise
        except OtherContent:
            way.circuit.answered()
            raise
        way.circuit.answered()
        return told


def _ask(
    request: AccountProofRequest, *, api_url: str, key: SigningKey, provider_key_of: PublicKeyOf
) -> AccountProof | AccountProofRefused:
    body = encode(request)
    url = api_url.rstrip("/") + PATH
    try:
        with span("ask for an account proof", kind=Kind.ASKS) as spanned:
            status, answer = _post(url, body, sign_request(key, method="POST", url=url, body=body))
            spanned.tell({Told.STATUS: status})
    except httpx.HTTPError as error:
        _log.warning("account proof at %s: %s", url, type(error).__name__)
        raise ProviderUnavailable(type(error).__name__) from error
    if status == 422:
        raise OtherContent
    if status != 200:
        _log.warning("account proof at %s: HTTP %d", url, status)
        raise ProviderUnavailable(f"HTTP {status}")
    try:
        told = decode(answer, AccountProof, AccountProofRefused)
        assert isinstance(told, AccountProof | AccountProofRefused)
        _check(told, request, provider_key_of)
    except (MalformedMessage, BadSignature) as error:
        _log.warning("account proof at %s: not what was agreed: %s", url, error)
        raise ProviderUnavailable("not what was agreed") from error
    return told


def _post(url: str, body: bytes, signature: dict[str, str]) -> tuple[int, bytes]:
    ends_at = time.monotonic() + DEADLINE_SECONDS
    headers = {**signature, "Content-Type": "application/jsonl"}
    with (
        httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
        client.stream("POST", url, content=body, headers=headers) as response,
    ):
        answer = b""
        for chunk in response.iter_bytes():
            answer += chunk
            if len(answer) > LINE_BYTES_MAX or time.monotonic() > ends_at:
                raise httpx.ReadTimeout("the answer is too long or too slow")
        return response.status_code, answer


def _check(
    told: AccountProof | AccountProofRefused, request: AccountProofRequest, provider_key_of: PublicKeyOf
) -> None:
    if told.request_id != request.request_id:
        raise BadSignature("the answer is about another request")
    if isinstance(told, AccountProofRefused):
        return
    # Japanese names are often written with an ideographic space, which Python does not count as printable.
    sizes = ((told.account_reference, 128), (told.masked_holder.replace("\u3000", " "), 64))
    if any(not text or len(text) > longest or not text.isprintable() for text, longest in sizes):
        raise BadSignature("account reference or masked holder is empty, too long or not plain text")
    _, payload = verify_document(told.proof, provider_key_of)
    try:
        proved = json.loads(payload)
    except ValueError as error:
        raise BadSignature("the proof is not JSON") from error
    wanted = {
        "request_id": request.request_id,
        "service_number": request.service_number.text,
        "incentive": request.incentive,
        "account_reference": told.account_reference,
    }
    if not isinstance(proved, dict) or any(proved.get(name) != value for name, value in wanted.items()):
        raise BadSignature("the proof is about another request")
