"""Two terminals, two people with their cards, two helpers: every order of what happens at counters, over real HTTP."""

from __future__ import annotations

from collections import Counter as Count
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.staff import desk
from hub.support.counter import ACCOUNTS, MARKS, Counter, at_home, counter
from hub.visitor import APPLY, CardFields, card_fields, text
from mynapoint.hub.applications.models import Consent
from mynapoint.hub.identity.models import Resident
from mynapoint.hub.reservations.actions import standing_reservation
from mynapoint.hub.reservations.models import Reservation
from mynapoint.hub.support import visits
from mynapoint.hub.support.models import Visit

TERMINALS = st.sampled_from([0, 1])
CARDS = st.sampled_from(sorted(ACCOUNTS))


class World:
    """What every example begins with, and is rolled back to."""

    def __init__(self, city: Path) -> None:
        self.applied: set[str] = set()
        self.refused: Count[str] = Count()
        self.counters = [counter(city, terminal=f"counter {number}") for number in (1, 2)]
        self.resident = {card: str(at_home(city, card).client.session["resident"]) for card in ACCOUNTS}
        self.marks = {
            card: str((standing_reservation(Resident.objects.get(pk=pk)) or Reservation()).my_key_id_text)
            for card, pk in self.resident.items()
        }


class Counters(RuleBasedStateMachine):
    """The desk, and what must be true of it whatever happens.

    What the test itself saw decides, whatever the hub believes:

    ``signed``  nonce to whose card signed it
    ``who``     whose card signed in first to the visit that is under way at a terminal
    ``typed``   whose accounts were typed in it: their masked number and name may be shown there
    """

    world: World

    def __init__(self) -> None:
        super().__init__()
        self._rollback = transaction.atomic()
        self._rollback.__enter__()
        self.card: list[str | None] = [None, None]
        self.who: list[str | None] = [None, None]
        self.typed: list[set[str]] = [set(), set()]
        self.open: list[CardFields | None] = [None, None]
        self.pages: list[list[str]] = [[], []]
        self.answers: list[tuple[CardFields, dict[str, str]]] = []
        self.signed: dict[str, str] = {}
        for one in self.world.counters:
            one.visitor.client.cookies.pop("session", None)
            desk.begin(one.person, one.helper)

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
    def the_helper_begins_a_visit(self, at: int) -> None:
        assert self.counter(at).begin().status_code == 302
        self.over(at)

    @rule(at=TERMINALS)
    def the_helper_signs_out_and_in_again(self, at: int) -> None:
        one = self.counter(at)
        one.helper.client.post("/staff/sign-out/")
        desk.begin(one.person, one.helper)
        self.over(at)

    @rule(at=TERMINALS, card=CARDS, typed=st.sampled_from(["", *sorted(ACCOUNTS)]))
    def a_visitor_arrives_and_signs_in(self, at: int, card: str, typed: str) -> None:
        """Half of them, as one step, get as far as the confirmation: otherwise few examples would."""
        self.a_card_is_put_on_the_reader(at, card)
        self.the_helper_begins_a_visit(at)
        self.somebody_signs_in(at)
        if typed:
            self.somebody_types_an_account(at, typed)

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
        response = self.counter(at).visitor.post(APPLY, {"form_id": form_id, "account_id": account, "code_1": code})
        self.typed[at].add(typed)
        self.world.refused.update(getattr(response, "refusal_codes", []))
        self.seen(at, response)
        if response.status_code == 302:
            self.go(at, response["Location"])

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
        visitor = self.counter(at).visitor
        if card is None:
            answer = {"nonce": fields.nonce, "error": "no_card"}
        else:
            visitor.card = card
            answer = visitor.sign(fields)
            self.signed[fields.nonce] = card
        self.answers.append((fields, answer))
        response = visitor.answer(fields, answer)
        if card and "ログイン" in fields.statement and response.status_code == 200 and self.who[at] is None:
            self.who[at] = card if "/counter/ended/" not in self.counter(at).path(response) else None
        self.seen(at, response)

    @precondition(lambda self: self.answers)
    @rule(at=TERMINALS, which=st.integers(0, 9))
    def an_old_answer_is_sent_again(self, at: int, which: int) -> None:
        fields, answer = self.answers[-1 - which % len(self.answers)]
        self.seen(at, self.counter(at).visitor.answer(fields, answer))

    @rule(at=TERMINALS, back=st.integers(1, 4))
    def somebody_goes_back_or_opens_a_second_tab(self, at: int, back: int) -> None:
        if self.pages[at]:
            self.go(at, self.pages[at][-(back % len(self.pages[at]))])

    @rule(at=TERMINALS)
    def somebody_reads_my_page(self, at: int) -> None:
        self.go(at, "/my/")

    @rule(at=TERMINALS)
    def somebody_ends_the_visit(self, at: int) -> None:
        self.counter(at).visitor.post("/counter/end/", {})
        self.over(at)

    @rule(at=TERMINALS, seconds=st.sampled_from([60, 175, 181, 600]))
    def nobody_does_anything(self, at: int, seconds: int) -> None:
        Visit.objects.filter(terminal=self.counter(at).helper.terminal, ended_at=None).update(
            seen_at=timezone.now() - timedelta(seconds=seconds)
        )
        if seconds >= visits.IDLE.total_seconds():
            self.over(at)

    @invariant()
    def every_application_is_its_signers(self) -> None:
        for consent in Consent.objects.select_related("application"):
            self.world.applied.add(str(consent.application_id))
            card = self.signed[consent.nonce]
            assert str(consent.application.resident_id) == self.world.resident[card], f"signed by {card}"

    def counter(self, at: int) -> Counter:
        return self.world.counters[at]

    def go(self, at: int, path: str) -> str:
        response = self.counter(at).visitor.client.get(path, follow=True)
        self.pages[at].append(path)
        return self.seen(at, response)

    def over(self, at: int) -> None:
        self.who[at], self.typed[at] = None, set()

    def seen(self, at: int, response: Any) -> str:
        """Look at a page: it shows nothing of anybody but who signed in to the visit that is under way."""
        assert response.status_code < 500, response.status_code
        page = text(response)
        for card, (account, holder) in MARKS.items():
            own = [self.world.marks[card]] if card != self.who[at] else []
            others = [account, holder] if card != self.who[at] and card not in self.typed[at] else []
            shown = [mark for mark in own + others if mark in page]
            assert not shown, f"{shown} of {card} on a page of {self.who[at] or 'nobody'}"
        self.open[at] = card_fields(page) if 'name="nonce"' in page else None
        if "/counter/ended/" in self.counter(at).path(response):
            self.over(at)
        return page
