"""The provider door: every machine request is signed by a registered key, once, and answered as problem+json if not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from mynapoint.exchange.signatures import BadSignature, verify_request
from mynapoint.hub.applications.models import UsedNonce
from mynapoint.hub.payment_services.models import PaymentService, Provider, ProviderKey
from mynapoint.hub.web import PROBLEM_JSON, ProblemCode

MEDIA_TYPE = "application/jsonl"
NONCE_LIFE = timedelta(hours=1)
"""Far beyond the two minutes a signed request is accepted in (exchange.signatures.LIFETIME)."""
BODY_BYTES_MAX = 10 * 1024 * 1024

OPENAPI_SIGNATURE = {
    "parameters": [
        {"in": "header", "name": name, "required": True, "schema": {"type": "string"}, "description": text}
        for name, text in (
            ("Signature", "RFC 9421, Ed25519, label and tag `mynapoint`"),
            ("Signature-Input", "covers @method, @target-uri, content-digest; created, expires, nonce, keyid"),
            ("Content-Digest", "RFC 9530, sha-256, of the body as sent; also when it is empty"),
        )
    ]
}
"""What every operation of the door asks for, in the published OpenAPI document."""


class Problem(Exception):
    """An answer of the door that is not a success: an HTTP status, a public code, one sentence for an operator."""

    def __init__(self, status: int, code: ProblemCode, title: str, **figures: object) -> None:
        super().__init__(title)
        self.status = status
        self.code = code
        self.title = title
        self.figures = figures


def problem_response(problem: Problem) -> HttpResponse:
    """Return a problem as RFC 9457 problem+json."""
    members: dict[str, Any] = {
        "type": f"urn:mynapoint:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        **problem.figures,
    }
    return JsonResponse(members, status=problem.status, content_type=PROBLEM_JSON)


def signed_by(request: HttpRequest) -> ProviderKey:
    """Return the registered key that signed this request, as it stands and for the first time. Raises Problem."""
    try:
        if int(request.headers.get("Content-Length") or 0) > BODY_BYTES_MAX:
            raise Problem(413, ProblemCode.BODY_TOO_LONG, f"A body may have at most {BODY_BYTES_MAX} bytes.")
    except ValueError as error:
        raise Problem(400, ProblemCode.BAD_REQUEST, "Content-Length must be a number.") from error
    try:
        signed = verify_request(
            method=str(request.method),
            url=request.build_absolute_uri(),
            headers=request.headers,
            body=request.body,
            public_key_of=_public_key,
        )
        with transaction.atomic():
            UsedNonce.objects.create(key_id=signed.key_id, nonce=signed.nonce[:128], used_at=timezone.now())
    except (BadSignature, IntegrityError) as error:
        raise Problem(
            401,
            ProblemCode.NOT_SIGNED,
            "The request is not signed, as it stands and for the first time, by a registered key.",
        ) from error
    return ProviderKey.objects.select_related("provider").get(key_id=signed.key_id)


def own_service(provider: Provider, number: str) -> PaymentService:
    """Return one of the provider's own payment services. Raises Problem (404), the same for others' as for none."""
    service = PaymentService.objects.filter(provider=provider, number=number).first()
    if service is None:
        raise Problem(404, ProblemCode.UNKNOWN_SERVICE, "No payment service of yours has this number.")
    return service


def purge_nonces() -> int:
    """Remove nonces of requests that are too old to be accepted anyway; return how many."""
    removed, _ = UsedNonce.objects.filter(used_at__lt=timezone.now() - NONCE_LIFE).delete()
    return removed


def _public_key(key_id: str) -> bytes | None:
    key = ProviderKey.objects.filter(key_id=key_id).first()
    return bytes.fromhex(key.public_key) if key and key.is_valid(timezone.now()) else None
