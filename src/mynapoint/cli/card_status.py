"""`mynapoint card status`: which cards lie on which readers, their tries left and validity; or what is missing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from mynapoint.cli.programme_options import InLanguage, Language

if TYPE_CHECKING:
    from mynapoint.card.jpki import JpkiCard
    from mynapoint.card.transport import Transport

_EMULATED = "JPKI-EMU"
_WORDS = {
    "tries": ("暗証番号はあと{tries}回まで", "{tries} tries left"),
    "locked": ("暗証番号がロックされています(市区町村の窓口で再設定できます)", "PIN LOCKED"),
    "valid": ("有効期間 {first} から {last} まで", "valid {first} to {last}"),
    "emulated": ("模擬カード", "EMULATED"),
    "no_card": ("カードが置かれていません", "no card"),
    "not_jpki": ("マイナンバーカードではありません", "not a My Number Card"),
    "unreadable": ("カードを読み取れません({error})", "the card cannot be read ({error})"),
    "without": (
        "カードリーダーがなくても試せます: mynapoint card issue FOLDER --on 日付、続けて --emulated FOLDER",
        "Without a reader: mynapoint card issue FOLDER --on DAY, then --emulated FOLDER",
    ),
}


def status(
    emulated: Annotated[
        Path | None, typer.Option(help="Use the emulated cards of this folder (see `card issue`).", file_okay=False)
    ] = None,
    wait: Annotated[float, typer.Option(metavar="SECONDS", min=0, help="Wait so long for a card to be laid on.")] = 0,
    trace: Annotated[bool, typer.Option("--trace", help="Print each command and answer too; never a PIN.")] = False,
    language: InLanguage = Language.JA,
) -> None:
    """Show each card's tries left and its certificate's validity; costs no try. Says what is missing to read one."""
    from mynapoint.card.trouble import ReaderUnavailable, Trouble

    try:
        seen = _emulated(emulated) if emulated else _on_readers(wait)
    except ReaderUnavailable as error:
        _end(f"{error.trouble.in_language(language)}\n{_word('without', language)}")
    if not any(seen.values()):
        _end("\n".join([Trouble.NO_CARD.in_language(language), *seen]))
    looked_at = [_line(name, connect, trace, language) for name, connect in seen.items()]
    for line, _ in looked_at:
        typer.echo(line)
    if not any(readable for _, readable in looked_at):
        raise typer.Exit(1)


Connect = Callable[[], "Transport"]
"""Opens the card on one reader."""


def _on_readers(wait: float) -> dict[str, Connect | None]:
    """Return each reader's name and how to open its card; None where none lies. Raises ReaderUnavailable."""
    from mynapoint.card.reader import PcscTransport, reader_names, readers_with_card, wait_for_card

    with_card = wait_for_card(wait) if wait else []
    with_card = with_card or readers_with_card()
    return {name: partial(PcscTransport, name) if name in with_card else None for name in reader_names()}


def _emulated(folder: Path) -> dict[str, Connect | None]:
    from mynapoint.card.emulator.cards import card_names, open_card

    names = card_names(folder)
    if not names:
        _end(f"{folder} holds no emulated cards. Make some: mynapoint card issue {folder} --on 2022-07-15")
    return {name: partial(open_card, folder, name) for name in names}


def _line(name: str, connect: Connect | None, trace: bool, language: str) -> tuple[str, bool]:
    """Return what there is to say of one reader, and whether its card could be read."""
    from mynapoint.card.jpki import CardError, JpkiCard, NotJpki
    from mynapoint.card.reader import CardLost, ReaderUnavailable
    from mynapoint.card.transport import CardGone, TracedTransport

    if connect is None:
        return f"{name:8} {_word('no_card', language)}", False
    try:
        transport = connect()
        if trace:
            transport = TracedTransport(transport, lambda line: typer.echo(f"{name} {line}", err=True))
        with JpkiCard(transport) as card:
            return f"{name:8} {_card_words(card, language)}", True
    except NotJpki:
        said = _word("not_jpki", language)
    except (CardLost, ReaderUnavailable) as error:
        said = error.trouble.in_language(language)
    except (CardError, CardGone) as error:
        said = _word("unreadable", language, error=error)
    return f"{name:8} {said}", False


def _card_words(card: JpkiCard, language: str) -> str:
    from cryptography import x509

    from mynapoint.programme.values import tokyo_day

    tries = card.tries_left()
    try:
        certificate = x509.load_der_x509_certificate(card.auth_certificate())
    except ValueError as error:
        return _word("unreadable", language, error=error)
    first, last = tokyo_day(certificate.not_valid_before_utc), tokyo_day(certificate.not_valid_after_utc)
    organisations = certificate.issuer.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    emulated = any(attribute.value == _EMULATED for attribute in organisations)
    words = [
        _word("tries", language, tries=tries) if tries else _word("locked", language),
        _word("valid", language, first=first, last=last),
        *([_word("emulated", language)] if emulated else []),
    ]
    return "  ".join(words)


def _word(key: str, language: str, **figures: object) -> str:
    ja, en = _WORDS[key]
    return (en if language == "en" else ja).format(**figures)


def _end(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)
