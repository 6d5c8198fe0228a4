"""Two terminals, two people with their cards, two helpers: every order of what happens at counters, over real HTTP.

What is slow and promises nothing is prepared once: the key of each card, the answers of the payment service, who
reserved, who of the staff is at work. The machine's clock stands still but for what an example says: no load of the
machine that runs this lets a visit end.
"""

from __future__ import annotations

import logging
from collections import Counter as Count
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.sample_pay import SamplePay, answer_at_once
from hub.staff import desk
from hub.staff.desk import Person
from hub.support.counter import ACCOUNTS, MARKS, at_home, counter
from hub.support.wire import Page, Window
from hub.visitor import APPLY, CardFields, card_fields
from mynapoint.exchange import card_token
from mynapoint.exchange.card_token import CardToken, origin_of, signed_bytes
from mynapoint.hub.applications import account_proof
from mynapoint.hub.applications.models import Consent
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.reservations.actions import standing_reservation
from mynapoint.hub.reservations.models import Reservation
from mynapoint.hub.staff.access import staff_cookie
from mynapoint.hub.support import visits
from mynapoint.hub.support.models import Visit

TERMINALS = st.sampled_from([0, 1])
CARDS = st.sampled_from(sorted(ACCOUNTS))
NOBODY_OR = st.sampled_from(["", *sorted(ACCOUNTS)])
BEGINNINGS = st.sampled_from(["helper", "card"])
CARD_LEFT, CARD_CAME = "/counter/card-left/", "/counter/card-came/"


class PreparedCard:
    """A card whose key was read once and whose PIN was right: it signs what an agent lets a card sign, at once."""

    def __init__(self, folder: Path) -> None:
        key = load_pem_private_key((folder / "auth.key").read_bytes(), None, unsafe_skip_rsa_key_validation=True)
        assert isinstance(key, RSAPrivateKey), "emulated cards hold RSA keys"
        self._key = key
        self._certificate = (folder / "auth.der").read_bytes()

    def token(self, fields: CardFields) -> CardToken:
        signed = signed_bytes(origin=origin_of(fields.return_url), nonce=fields.nonce, statement=fields.statement)
        return CardToken(self._certificate, self._key.sign(signed, PKCS1v15(), SHA256()))


@dataclass
class Place:
    """A terminal with two windows: the helper's and the visitor's."""

    person: Person
    helper: desk.Desk
    staff: Window
    visitor: Window
    token: str

    def as_prepared(self) -> None:
        """Let the windows hold what they held before any example."""
        self.visitor.cookies.pop("session", None)
        self.staff.cookies[staff_cookie()] = self.token

    def sign_in_helper(self) -> None:
        desk.begin(self.person, self.helper)
        self.staff.cookies[staff_cookie()] = self.helper.client.cookies[staff_cookie()].value

    def begin(self) -> Page:
        return self.staff.post(f"/staff/counter/{self.helper.terminal.pk}/begin/")


class World:
    """What every example begins with, and is rolled back to."""

    def __init__(self, city: Path, pay: SamplePay) -> None:
        self.pay = pay
        self.applied: set[str] = set()
        self.answered: Count[str] = Count()
        self.begun_by_card = 0
        self.cards = {card: PreparedCard(city / "cards" / card) for card in ACCOUNTS}
        self.places = [_place(city, f"counter {number}") for number in (1, 2)]
        home = {card: at_home(city, card) for card in ACCOUNTS}
        self.resident = {card: str(one.client.session["resident"]) for card, one in home.items()}
        self.marks = {
            card: str((standing_reservation(Resident.objects.get(pk=pk)) or Reservation()).my_key_id_text)
            for card, pk in self.resident.items()
        }
        self.now = timezone.now()
        asked = CardFields("n" * 64, "?", "http://localhost:8000/card/return/", "ja")
        for card, prepared in self.cards.items():
            assert prepared.token(asked) == home[card].token(asked), "a prepared card signs as the emulated one does"

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Stop the machine's clock, and ask the payment service in this process."""

        def tick() -> datetime:
            self.now += timedelta(microseconds=1)
            return self.now

        logging.disable(logging.INFO)  # a line for each of some million requests
        for end in (request_started, request_finished):  # it closes a connection that is within a transaction
            end.disconnect(close_old_connections)
        try:
            with (
                patch.object(timezone, "now", tick),
                patch.object(account_proof, "_post", lambda _url, body, _signed: answer_at_once(self.pay, body)),
            ):
                yield
        finally:
            for end in (request_started, request_finished):
                end.connect(close_old_connections)
            logging.disable(logging.NOTSET)


def _place(city: Path, terminal: str) -> Place:
    made = counter(city, terminal=terminal)
    own = {name: morsel.value for name, morsel in made.visitor.client.cookies.items()}
    return Place(made.person, made.helper, Window(own), Window(own), made.helper.client.cookies[staff_cookie()].value)


