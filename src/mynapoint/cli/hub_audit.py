"""`mynapoint hub seal` and `hub verify-audit`: the audit record as a signed log, and whether it still is as it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from mynapoint.cli.hub_start import start_django

if TYPE_CHECKING:
    from mynapoint.hub.audit.verification import Verified


def seal() -> None:
    """Seal the audit records that wait for it, and print the log's head: keep it where nobody of the hub can change it.

    `hub jobs` does the same every few minutes.
    """
    start_django()
    from django.utils import timezone

    from mynapoint.hub.applications.secrets import hub_key
    from mynapoint.hub.audit.sealing import seal as seal_records

    sealed = seal_records(hub_key(), now=timezone.now())
    typer.echo(f"{sealed.records} records sealed")
    if sealed.checkpoint is not None:
        typer.echo(f"head of the log: {sealed.checkpoint.size}:{bytes(sealed.checkpoint.root).hex()}")


def verify_audit(
    kept: Annotated[
        list[str] | None, typer.Option(help="SIZE:ROOT, a head that `hub seal` printed one day; may be repeated.")
    ] = None,
    record: Annotated[int | None, typer.Option(help="Print the proof that this record is in the log, as JSON.")] = None,
    public_key: Annotated[
        list[str] | None,
        typer.Option(
            help="KEY_ID=HEX, a public key of the hub that is retired; or all, where its folder is not trusted."
        ),
    ] = None,
) -> None:
    """Recompute the whole log from the records; exit status 1 when one was changed, removed or put in, and which."""
    start_django()
    from mynapoint.hub.applications.secrets import published_keys
    from mynapoint.hub.audit.verification import KnownHead, verify

    if record is not None:
        _prove(record)
        return
    try:
        keys = {one.key.key_id: one.key.public_bytes() for one in published_keys()}
        keys |= {name: bytes.fromhex(told) for name, _, told in (one.partition("=") for one in public_key or [])}
        heads = [
            KnownHead(int(size), bytes.fromhex(root)) for size, _, root in (one.partition(":") for one in kept or [])
        ]
    except ValueError as error:
        typer.echo(f"--kept takes SIZE:ROOT and --public-key KEY_ID=HEX: {error}", err=True)
        raise typer.Exit(2) from error
    found = verify(keys.get, kept=heads)
    _tell(found)
    if found.faults:
        raise typer.Exit(1)


def _tell(found: Verified) -> None:
    for fault in found.faults:
        typer.echo(fault, err=True)
    if found.erased:
        typer.echo(f"erased with their salts, {len(found.erased)}: {', '.join(map(str, found.erased))}")
    typer.echo(
        f"{found.sealed} records under {found.checkpoints} checkpoints, {found.unsealed} not sealed yet, "
        f"{len(found.faults)} faults"
    )
    typer.echo(f"head of the log: {found.sealed}:{found.root.hex()}")


def _prove(record: int) -> None:
    from mynapoint.hub.audit.verification import inclusion

    shown = inclusion(record)
    if shown is None:
        typer.echo(f"record {record} is not sealed", err=True)
        raise typer.Exit(1)
    proof = {
        "record": json.loads(shown.record),
        "salt": shown.salt.hex(),
        "index": shown.index,
        "size": shown.size,
        "proof": [one.hex() for one in shown.proof],
        "root": shown.root.hex(),
        "note": shown.note.decode(),
        "signature": shown.signature.hex(),
    }
    typer.echo(json.dumps(proof, ensure_ascii=False, indent=1))
