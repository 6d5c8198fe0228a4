"""What a round states on a day, as plain data for machines: every figure and rule known by then, with its source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mynapoint.programme import explain
from mynapoint.programme.contacts import ContactHours, ContactLine
from mynapoint.programme.graces import Grace
from mynapoint.programme.incentives import Incentive, PremiumRule
from mynapoint.programme.parameters import Announcement, Parameter, Statement, StatementVersion, Value
from mynapoint.programme.rounds import Round
from mynapoint.programme.sources import Confidence, Source, known_by

Json = dict[str, object]
Evidence = Announcement | StatementVersion | ContactHours | Grace


def as_json(law: Round, day: date, language: str) -> Json:
    """Return the round as of ``day``: days as ISO texts, words in ``language``; keys are only ever added.

    ``incentives[].figures`` maps a part such as ``earning_until`` to the key of the figure in ``figures``.
    """
    stated = {parameter.key for parameter in stated_parameters(law, day)}
    return {
        "round": law.id,
        "label": law.label.in_language(language),
        "as_of": day.isoformat(),
        "language": language,
        "incentives": [_incentive(incentive, day, language, stated) for incentive in law.incentives.values()],
        "figures": [_figure(parameter, day, language) for parameter in stated_parameters(law, day)],
        "statements": [json for statement in law.statements.values() for json in _statement(statement, day, language)],
        "contact_lines": [_contact_line(line, day, language) for line in law.contact_lines.values()],
        "graces": [_grace(grace, day, language) for grace in law.graces.values() if grace.announced_on <= day],
        "decisions": [_decision(parameter, language) for parameter in decisions(law)],
    }


def stated_parameters(law: Round, day: date) -> list[Parameter]:
    """Return the figures that a page of ``day`` may state; decisions of ours are not among them."""
    ours = decisions(law)
    return [parameter for parameter in law.parameters.values() if parameter.as_of(day) and parameter not in ours]


def decisions(law: Round) -> list[Parameter]:
    """Return the figures that this project decided because no official rule was found; they have no day in the law."""
    return [p for p in law.parameters.values() if p.announcements[-1].confidence is Confidence.DECISION]


def _incentive(incentive: Incentive, day: date, language: str, stated: set[str]) -> Json:
    return {
        "id": incentive.id,
        "number": incentive.number,
        "label": incentive.label.in_language(language),
        "rule": "premium" if isinstance(incentive.rule, PremiumRule) else "direct",
        "in_words": explain.rule_words(incentive, day, language),
        "born": _born(incentive, day, language),
        "figures": {part: parameter.key for part, parameter in incentive.parts().items() if parameter.key in stated},
    }


def _born(incentive: Incentive, day: date, language: str) -> Json | None:
    born = explain.birthdays_on(incentive, day)
    if born is None:
        return None
    return {
        "from": born.first.isoformat() if born.first else None,
        "until": born.last.isoformat(),
        "in_words": explain.birthdays_words(incentive, day, language),
    }


def _figure(parameter: Parameter, day: date, language: str) -> Json:
    announcement = parameter.as_of(day)
    if announcement is None:
        raise LookupError(f"{parameter.key} was not announced by {day}")
    return {
        "key": parameter.key,
        "label": parameter.label.in_language(language),
        "in_words": explain.figure_words(parameter, day, language),
        "unit": parameter.unit.value,
        **value_as_json(announcement),
        "ended": explain.has_ended(parameter, announcement, day),
        **evidence_as_json(announcement, day, language),
    }


def _decision(parameter: Parameter, language: str) -> Json:
    announcement = parameter.announcements[-1]
    return {
        "key": parameter.key,
        "label": parameter.label.in_language(language),
        "in_words": explain.announcement_words(parameter.unit, announcement, language),
        "unit": parameter.unit.value,
        **value_as_json(announcement),
        **evidence_as_json(announcement, announcement.announced_on, language),
    }


def value_as_json(announcement: Announcement) -> Json:
    """Return what an announcement states: its value, or that it was left open, and the month named as a plan."""
    value = announcement.value
    return {
        "value": _plain(value),
        "month_only": announcement.month_only,
        "left_open": value is None,
        "around": announcement.around.strftime("%Y-%m") if announcement.around else None,
    }


def _plain(value: Value | None) -> object:
    if isinstance(value, tuple):
        return [{"code": one.code, "name": {"ja": one.name.ja, "en": one.name.en}} for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _statement(statement: Statement, day: date, language: str) -> Iterator[Json]:
    version = statement.as_of(day)
    if version is not None:
        yield {
            "key": statement.key,
            "topic": statement.topic.value,
            "words": version.words.in_language(language),
            **evidence_as_json(version, day, language),
        }


def _contact_line(line: ContactLine, day: date, language: str) -> Json:
    hours = line.hours_as_of(day)
    return {
        "key": line.key,
        "label": line.label.in_language(language),
        "number": line.number.key if line.number.as_of(day) else None,
        "menu_key": line.menu_key.key if line.menu_key and line.menu_key.as_of(day) else None,
        "hours": _hours(hours, day, language) if hours else None,
        "alternatives": [other.key for other in line.alternatives if other.as_of(day)],
    }


def _hours(hours: ContactHours, day: date, language: str) -> Json:
    return {
        "open": [
            {
                "days": sorted(opening.days),
                "opens": opening.opens.isoformat("minutes"),
                "closes": opening.closes.isoformat("minutes"),
            }
            for opening in hours.openings
        ],
        "year_end": hours.year_end.value,
        "closed": [f"{one.month:02}-{one.day:02}" for one in hours.closed] if hours.closed else None,
        "valid_until": hours.valid_until.isoformat() if hours.valid_until else None,
        "lapsed": hours.lapsed(day),
        "in_words": explain.hours_words(hours, day, language),
        **evidence_as_json(hours, day, language),
    }


def _grace(grace: Grace, day: date, language: str) -> Json:
    return {
        "id": grace.id,
        "figure": grace.parameter.key,
        "until": grace.until.isoformat() if grace.until else None,
        "reach": grace.reach.in_language(language),
        "reason": grace.reason.in_language(language),
        "authority": grace.authority.in_language(language),
        **evidence_as_json(grace, day, language),
    }


def evidence_as_json(evidence: Evidence, day: date, language: str) -> Json:
    """Return the day of an announcement, the sources a page of ``day`` could name, how sure it is, and its note."""
    first, *others = known_by(day, evidence.source, evidence.also_in)
    return {
        "announced_on": evidence.announced_on.isoformat(),
        "source": _source(first),
        "also_in": [_source(other) for other in others],
        "confidence": evidence.confidence.value,
        "note": evidence.note.in_language(language) if evidence.note else None,
    }


def _source(source: Source) -> Json:
    return {
        "id": source.id,
        "publisher": source.publisher,
        "title": source.title,
        "date": source.date.isoformat() if source.date else None,
        "url": source.url,
    }
