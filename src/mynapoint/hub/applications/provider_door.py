"""The provider door: every request of a machine is signed by a registered key, once, and bounded before it is read."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from queue import Empty, SimpleQueue
from typing import Concatenate, ParamSpec

from django.db import IntegrityError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from mynapoint.exchange.signatures import BadSignature, has_digest, verify_headers
from mynapoint.hub.applications.models import UsedNonce
from mynapoint.hub.audit.unknown_outcome import is_undone
from mynapoint.hub.payment_services.models import PaymentService, Provider, ProviderKey
from mynapoint.hub.problems import Problem, ProblemCode

MEDIA_TYPE = "application/jsonl"
NONCE_LIFE = timedelta(hours=1)
"""Far beyond the two minutes a signed request is accepted in (exchange.signatures.LIFETIME)."""
BODY_BYTES_MAX = 16 * 1024 * 1024
"""50,000 lines of some 250 bytes, and room."""
BODY_SECONDS_MAX = 30

_ACCEPTED = re.compile(r"(?:^|,)\s*(?:application/jsonl|application/\*|\*/\*)\s*(?:;|,|$)", re.IGNORECASE)
_NO_MEDIA = re.compile(r";\s*q=0(\.0*)?\s*$")
_SENT_AS = re.compile(r"application/jsonl(\s*;\s*charset=\"?utf-8\"?)?\s*", re.IGNORECASE)
_BODIES_AT_ONCE = threading.BoundedSemaphore(32)

Parameters = ParamSpec("Parameters")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that may be answered: who signed it, and its body as it stands."""

    key: ProviderKey
    body: bytes


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter: a pattern the whole value has; a whole number has bounds. ``default`` None: needed."""

    pattern: str
    description: str
    default: str | None = None
    least: int | None = None
    most: int | None = None


def door(
    method: str,
) -> Callable[[Callable[Concatenate[HttpRequest, Asked, Parameters], HttpResponse]], Callable[..., HttpResponse]]:
    """Let a view answer one method for providers: signed, bounded and read before it is asked.

    What a stranger sends is never read: the signature is over the headers, and they are checked first.
    """

    def decorate(
        view: Callable[Concatenate[HttpRequest, Asked, Parameters], HttpResponse],
    ) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
            if request.method != method:
                raise Problem(ProblemCode.METHOD_NOT_ALLOWED, headers={"Allow": method})
            _check_headers(request, has_body=method == "POST")
            try:
                return view(request, signed_by(request, has_body=method == "POST"), *args, **kwargs)
            except OperationalError as error:
                raise Problem(ProblemCode.BUSY if is_undone(error) else ProblemCode.OUTCOME_UNKNOWN) from error

        return answer

    return decorate


def signed_by(request: HttpRequest, *, has_body: bool) -> Asked:
    """Return who signed this request, as it stands and for the first time, and its body. Raises Problem."""
    key = _key_named(request.headers.get("Signature-Input", ""))
    if key is None:
        raise _not_signed("unknown_key")
    if not key.is_valid(timezone.now()):
        raise _not_signed("key_not_in_force")
    try:
        signed = verify_headers(
            method=str(request.method),
            url=request.build_absolute_uri(),
            headers=request.headers,
            public_key_of={key.key_id: bytes.fromhex(key.public_key)}.get,
        )
    except BadSignature as error:
        raise _not_signed("bad_signature") from error
    body = _body(request) if has_body else b""
    if not has_digest(body, request.headers.get("Content-Digest", "")):
        raise _not_signed("other_body")
    try:
        with transaction.atomic():
            UsedNonce.objects.create(key_id=signed.key_id, nonce=signed.nonce, used_at=timezone.now())
    except IntegrityError as error:
        raise _not_signed("replayed") from error
    return Asked(key, body)


def own_service(provider: Provider, number: str) -> PaymentService:
    """Return one of the provider's own payment services. Raises Problem (404), the same for others' as for none."""
    service = PaymentService.objects.filter(provider=provider, number=number).first()
    if service is None:
        raise Problem(ProblemCode.UNKNOWN_SERVICE)
    return service


def read_query(request: HttpRequest, parameters: Mapping[str, Parameter]) -> dict[str, str]:
    """Return the query's values; an unknown, doubled, missing or ill-shaped one is refused by name. Raises Problem."""
    given = list(request.GET.lists())
    wrong = {name for name, values in given if name not in parameters or len(values) != 1}
    values = {name: one.default for name, one in parameters.items()} | {name: values[0] for name, values in given}
    wrong |= {name for name, one in parameters.items() if not _fits(values[name], one)}
    if wrong:
        fields = sorted(ascii(name[:64])[1:-1] for name in wrong)
        raise Problem(ProblemCode.MALFORMED, f"Unknown, missing or wrong: {', '.join(fields)}.", fields=fields)
    return {name: value for name, value in values.items() if value is not None}