class Counters(RuleBasedStateMachine):
    """The desk, and what must be true of it whatever happens.

    What the test itself saw decides, whatever the hub believes:

    ``signed``  nonce to whose card signed it
    ``who``     whose card signed in first to the visit that is under way at a terminal
    ``last``    the nonce that a card signed last in it
    ``watched`` the nonce that a card signed last at a terminal, by which its agent tells; ``left``: that it has left
    ``typed``   whose accounts were typed in it: their masked number and name may be shown there
    ``chosen``  for each card, whose accounts it signed for: its holder sees those in every later visit, too
    """

    world: World

    def __init__(self) -> None:
        super().__init__()
        self._rollback = transaction.atomic()
        self._rollback.__enter__()
        self.consents = 0
        self.card: list[str | None] = [None, None]
        self.who: list[str | None] = [None, None]
        self.typed: list[set[str]] = [set(), set()]
        self.chosen: dict[str, set[str]] = {card: {card} for card in ACCOUNTS}
        self.last = ["", ""]
        self.watched = ["", ""]
        self.left = [False, False]
        self.open: list[CardFields | None] = [None, None]
        self.pages: list[list[str]] = [[], []]
        self.answers: list[tuple[CardFields, dict[str, str]]] = []
        self.signed: dict[str, str] = {}
        for place in self.world.places:
            place.as_prepared()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._rollback.__exit__(None, None, None)

    @rule(at=TERMINALS, card=CARDS)
    def a_card_is_put_on_the_reader(self, at: int, card: str) -> None:
        if card not in self.card:  # each card exists once
            self.card[at] = card

    @rule(at=TERMINALS)
    def the_card_is_taken_and_the_reader_says_nothing(self, at: int) -> None:
        self.card[at] = None

    @rule(at=TERMINALS)
    def the_card_is_taken_and_the_agent_tells(self, at: int) -> None:
        self.card[at] = None
        if not self.watched[at]:  # it tells of a card that has signed
            return
        if self.visitor(at).post(CARD_LEFT, {"nonce": self.watched[at]}, cookies=False).status == 204:
            self.left[at] = True
            if self.last[at]:
                self.over(at)

    @rule(at=TERMINALS, card=CARDS)
    def a_card_is_put_on_the_reader_and_the_agent_tells(self, at: int, card: str) -> None:
        """Also of one that never left, as no agent does: the hub asks whether it has heard of that."""
        self.a_card_is_put_on_the_reader(at, card)
        self.the_agent_says_that_one_came(at, before_a_helper=True)

    def the_agent_says_that_one_came(self, at: int, *, before_a_helper: bool) -> None:
        if not self.watched[at]:
            return
        before = self.goes_on(at)
        self.visitor(at).post(CARD_CAME, {"nonce": self.watched[at]}, cookies=False)
        if self.goes_on(at) == before:
            return
        assert before_a_helper, "nobody of the staff is there"
        assert not before, "a visit was open"
        assert self.left[at], "the card of the visit before lies there still"
        self.world.begun_by_card += 1
        self.left[at] = False
        self.over(at)

    def goes_on(self, at: int) -> str:
        """Return which visit goes on at a terminal; empty: none. It is over, too, once its helper has signed out."""
        since, terminal = timezone.now() - visits.IDLE, self.world.places[at].helper.terminal
        here = Visit.objects.filter(terminal=terminal, ended_at=None, seen_at__gt=since, staff_session__ended_at=None)
        return str(here.values_list("pk", flat=True).first() or "")

    @rule(at=TERMINALS)
    def the_helper_begins_a_visit(self, at: int) -> None:
        assert self.world.places[at].begin().status == 302
        self.over(at)

    @rule(at=TERMINALS)
    def the_helper_signs_out_and_in_again(self, at: int) -> None:
        place = self.world.places[at]
        place.staff.post("/staff/sign-out/")
        self.the_agent_says_that_one_came(at, before_a_helper=False)
        place.sign_in_helper()
        self.over(at)

    @rule(at=TERMINALS, card=CARDS, typed=NOBODY_OR, signs=NOBODY_OR, by=BEGINNINGS)
    def a_visitor_arrives_and_signs_in(self, at: int, card: str, typed: str, signs: str, by: str) -> None:
        """Many of them, as one step, get as far as the signature, of whosever card: otherwise few examples would."""
        if by == "card":
            self.the_card_is_taken_and_the_agent_tells(at)
            self.a_card_is_put_on_the_reader_and_the_agent_tells(at, card)
        else:
            self.a_card_is_put_on_the_reader(at, card)
            self.the_helper_begins_a_visit(at)
        self.somebody_signs_in(at)
        if typed:
            self.somebody_types_an_account(at, typed)
        if signs and self.open[at]:
            self.a_card_was_changed_unnoticed_and_signs(at, signs)

    @rule(at=TERMINALS)
    def somebody_signs_in(self, at: int) -> None:
        self.go(at, "/counter/")
        self.the_card_signs_what_is_open(at)

    @rule(at=TERMINALS, typed=CARDS)
    def somebody_types_an_account(self, at: int, typed: str) -> None:
        page = self.go(at, APPLY)
        if 'name="form_id"' not in page:
            return
        account, code = ACCOUNTS[typed]
        form_id = page.split('name="form_id" value="')[1].split('"')[0]
        answer = self.visitor(at).post(APPLY, {"form_id": form_id, "account_id": account, "code_1": code})
        self.typed[at].add(typed)
        self.world.answered[f"{answer.status} {urlsplit(answer.location).path}"] += 1
        self.seen(at, answer)
        if answer.location:
            self.go(at, answer.location)

    @precondition(lambda self: any(self.open))
    @rule(at=TERMINALS, card=CARDS)
    def a_card_was_changed_unnoticed_and_signs(self, at: int, card: str) -> None:
        at = at if self.open[at] else 1 - at
        self.card[at] = None
        self.a_card_is_put_on_the_reader(at, card)
        self.the_card_signs_what_is_open(at)

    @precondition(lambda self: any(self.open))
    @rule(at=TERMINALS)
    def the_card_signs(self, at: int) -> None:
        self.the_card_signs_what_is_open(at if self.open[at] else 1 - at)

    def the_card_signs_what_is_open(self, at: int) -> None:
        fields, card = self.open[at], self.card[at]
        if fields is None:
            return
        if card is None:
            answer = {"nonce": fields.nonce, "error": "no_card"}
        else:
            answer = {"nonce": fields.nonce, "token": card_token.encode(self.world.cards[card].token(fields))}
            self.signed[fields.nonce], self.last[at] = card, fields.nonce
            self.watched[at], self.left[at] = fields.nonce, False
            self.chosen[card] |= {whose for whose, (account, _) in MARKS.items() if account in fields.statement}
        self.answers.append((fields, answer))
        page = self.deliver(at, fields, answer)
        is_in = not page.path.startswith("/card/")  # led on to a page, which may tell that one has applied, with 422
        if card and "ログイン" in fields.statement and is_in and self.who[at] is None:
            self.who[at] = card if "/counter/ended/" not in page.path else None
        self.seen(at, page)

    def deliver(self, at: int, fields: CardFields, answer: dict[str, str]) -> Page:
        """Deliver an answer as the agent's page does: a cross-site POST without cookies, then a GET with them."""
        parked = self.visitor(at).post(urlsplit(fields.return_url).path, answer, cookies=False)
        return self.visitor(at).get(parked.location) if parked.status == 303 else parked

    @precondition(lambda self: self.answers)
    @rule(at=TERMINALS, which=st.integers(0, 9))
    def an_old_answer_is_sent_again(self, at: int, which: int) -> None:
        fields, answer = self.answers[-1 - which % len(self.answers)]
        self.seen(at, self.deliver(at, fields, answer))

    @rule(at=TERMINALS, back=st.integers(1, 4))
    def somebody_goes_back_or_opens_a_second_tab(self, at: int, back: int) -> None:
        if self.pages[at]:
            self.go(at, self.pages[at][-(back % len(self.pages[at]))])

    @rule(at=TERMINALS)
    def somebody_reads_my_page(self, at: int) -> None:
        self.go(at, "/my/")

    @rule(at=TERMINALS)
    def somebody_ends_the_visit(self, at: int) -> None:
        self.visitor(at).post("/counter/end/")
        self.over(at)

    @rule(at=TERMINALS, seconds=st.sampled_from([60, 175, 181, 600]))
    def nobody_does_anything(self, at: int, seconds: int) -> None:
        """So long, or longer: a visit that was left alone before is not seen later for it."""
        since, terminal = timezone.now() - timedelta(seconds=seconds), self.world.places[at].helper.terminal
        Visit.objects.filter(terminal=terminal, ended_at=None, seen_at__gt=since).update(seen_at=since)
        if seconds >= visits.IDLE.total_seconds():
            self.over(at)

    @invariant()
    def every_application_is_its_signers(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {Consent._meta.db_table}")
            kept = cursor.fetchone()[0]
        if kept == self.consents:
            return
        self.consents = kept
        for consent in Consent.objects.select_related("application"):
            self.world.applied.add(str(consent.application_id))
            card = self.signed[consent.nonce]
            assert str(consent.application.resident_id) == self.world.resident[card], f"signed by {card}"

    def visitor(self, at: int) -> Window:
        return self.world.places[at].visitor

    def go(self, at: int, path: str) -> str:
        self.pages[at].append(path)
        return self.seen(at, self.visitor(at).get(path))

    def over(self, at: int) -> None:
        self.who[at], self.typed[at], self.last[at] = None, set(), ""

    def seen(self, at: int, answer: Page) -> str:
        """Look at a page: it shows nothing of anybody but who signed in to the visit that is under way."""
        assert answer.status < 500, answer.status
        page = answer.text
        own = self.who[at]
        may_show = self.typed[at] | (self.chosen[own] if own else set())
        for card, (account, holder) in MARKS.items():
            marks = [self.world.marks[card]] if card != own else []
            marks += [account, holder] if card not in may_show else []
            shown = [mark for mark in marks if mark in page]
            assert not shown, f"{shown} of {card} on a page of {self.who[at] or 'nobody'}"
        self.open[at] = card_fields(page) if 'name="nonce"' in page else None
        if "/counter/ended/" in answer.path:
            self.over(at)
        return page
