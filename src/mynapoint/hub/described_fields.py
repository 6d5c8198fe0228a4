"""Controls that name their help and their error, for whoever does not see where these stand (WCAG 2.2, 1.3.1)."""

from __future__ import annotations

from django import forms


def describe(form: forms.BaseForm) -> None:
    """Let each control of a form point to its help and, once the form was sent, to its error; what it names it keeps.

    Templates give these the ids ``<id of the field>_help`` and ``<id of the field>_error``. Whether a form that was
    sent is right is found here, so it is called when all its fields are there.
    """
    for name, field in form.fields.items():
        field_id, kept = form[name].auto_id, field.widget.attrs.get("aria-describedby")
        described = [*([f"{field_id}_help"] if field.help_text else []), *([kept] if kept else [])]
        if form.is_bound and name in form.errors:
            field.widget.attrs["aria-invalid"] = "true"
            described.insert(0, f"{field_id}_error")
        if described:
            field.widget.attrs["aria-describedby"] = " ".join(described)
