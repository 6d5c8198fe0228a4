"""A port that is taken, told in one sentence before a server starts."""

from __future__ import annotations

import socket

import typer


def refuse_taken(host: str, port: int) -> None:
    """Return when a server can listen at ``host`` and ``port``. Raises typer.Exit(1), after saying why."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            typer.echo(f"Cannot listen at {host}:{port}: {error.strerror}. Choose another with --port.", err=True)
            raise typer.Exit(1) from error
