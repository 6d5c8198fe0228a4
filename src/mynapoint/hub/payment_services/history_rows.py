"""What is kept of the register's history: every change, who made it, who saw it, and each field before and after."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint

from mynapoint.hub.payment_services.life import CHANGED_BY_TWO, CLOSED_TO_CHANGES, NOWHERE, TRANSITIONS, Step

STAFF = RegexValidator(r"\A[a-z0-9][a-z0-9._-]{0,39}\Z", "must be a staff id such as office-1, never a person's name")


def _in_the_table() -> Q:
    permitted = Q(step=Step.CHANGE.value, state_before=F("state_after")) & ~Q(state_after__in=CLOSED_TO_CHANGES)
    for step, transition in TRANSITIONS.items():
        permitted |= Q(step=step.value, state_before=str(transition.before), state_after=transition.after)
    return permitted


class RegisterChange(models.Model):
    """One change of one entry, append-only; the entry of any day is what its changes up to then add up to.

    ``subject``    ``MP0000034``, or ``provider:<id>`` for a provider, which has no states
    ``revision``   1, 2, 3 … for each subject, without a gap (guarded: migration 0002)
    ``made_by``    a staff id, and ``seen_by`` the second person's, where one is asked for; never a person's name
    ``fields``     field → [before, after] as in the register's file; null: not there
    ``made_at``    by the programme's clock; ``recorded_at`` by the machine's
    """

    STEPS: ClassVar = [(step.value, step.value) for step in Step]

    subject = models.CharField(max_length=60)
    revision = models.PositiveIntegerField()
    step = models.CharField(max_length=8, choices=STEPS)
    state_before = models.CharField(max_length=10, blank=True, default=NOWHERE)
    state_after = models.CharField(max_length=10, blank=True, default=NOWHERE)
    made_by = models.CharField(max_length=40, validators=[STAFF])
    seen_by = models.CharField(max_length=40, validators=[STAFF], blank=True)
    reason = models.CharField(max_length=400)
    fields = models.JSONField(default=dict, blank=True)
    made_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(name="register_change_once", fields=["subject", "revision"]),
            CheckConstraint(name="register_step_in_table", condition=_in_the_table()),
            CheckConstraint(name="register_change_reason", condition=~Q(reason="")),
            CheckConstraint(name="register_seen_by_another", condition=~Q(seen_by=F("made_by"))),
            CheckConstraint(
                name="register_changed_by_two",
                condition=~Q(step=Step.CHANGE.value, state_after__in=CHANGED_BY_TWO) | ~Q(seen_by=""),
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["made_at"], name="register_change_by_day")]

    def __str__(self) -> str:
        return f"{self.subject} revision {self.revision}: {self.step} by {self.made_by}"
