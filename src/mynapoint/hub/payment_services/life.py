"""The life of an entry of the register: its states, the closed table of steps between them, and what each means."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.words import PageWords

NOWHERE = ""
"""The state before an entry is in the register."""


class State(models.TextChoices):
    """Where an entry stands; ``EFFECTS`` says what that means for applications."""

    DRAFT = "draft", _("作成中")
    SUBMITTED = "submitted", _("審査待ち")
    APPROVED = "approved", _("登録済み")
    SUSPENDED = "suspended", _("受付停止中")
    WITHDRAWN = "withdrawn", _("登録終了")


EFFECTS = {
    State.DRAFT: PageWords("検索には出ず、申込もできません。", "Not found by the search; takes no applications."),
    State.SUBMITTED: PageWords("検索には出ず、申込もできません。", "Not found by the search; takes no applications."),
    State.APPROVED: PageWords(
        "検索に出て、申込方法ごとの受付期間に申込を受け付けます。",
        "Found by the search; takes applications on the days of each way to apply.",
    ),
    State.SUSPENDED: PageWords(
        "新しい申込の受付を止めています。すでに申し込んだ方のポイントは、これまでどおり付与されます。",
        "It takes no new applications for now. Whoever has applied already goes on earning as before.",
    ),
    State.WITHDRAWN: PageWords(
        "登録を終了しました。新しい申込はできません。"
        "すでに申し込んだ方の残りのポイントは、参加していた施策の決まりによります。",
        "It has left the programme for good and takes no new applications. "
        "What is left for whoever has applied follows the rules of the incentive.",
    ),
}
"""The effect of each state on applications, told to staff by the command and to residents on the service's page.

``on_service_left`` of the incentive says what becomes of the points not earned when a service has left.
"""


class Step(StrEnum):
    """What moves an entry from one state to another; ``CHANGE`` leaves the state as it is."""

    ENTER = "enter"
    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    SUSPEND = "suspend"
    RESUME = "resume"
    WITHDRAW = "withdraw"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Transition:
    """One permitted step; ``second_person``: taken by somebody else than the step before it."""

    before: str
    after: State
    second_person: bool = False


TRANSITIONS = {
    Step.ENTER: Transition(NOWHERE, State.DRAFT),
    Step.SUBMIT: Transition(State.DRAFT, State.SUBMITTED),
    Step.RETURN: Transition(State.SUBMITTED, State.DRAFT),
    Step.APPROVE: Transition(State.SUBMITTED, State.APPROVED, second_person=True),
    Step.SUSPEND: Transition(State.APPROVED, State.SUSPENDED),
    Step.RESUME: Transition(State.SUSPENDED, State.APPROVED, second_person=True),
    Step.WITHDRAW: Transition(State.SUSPENDED, State.WITHDRAWN, second_person=True),
}
"""Every step there is. One person may stop a service at once; to open or to end one takes two."""

CHANGED_BY_TWO = (State.APPROVED, State.SUSPENDED)
"""States in which residents rely on the entry: a change names who made it and who has seen it."""
CLOSED_TO_CHANGES = (State.SUBMITTED, State.WITHDRAWN)
"""States in which an entry is not changed: what is under review stays what was submitted, what has left what it was."""


def steps_between(before: str, after: str) -> list[Step] | None:
    """Return the fewest steps from one state to another, none for the same state; None where no steps lead there.

    >>> steps_between("", "approved")
    [<Step.ENTER: 'enter'>, <Step.SUBMIT: 'submit'>, <Step.APPROVE: 'approve'>]
    >>> steps_between("withdrawn", "approved") is None
    True
    """
    waiting: deque[tuple[str, list[Step]]] = deque([(before, [])])
    seen = {before}
    while waiting:
        state, taken = waiting.popleft()
        if state == after:
            return taken
        for step, transition in TRANSITIONS.items():
            if transition.before == state and transition.after not in seen:
                seen.add(transition.after)
                waiting.append((transition.after, [*taken, step]))
    return None
