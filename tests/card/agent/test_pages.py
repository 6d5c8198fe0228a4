"""What the holder sees at the agent, and what comes back to the site."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from card.agent.holder import CHALLENGE, NONCE, OWN_NAVIGATION, SITE, STATEMENT, Holder, Page
from mynapoint.card.agent.challenges import TICKET_LIFE_SECONDS, TICKETS_MAX
from mynapoint.card.agent.readers import CardInReader, EmulatedReaders
from mynapoint.card.agent.words import WORDS
from mynapoint.card.emulator.cards import open_card
from mynapoint.card.jpki import JpkiCard
from mynapoint.card.transport import CardGone, Transport
from mynapoint.exchange import card_token


def tries_left(folder: Path, name: str) -> int:
    with JpkiCard(open_card(folder, name)) as card:
        return card.tries_left()


def test_the_page_names_the_site_the_statement_and_each_cards_tries(holder: Holder) -> None:
    page = holder.arrives()

    assert page.status == 200
    assert SITE in page.words
    assert STATEMENT in page.response.text
    for label in ("青木さんのカード", "石田さんのカード", "上野さんのカード"):
        assert label in page.words
    assert page.words.count("暗証番号はあと3回まで") == 3
    assert "模擬カードです。本物のマイナンバーカードではありません。" in page.words


def test_the_page_is_also_in_english(holder: Holder) -> None:
    page = holder.arrives(lang="en")

    assert "Check the request and sign it with your card" in page.words
    assert "Aoki’s card" in page.words
    assert "3 PIN tries left" in page.words


def test_the_language_can_be_switched_on_the_page(holder: Holder) -> None:
    page = holder.arrives()
    english = holder.get(str(page.response.url) + "?lang=en")

    assert 'href="?lang=en"' in page.response.text
    assert "What you will sign" in english.words
    assert "Enter the PIN as 4 digits" in holder.signs(english, pin="").words


def test_every_sentence_exists_in_both_languages() -> None:
    assert all(ja.strip() and en.strip() for ja, en in WORDS.values())


def test_the_right_pin_delivers_a_token_the_site_can_verify(holder: Holder) -> None:
    delivery = holder.signs(holder.arrives())

    form = delivery.forms[0]
    assert form.action == CHALLENGE["return_url"]
    assert set(form.hidden) == {"nonce", "token"}
    assert form.hidden["nonce"] == NONCE
    token = card_token.decode(form.hidden["token"])
    card_token.verify_signature(token, origin=SITE, nonce=NONCE, statement=STATEMENT)


def test_the_statement_survives_the_line_ends_of_a_browsers_form(holder: Holder) -> None:
    delivery = holder.signs(holder.arrives(statement=STATEMENT.replace("\n", "\r\n")))

    token = card_token.decode(delivery.forms[0].hidden["token"])
    card_token.verify_signature(token, origin=SITE, nonce=NONCE, statement=STATEMENT)


def test_the_delivery_may_go_to_the_sites_origin_and_nowhere_else(holder: Holder) -> None:
    delivery = holder.signs(holder.arrives())

    policy = delivery.response.headers["content-security-policy"]
    assert f"form-action {SITE}" in policy
    assert "form-action 'self'" not in policy
    assert delivery.response.headers["referrer-policy"] == "origin"
    assert "data-deliver" in delivery.forms[0].attributes
    assert "サイトに戻る" in delivery.words


def test_a_wrong_pin_says_how_many_tries_are_left(holder: Holder) -> None:
    page = holder.signs(holder.arrives(), pin="9999")

    assert "暗証番号が違います。あと2回" in page.words
    assert "暗証番号はあと2回まで" in page.words
    assert 'role="alert"' in page.response.text
    assert 'value="aoki" checked' in page.response.text


def test_the_last_try_needs_the_holders_tick(holder: Holder, own_city: Path) -> None:
    page = holder.signs(holder.signs(holder.arrives(), pin="9999"), pin="9998")
    assert "暗証番号が違います。あと1回" in page.words

    unticked = holder.signs(page, pin="1234")
    assert "残り1回です" in unticked.words
    assert tries_left(own_city, "aoki") == 1

    other_card_ticked = holder.signs(unticked, pin="1234", last_try="ueno")
    assert tries_left(own_city, "aoki") == 1

    assert "token" in holder.signs(other_card_ticked, pin="1234", last_try="aoki").forms[0].hidden


def test_the_third_wrong_pin_locks_and_the_way_back_says_so(holder: Holder, own_city: Path) -> None:
    page = holder.signs(holder.signs(holder.arrives(), pin="9999"), pin="9998")

    locked = holder.signs(page, pin="9997", last_try="aoki")

    assert "暗証番号がロックされています" in locked.words
    assert "市区町村の窓口" in locked.words
    assert locked.forms[0].hidden == {"nonce": NONCE, "error": "pin_locked"}
    assert "data-deliver" not in locked.forms[0].attributes, "the holder reads this page before going on"
    assert tries_left(own_city, "aoki") == 0


def test_a_card_that_was_locked_before_says_so(holder: Holder) -> None:
    page = holder.arrives()
    for pin in ("9999", "9998", "9997"):
        page = holder.signs(page, pin=pin, last_try="aoki")

    again = holder.arrives()
    assert "暗証番号がロックされています" in again.words
    assert holder.signs(again, pin="1234").forms[0].hidden["error"] == "pin_locked"


@pytest.mark.parametrize("pin", ["", "123", "12345", "12ab", "１２３４"])
def test_a_pin_of_another_shape_costs_no_try(holder: Holder, own_city: Path, pin: str) -> None:
    page = holder.signs(holder.arrives(), pin=pin)

    assert "半角の数字4桁" in page.words
    assert tries_left(own_city, "aoki") == 3


def test_a_card_must_be_chosen(holder: Holder) -> None:
    assert "使うカードを選んで" in holder.signs(holder.arrives(), card="nobody").words


def test_cancelling_returns_without_a_token(holder: Holder) -> None:
    delivery = holder.cancels(holder.arrives())

    assert delivery.forms[0].action == CHALLENGE["return_url"]
    assert delivery.forms[0].hidden == {"nonce": NONCE, "error": "cancelled"}


def twice(holder: Holder, page: Page, pin: str) -> list[Page]:
    """Send one page's form two times at once, as a double click does."""
    fields = {**page.forms[0].hidden, "card": "aoki", "pin": pin}

    async def send() -> list[Page]:
        path = page.forms[0].action
        return [
            Page(a) for a in await asyncio.gather(*(holder.send("POST", path, OWN_NAVIGATION, fields) for _ in "12"))
        ]

    return asyncio.run(send())


