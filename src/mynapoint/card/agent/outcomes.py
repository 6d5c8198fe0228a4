"""What became of the holder's answer: a problem to put right on the page, or an outcome for the site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mynapoint.card.agent.words import Language, words
from mynapoint.card.jpki import LastTry, MalformedPin, WrongPin

Error = Literal["cancelled", "pin_locked", "no_card", "card_error"]
"""Why there is no token: the closed list a site may receive."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the holder's last answer did not lead to a signature: the key of its sentence, and tries left if known."""

    key: str
    card_id: str = ""
    tries_left: int | None = None

    @classmethod
    def of(cls, error: WrongPin | MalformedPin | LastTry, card_id: str) -> Problem:
        """Return what to say about a PIN that was not accepted."""
        match error:
            case WrongPin(tries_left=1):
                return cls("wrong_pin_one", card_id)
            case WrongPin():
                return cls("wrong_pin", card_id, error.tries_left)
            case MalformedPin():
                return cls("malformed_pin", card_id)
            case _:
                return cls("last_try_unconfirmed", card_id)

    @property
    def about_pin(self) -> bool:
        """Whether the PIN's field is the one to put right."""
        return self.key not in {"choose_card", "answered"}

    def sentence(self, language: Language) -> str:
        """Return it in words, in ``ja`` or ``en``."""
        return words(language)[self.key].format(tries=self.tries_left)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the site receives: a token as JSON text, or the error that says why there is none."""

    token: str = ""
    error: Error | None = None
