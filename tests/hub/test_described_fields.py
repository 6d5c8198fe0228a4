"""What a control points to: its help, its error once the form was sent, and what it pointed to before."""

from __future__ import annotations

from typing import Any

from django import forms

from mynapoint.hub.described_fields import describe


class Asked(forms.Form):
    name = forms.CharField(help_text="as on the card")
    day = forms.DateField(widget=forms.DateInput({"aria-describedby": "days"}))
    note = forms.CharField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        describe(self)


def pointed_to(form: forms.Form) -> dict[str, str | None]:
    return {name: field.widget.attrs.get("aria-describedby") for name, field in form.fields.items()}


def test_a_control_points_to_its_help_and_to_what_it_pointed_to() -> None:
    assert pointed_to(Asked()) == {"name": "id_name_help", "day": "days", "note": None}


def test_a_wrong_control_says_so_and_points_to_its_error_first() -> None:
    sent = Asked({"second-day": "never"}, prefix="second")

    assert pointed_to(sent) == {
        "name": "id_second-name_error id_second-name_help",
        "day": "id_second-day_error days",
        "note": None,
    }
    assert [name for name, one in sent.fields.items() if one.widget.attrs.get("aria-invalid")] == ["name", "day"]