def test_a_page_sent_twice_costs_one_try(holder: Holder, own_city: Path) -> None:
    page = holder.arrives()

    answers = twice(holder, page, "9999")

    assert [answer.status for answer in answers] == [303, 303]
    assert tries_left(own_city, "aoki") == 2
    assert "あと2回" in holder.get(str(page.response.url)).words


def test_a_page_sent_twice_still_delivers_its_token(holder: Holder) -> None:
    page = holder.arrives()

    twice(holder, page, "1234")

    assert "token" in holder.get(str(page.response.url).replace("confirm", "deliver")).forms[0].hidden


def test_a_page_answered_long_ago_is_answered_no_more(holder: Holder, own_city: Path) -> None:
    first = holder.arrives()
    holder.signs(first, pin="123")

    again = holder.signs(first, pin="9999")

    assert "半角の数字4桁" in again.words
    assert tries_left(own_city, "aoki") == 3


def test_a_ticket_serves_one_signature(holder: Holder) -> None:
    page = holder.arrives()
    holder.signs(page)

    assert holder.signs(page).status == 410
    assert holder.get(str(page.response.url)).status == 410


def test_a_token_is_handed_over_once(holder: Holder) -> None:
    delivery = holder.signs(holder.arrives())

    assert holder.get(str(delivery.response.url)).status == 410


def test_nothing_is_delivered_before_the_holder_has_answered(holder: Holder) -> None:
    page = holder.arrives()

    early = holder.get(str(page.response.url).replace("confirm", "deliver"))

    assert early.status == 303
    assert early.response.headers["location"] == page.response.url.path


def test_a_ticket_lapses_after_five_minutes(holder: Holder) -> None:
    page = holder.arrives()
    holder.now += TICKET_LIFE_SECONDS - 1
    assert holder.get(str(page.response.url)).status == 200

    holder.now += 1
    assert holder.signs(page).status == 410


def test_tickets_do_not_pile_up(holder: Holder) -> None:
    first = holder.arrives()
    others = [holder.arrives() for _ in range(TICKETS_MAX)]

    assert holder.get(str(first.response.url)).status == 410
    assert holder.get(str(others[0].response.url)).status == 200


def test_the_statement_is_text_and_never_markup(holder: Holder) -> None:
    page = holder.arrives(statement="<b>変更できます</b><script>1</script>")

    assert "&lt;b&gt;変更できます&lt;/b&gt;&lt;script&gt;" in page.response.text


class Without:
    """The readers of a machine on which some cards have been taken away."""

    emulated = True

    def __init__(self, readers: EmulatedReaders, *, shown: set[str], gone: frozenset[str] = frozenset()) -> None:
        self._readers = readers
        self._shown = shown
        self._gone = gone

    def cards(self) -> Sequence[CardInReader]:
        return [card for card in self._readers.cards() if card.id in self._shown]

    def connect(self, card_id: str) -> Transport:
        if card_id in self._gone:
            raise CardGone("the card was taken away")
        return self._readers.connect(card_id)

    def presence(self, card_id: str) -> str:
        return self._readers.presence(card_id)


def test_without_a_card_the_page_asks_for_one_and_offers_the_way_back(own_city: Path) -> None:
    holder = Holder(Without(EmulatedReaders(own_city), shown=set()))
    page = holder.arrives()

    assert "カードが見つかりません" in page.words
    assert holder.cancels(page).forms[0].hidden == {"nonce": NONCE, "error": "no_card"}


def test_a_single_card_needs_no_choosing(own_city: Path) -> None:
    holder = Holder(Without(EmulatedReaders(own_city), shown={"ueno"}))
    page = holder.arrives()

    assert 'type="radio"' not in page.response.text
    assert page.forms[0].hidden["card"] == "ueno"
    assert "token" in holder.signs(page, card="ueno").forms[0].hidden


def test_a_card_taken_away_is_a_card_error(own_city: Path) -> None:
    holder = Holder(Without(EmulatedReaders(own_city), shown={"aoki", "ueno"}, gone=frozenset({"aoki"})))
    page = holder.arrives()

    assert "カードを読み取れません" in page.words
    assert holder.signs(page).forms[0].hidden["error"] == "card_error"


def test_the_agent_says_it_is_there(holder: Holder) -> None:
    assert "カードエージェントは動いています" in holder.get("/").words
    assert "The card agent is running" in holder.get("/?lang=en").words
