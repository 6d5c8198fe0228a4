"""What can be amiss between a program and a card, in words that say what to do: Japanese and English."""

from __future__ import annotations

from enum import Enum

from mynapoint.card.transport import CardGone


class Trouble(Enum):
    """Why no card can be used: each with what the person in front of it can do."""

    NO_PYSCARD = (
        "カードリーダーを使うためのソフトウェア(pyscard)が入っていません。"
        "pip install 'mynapoint[pcsc]' で入れてください(Debian では先に apt-get install libpcsclite-dev gcc pcscd)。",
        "Card readers need pyscard, which is not installed: pip install 'mynapoint[pcsc]' "
        "(on Debian first: apt-get install libpcsclite-dev gcc pcscd).",
    )
    NO_SERVICE = (
        "スマートカードのサービスが動いていません。Linux では pcscd を入れて起動してください(systemctl start pcscd)。",
        "The smart card service does not answer. On Linux install and start pcscd (systemctl start pcscd).",
    )
    NO_READER = (
        "カードリーダーがつながっていません。つないでから、もう一度お試しください。",
        "No card reader is connected. Connect one and try again.",
    )
    NO_CARD = (
        "カードがカードリーダーに置かれていません。置いてから、もう一度お試しください。",
        "No card lies on a reader. Lay one on it and try again.",
    )
    READER_GONE = (
        "カードリーダーが外されたか、見つかりません。つなぎ直してから、もう一度お試しください。",
        "The reader has been disconnected or is not there. Connect it again and try again.",
    )
    CARD_REMOVED = (
        "カードが途中で離れました。置き直して、最初からやり直してください。",
        "The card was removed during use. Lay it on the reader again and begin anew.",
    )
    CARD_RESET = (
        "ほかのプログラムがカードをリセットしました。最初からやり直してください。",
        "Another program has reset the card. Begin anew.",
    )
    CARD_BUSY = (
        "ほかのプログラムがカードを使っています。そのプログラムを終えてから、もう一度お試しください。",
        "Another program is using the card. End that program and try again.",
    )
    CARD_MUTE = (
        "カードが応答しません。向きや置き方を確かめて、置き直してください。",
        "The card does not answer. Check which way it lies and lay it on the reader again.",
    )
    OTHER = (
        "カードリーダーで問題が起きました。つなぎ直してから、もう一度お試しください。",
        "Something went wrong at the card reader. Connect it again and try again.",
    )

    def __init__(self, ja: str, en: str) -> None:
        self.ja = ja
        self.en = en

    def in_language(self, language: str) -> str:
        """Return the sentence in ``ja`` or ``en``."""
        return self.en if language == "en" else self.ja


class ReaderUnavailable(Exception):
    """No reader can be used at all: what is missing, and what to do."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble.en}{f' ({detail})' if detail else ''}")
        self.trouble = trouble


class CardLost(CardGone):
    """The card on one reader cannot be used, or no longer. ``reader`` is the reader's name."""

    def __init__(self, trouble: Trouble, reader: str, detail: str = "") -> None:
        super().__init__(f"{reader}: {trouble.en}{f' ({detail})' if detail else ''}")
        self.trouble = trouble
        self.reader = reader
