"""Which cards the agent may use: those on PC/SC readers, or the emulated ones of a folder."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mynapoint.card.emulator.cards import card_label, cards_on_reader, open_card
from mynapoint.card.jpki import CardError, JpkiCard
from mynapoint.card.reader import PcscTransport, ReaderUnavailable, card_presence, readers_with_card
from mynapoint.card.transport import CardGone, Transport

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CardInReader:
    """One card that can be chosen: its id within this agent, and what people call it in Japanese and English."""

    id: str
    ja: str
    en: str


class Readers(Protocol):
    """The readers of this machine."""

    @property
    def emulated(self) -> bool:
        """Whether these are emulated cards, and none can be a real one."""
        ...

    def cards(self) -> Sequence[CardInReader]:
        """Return the cards that lie on a reader now, in a stable order."""
        ...

    def connect(self, card_id: str) -> Transport:
        """Open one card, alone, until it is closed. Raises CardGone."""
        ...

    def presence(self, card_id: str) -> str:
        """Name the stay of the card that lies there now: another text after it left and came back; empty: none does."""
        ...


@dataclass(frozen=True, slots=True)
class EmulatedReaders:
    """The cards of a city made by ``emulator.issue``; visibly not real."""

    folder: Path
    emulated: bool = True

    def cards(self) -> Sequence[CardInReader]:
        return [
            CardInReader(name, f"{card_label(self.folder, name)}さんのカード", f"{name.capitalize()}’s card")
            for name in cards_on_reader(self.folder)
        ]

    def connect(self, card_id: str) -> Transport:
        if card_id not in cards_on_reader(self.folder):
            raise CardGone(f"the emulated card {card_id!r} does not lie on its reader")
        return open_card(self.folder, card_id)

    def presence(self, card_id: str) -> str:
        return card_id if card_id in cards_on_reader(self.folder) else ""


@dataclass(frozen=True, slots=True)
class PcscReaders:
    """The card readers of this machine, each known by its name."""

    emulated: bool = False

    def cards(self) -> Sequence[CardInReader]:
        try:
            names = readers_with_card()
        except ReaderUnavailable as error:
            _log.warning("no card can be read: %s", error)
            return []
        return [CardInReader(name, f"カードリーダー「{name}」のカード", f"The card on {name}") for name in names]

    def connect(self, card_id: str) -> Transport:
        try:
            return PcscTransport(card_id)
        except ReaderUnavailable as error:
            raise CardGone(str(error)) from error

    def presence(self, card_id: str) -> str:
        try:
            return card_presence(card_id)
        except ReaderUnavailable:
            return ""


@dataclass(frozen=True, slots=True)
class CardSeen:
    """A card as the page shows it. ``tries_left`` is None when the card could not be asked."""

    card: CardInReader
    tries_left: int | None


def look(readers: Readers) -> list[CardSeen]:
    """Ask every card for its tries left; asking costs none, and each card is reset and let go."""
    return [CardSeen(card, _tries_left(readers, card.id)) for card in readers.cards()]


def _tries_left(readers: Readers, card_id: str) -> int | None:
    try:
        with JpkiCard(readers.connect(card_id)) as card:
            return card.tries_left()
    except (CardError, CardGone):
        return None