def purge_nonces() -> int:
    """Remove nonces of requests that are too old to be accepted anyway; return how many."""
    removed, _ = UsedNonce.objects.filter(used_at__lt=timezone.now() - NONCE_LIFE).delete()
    return removed


def _not_signed(why: str) -> Problem:
    """Say no more than that to whoever asks; why is counted, of a closed list (operation.metrics)."""
    problem = Problem(ProblemCode.NOT_SIGNED)
    problem.counted_as = why
    return problem


def _fits(value: str | None, parameter: Parameter) -> bool:
    if value is None or not re.fullmatch(parameter.pattern, value, re.ASCII):
        return False
    return parameter.least is None or parameter.most is None or parameter.least <= int(value) <= parameter.most


def _check_headers(request: HttpRequest, *, has_body: bool) -> None:
    accept = request.headers.get("Accept", "*/*")
    if not _ACCEPTED.search(accept) or _NO_MEDIA.search(accept):
        raise Problem(ProblemCode.NOT_ACCEPTABLE)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Problem(ProblemCode.UNSUPPORTED_ENCODING)
    length = request.headers.get("Content-Length") or ""
    if "Transfer-Encoding" in request.headers:
        raise Problem(ProblemCode.LENGTH_REQUIRED)
    if length and not re.fullmatch("[0-9]{1,18}", length, re.ASCII):
        raise Problem(ProblemCode.BAD_REQUEST, "Content-Length must be a number.")
    if not has_body:
        if int(length or 0):
            raise Problem(ProblemCode.BODY_TOO_LONG, "This address takes no body.")
        return
    if not length:
        raise Problem(ProblemCode.LENGTH_REQUIRED)
    if int(length) > BODY_BYTES_MAX:
        raise Problem(ProblemCode.BODY_TOO_LONG, f"A body may have at most {BODY_BYTES_MAX} bytes.")
    if not _SENT_AS.fullmatch(request.headers.get("Content-Type", "")):
        raise Problem(ProblemCode.UNSUPPORTED_MEDIA_TYPE)


def _body(request: HttpRequest) -> bytes:
    # Reading blocks until the sender has sent; so it is done beside, and waited for as long as a body may take. When
    # the answer is sent the server closes the line, and a reader left behind ends.
    length = int(request.headers["Content-Length"])
    if not _BODIES_AT_ONCE.acquire(blocking=False):
        raise Problem(ProblemCode.BUSY)
    done: SimpleQueue[bytes] = SimpleQueue()

    def read() -> None:
        try:
            done.put(request.read(length))
        except OSError:
            done.put(b"")
        finally:
            _BODIES_AT_ONCE.release()

    threading.Thread(target=read, daemon=True).start()
    try:
        body = done.get(timeout=BODY_SECONDS_MAX)
    except Empty:
        raise Problem(ProblemCode.TOO_SLOW) from None
    if len(body) != length:
        raise Problem(ProblemCode.BAD_REQUEST, "The body ended early.")
    return body


def _key_named(signature_input: str) -> ProviderKey | None:
    named = re.search(r';keyid="([\x20-\x21\x23-\x5b\x5d-\x7e]{1,64})"', signature_input)
    return ProviderKey.objects.select_related("provider").filter(key_id=named[1]).first() if named else None
