"""The history of a programme, and what changed between two days, as data for machines; keys are only ever added."""

from __future__ import annotations

from datetime import date

from mynapoint.programme.graces import Grace
from mynapoint.programme.history import Change, Event, FigureAnnounced, FigureChange, changes, history
from mynapoint.programme.history_words import change_words, event_words, key_of
from mynapoint.programme.parameters import Announcement
from mynapoint.programme.rounds import Round
from mynapoint.programme.statement_of_day import Json, evidence_as_json, value_as_json


def history_as_json(law: Round, language: str) -> Json:
    """Return every announcement in the order of its day, with what had been announced before it."""
    return {
        "round": law.id,
        "label": law.label.in_language(language),
        "language": language,
        "announcements": [
            {
                **_kind(event),
                "in_words": event_words(law, event, language),
                **_values(event),
                **evidence_as_json(event.after, event.after.announced_on, language),
            }
            for event in history(law)
        ],
    }


def changes_as_json(law: Round, earlier: date, later: date, language: str) -> Json:
    """Return what a page of the later day states and one of the earlier day did not. Raises ValueError if reversed."""
    return {
        "round": law.id,
        "label": law.label.in_language(language),
        "from": earlier.isoformat(),
        "to": later.isoformat(),
        "language": language,
        "changes": [
            {
                **_kind(change),
                "in_words": change_words(law, change, later, language),
                **_values(change),
                **evidence_as_json(change.after, later, language),
            }
            for change in changes(law, earlier, later)
        ],
    }


_KINDS = {
    "FigureAnnounced": "figure",
    "FigureChange": "figure",
    "StatementAnnounced": "statement",
    "HoursAnnounced": "contact_hours",
    "GraceAnnounced": "grace",
}


def _kind(event: Event | Change) -> Json:
    return {"kind": _KINDS[type(event).__name__], "key": key_of(event)}


def _values(event: Event | Change) -> Json:
    """Return the values of a figure before and after, and the day an exception allows; other kinds have words only."""
    if isinstance(event, FigureAnnounced | FigureChange):
        moved = {"days_moved": event.days_moved, "ended": event.ended} if isinstance(event, FigureChange) else {}
        return {"before": _value(event.before), "after": _value(event.after), **moved}
    after = event.after
    if isinstance(after, Grace):
        return {"figure": after.parameter.key, "until": after.until.isoformat() if after.until else None}
    return {}


def _value(announcement: Announcement | None) -> Json | None:
    return value_as_json(announcement) if announcement else None
