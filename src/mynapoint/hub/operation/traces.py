"""Traces for OpenTelemetry, where ``MYNAPOINT_TRACES`` names a collector: requests, statements, machines asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from mynapoint.hub import spans
from mynapoint.hub.spans import Kind, Spanned, span

SERVICE = "mynapoint-hub"
_VERB = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|SAVEPOINT|RELEASE|ROLLBACK|WITH)\b")
_TABLE = re.compile(r'(?:FROM|INTO|UPDATE) "(\w+)"')


def export_to(address: str) -> None:
    """Send spans to a collector (OTLP over HTTP, the whole address with ``/v1/traces``), from a thread of its own.

    A collector that is gone or slow holds nobody up: spans are dropped. How many requests are traced, and how many
    spans wait, is said as OpenTelemetry says it (OTEL_TRACES_SAMPLER, OTEL_BSP_…). No trace goes on from outside:
    whoever sends a request may not choose under which name it is kept.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise ImproperlyConfigured("MYNAPOINT_TRACES needs OpenTelemetry: pip install 'mynapoint[otel]'") from error
    keep_with(BatchSpanProcessor(OTLPSpanExporter(endpoint=address)))


def keep_with(processor: Any) -> Any:
    """Give every span to a processor of OpenTelemetry; return the provider, which can be shut down."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}))
    provider.add_span_processor(processor)
    spans.begin(provider.get_tracer("mynapoint.hub"))
    return provider


def request() -> AbstractContextManager[Spanned]:
    """Open the span of a request that came to us, and one for each statement of it that goes through Django."""
    return _request() if spans.is_on() else span("request")


@contextmanager
def _request() -> Iterator[Spanned]:
    with span("request", kind=Kind.ANSWERS) as spanned, connection.execute_wrapper(_statement):
        yield spanned


def _statement(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    with span(statement_name(sql), kind=Kind.ASKS):
        return execute(sql, *rest)


@lru_cache(maxsize=4096)
def statement_name(sql: str) -> str:
    """Return verb and table of a statement as Django writes it; of anything else the verb, or ``statement``.

    A table is named only where it is one of the hub's own, so that no text within a statement gets into a name.
    """
    verb, table = _VERB.match(sql), _TABLE.search(sql)
    if verb is None:
        return "statement"
    known = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    return f"{verb[1]} {table[1]}" if table and table[1] in known else verb[1]
