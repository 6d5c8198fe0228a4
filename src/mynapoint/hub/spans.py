"""Spans: what a request waited for and how that ended, for OpenTelemetry; nothing at all until ``begin``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Whose work a span is."""

    OWN = "INTERNAL"
    ANSWERS = "SERVER"
    """a request that came to us"""
    ASKS = "CLIENT"
    """another machine is waited for"""


class Told(StrEnum):
    """Everything that a span may say beside its name and its times; each value is one of our own making."""

    ROUTE = "http.route"
    METHOD = "http.request.method"
    STATUS = "http.response.status_code"
    ADDRESS = "server.address"
    """A host of the configuration; never a payment service's, which would tell what somebody chose."""
    REQUEST_ID = "mynapoint.request_id"
    """The one of the log lines and of the answer's X-Request-Id."""
    ERROR = "error.type"
    """The class of an exception, never its words: they may hold what somebody typed."""


class Spanned:
    """The span that is open, for whoever has something to say about it."""

    def name(self, name: str) -> None:
        """Give it its name, where that is only known now."""

    def tell(self, told: Mapping[Told, str | int]) -> None:
        """Say something of it."""


def span(name: str, *, kind: Kind = Kind.OWN) -> AbstractContextManager[Spanned]:
    """Time a block, below whatever span is open in this thread; an exception goes on and leaves its class alone.

    ``name``  made of words of the code: never of what came in, nor of a row
    """
    return _NOTHING if _tracer is None else _spanning(name, kind)


def begin(tracer: Any) -> None:
    """From now on let spans be made by a tracer of OpenTelemetry; None: by nobody."""
    global _tracer  # noqa: PLW0603 - the one switch of this process
    _tracer = tracer


def is_on() -> bool:
    """Say whether spans are made."""
    return _tracer is not None


class _Recording(Spanned):
    def __init__(self, recorded: Any) -> None:
        self._recorded = recorded

    def name(self, name: str) -> None:
        self._recorded.update_name(name)

    def tell(self, told: Mapping[Told, str | int]) -> None:
        self._recorded.set_attributes({str(one): value for one, value in told.items()})


@contextmanager
def _spanning(name: str, kind: Kind) -> Iterator[Spanned]:
    from opentelemetry.trace import SpanKind, StatusCode

    opened = _tracer.start_as_current_span(
        name, kind=SpanKind[kind.value], record_exception=False, set_status_on_exception=False
    )
    with opened as recorded:
        try:
            yield _Recording(recorded)
        except BaseException as error:
            recorded.set_attribute(Told.ERROR.value, type(error).__qualname__)
            recorded.set_status(StatusCode.ERROR)
            raise


_tracer: Any = None
_NOTHING: AbstractContextManager[Spanned] = nullcontext(Spanned())
