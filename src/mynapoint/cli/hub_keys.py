"""`mynapoint hub provider-key …` and `mynapoint hub key …`: change a key without refusing one honest request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from mynapoint.cli.hub_start import start_django
from mynapoint.cli.instants import instant

provider_keys = typer.Typer(
    no_args_is_help=True, help="The keys that providers sign with; several may be valid at once."
)
hub_keys = typer.Typer(
    no_args_is_help=True, help="The keys that the hub signs with, published at /.well-known/jwks.json."
)

KeyId = Annotated[str, typer.Argument(metavar="KEY-ID", help="Such as my-pay-2; never used again for another key.")]
Until = Annotated[str | None, typer.Option("--until", metavar="INSTANT", help="ISO 8601 with offset; default: now.")]


@provider_keys.command("add")
def add_provider_key(
    provider: Annotated[str, typer.Argument(help="The provider's short name, such as sample-pay.")],
    key_id: KeyId,
    public_key: Annotated[str, typer.Argument(metavar="PUBLIC-KEY", help="Ed25519, 64 hexadecimal characters.")],
    valid_from: Annotated[
        str | None, typer.Option("--from", metavar="INSTANT", help="ISO 8601 with offset; default: now.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="INSTANT", help="ISO 8601 with offset; default: without end.")
    ] = None,
) -> None:
    """Register a key beside those that are valid. The same key again changes nothing."""
    start_django()
    from django.core.exceptions import ValidationError

    from mynapoint.hub.payment_services.actions import KeyConflict, register_provider_key
    from mynapoint.hub.payment_services.models import Provider

    try:
        key = register_provider_key(
            provider=provider,
            key_id=key_id,
            public_key=_public(public_key),
            valid_from=_at(valid_from),
            valid_until=None if until is None else _at(until),
        )
    except Provider.DoesNotExist:
        raise typer.BadParameter(f"no provider {provider!r} is registered", param_hint="PROVIDER") from None
    except (KeyConflict, ValidationError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{key.key_id} of {provider} counts from {key.valid_from.isoformat()}")


@provider_keys.command("list")
def list_provider_keys(
    provider: Annotated[str | None, typer.Argument(help="A provider's short name; default: all.")] = None,
) -> None:
    """List keys: provider, key id, state, from, until, public key; separated by tabs."""
    start_django()
    from mynapoint.hub.payment_services.keys import provider_keys as known_keys

    for one in known_keys(now=datetime.now(UTC), provider=provider):
        until = one.valid_until.isoformat() if one.valid_until else "-"
        typer.echo("\t".join((one.provider, one.key_id, one.state, one.valid_from.isoformat(), until, one.public_key)))


@provider_keys.command("retire")
def retire_provider_key(
    key_id: KeyId,
    until: Until = None,
    even_the_last: Annotated[
        bool, typer.Option("--even-the-last", help="Also when the provider then has no key, such as after a theft.")
    ] = False,
) -> None:
    """Let a key end. Add the next one first and wait until the provider signs with it: then nobody is refused."""
    start_django()
    from mynapoint.hub.payment_services.keys import LastKey
    from mynapoint.hub.payment_services.keys import retire_provider_key as retire
    from mynapoint.hub.payment_services.models import ProviderKey

    try:
        key = retire(key_id=key_id, until=_at(until), now=datetime.now(UTC), even_the_last=even_the_last)
    except ProviderKey.DoesNotExist:
        raise typer.BadParameter(f"no key {key_id!r} is registered", param_hint="KEY-ID") from None
    except LastKey as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from None
    assert key.valid_until is not None
    typer.echo(f"{key_id} counts until {key.valid_until.isoformat()}")


@hub_keys.command("announce")
def announce(
    signs_from: Annotated[str, typer.Option("--from", metavar="INSTANT", help="From when it signs; ISO 8601.")],
) -> None:
    """Make the hub's next key and publish it; providers add it to provider.toml before it signs."""
    start_django()
    from mynapoint.hub.applications.secrets import KeyRefused, announce_key

    try:
        made = announce_key(signs_from=_at(signs_from), now=datetime.now(UTC))
    except KeyRefused as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{made.key.key_id} signs from {made.signs_from.isoformat()}")
    typer.echo(f"Public key of {made.key.key_id}, for providers: {made.key.public_bytes().hex()}")


@hub_keys.command("list")
def list_hub_keys() -> None:
    """List the hub's keys: key id, whether it signs, from when, public key; separated by tabs."""
    start_django()
    from mynapoint.hub.applications.secrets import hub_key, published_keys

    signing = hub_key().key_id
    for one in published_keys():
        state = "signs" if one.key.key_id == signing else "announced" if one.signs_from > datetime.now(UTC) else "past"
        typer.echo("\t".join((one.key.key_id, state, one.signs_from.isoformat(), one.key.public_bytes().hex())))


@hub_keys.command("retire")
def retire_hub_key(key_id: KeyId) -> None:
    """Remove a key that signs no more, secret and all."""
    start_django()
    from mynapoint.hub.applications.secrets import KeyRefused, retire_key

    try:
        retire_key(key_id)
    except KeyRefused as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{key_id} is gone")


def _at(text: str | None) -> datetime:
    return datetime.now(UTC) if text is None else instant(text).astimezone(UTC)


def _public(text: str) -> bytes:
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise typer.BadParameter("must be 64 hexadecimal characters", param_hint="PUBLIC-KEY")
    return raw
