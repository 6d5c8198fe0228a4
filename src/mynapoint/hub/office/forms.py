"""The form of a plan: which round, for how many people, with which seed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from mynapoint.hub.office.plan import Compared, compare
from mynapoint.hub.words import PageWords
from mynapoint.programme.rounds import ROUND_IDS, load_round

_PEOPLE_MOST = 200_000_000
_RUNS_MOST = 100
"""Of a page; `mynapoint hub compare-plan` plays as often as it is told."""


class PlanForm(forms.Form):
    """What is simulated; ``compared`` does it."""

    round = forms.ChoiceField(label=_("事業"))
    people = forms.IntegerField(label=_("対象となる人の数"), min_value=1, max_value=_PEOPLE_MOST)
    seed = forms.IntegerField(label=_("乱数の種(同じ数なら同じ結果)"), min_value=0, max_value=2**31)
    runs = forms.IntegerField(label=_("試算の回数"), min_value=1, max_value=_RUNS_MOST)

    def __init__(self, *given: object, **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        choices = [(one, PageWords.of(load_round(one).label)) for one in ROUND_IDS]
        self.fields["round"].choices = choices  # type: ignore[attr-defined]

    def compared(self, *, as_of: date) -> Sequence[Compared]:
        """Return the plan beside what happened; nothing where the form is wrong, and then it says why."""
        if not self.is_valid():
            return []
        asked = self.cleaned_data
        try:
            return compare(asked["round"], people=asked["people"], seed=asked["seed"], runs=asked["runs"], as_of=as_of)
        except ValueError:
            self.add_error("round", _("この事業には、まだ発表されていない日があるため、試算できません。"))
            return []
