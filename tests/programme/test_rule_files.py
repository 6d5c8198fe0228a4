"""A bad rule file is refused with the file, the key and why; nothing is guessed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mynapoint.programme.rounds import RuleFileError, load_round, read_round
from mynapoint.programme.rule_file import read_toml
from mynapoint.programme.sources import Source, parse_sources

SOURCES = {"notice": Source("notice", "みほん市", "お知らせ", date(2023, 4, 3), None)}

GOOD = """
id = "tiny"
label = { ja = "小さな事業", en = "A tiny programme" }

[incentive.shopping]
number = 1
label = { ja = "買い物", en = "Shopping" }
rule = "premium"
points = "cap"
premium_rate = "rate"
yen_to_fill = "spending"
card_requested_by = "card"
applications_from = "first"
applications_until = "last"
earning_from = "first"
earning_until = "last"

[cap]
label = { ja = "上限", en = "Cap" }
unit = "points"
announcement = [{ announced_on = 2023-04-03, value = 5000, source = "notice", confidence = "verbatim" }]

[rate]
label = { ja = "付与率", en = "Rate" }
unit = "percent"
announcement = [{ announced_on = 2023-04-03, value = 25, source = "notice", confidence = "verbatim" }]

[spending]
label = { ja = "利用額", en = "Spending" }
unit = "yen"
announcement = [{ announced_on = 2023-04-03, value = 20000, source = "notice", confidence = "verbatim" }]

[card]
label = { ja = "カード申請", en = "Card" }
unit = "last day, inclusive, Tokyo"
announcement = [{ announced_on = 2023-04-03, value = 2023-12-31, source = "notice", confidence = "verbatim" }]

[first]
label = { ja = "初日", en = "First day" }
unit = "first day, inclusive, Tokyo"
announcement = [{ announced_on = 2023-04-03, value = 2023-05-01, source = "notice", confidence = "verbatim" }]

[last]
label = { ja = "最終日", en = "Last day" }
unit = "last day, inclusive, Tokyo"
announcement = [
  { announced_on = 2023-04-03, value = 2023-12-31, source = "notice", confidence = "verbatim" },
  { announced_on = 2023-10-02, value = 2024-03-31, source = "notice", confidence = "secondary" },
]

[statement.final]
topic = "application"
[[statement.final.announcement]]
announced_on = 2023-04-03
words = { ja = "変更できません。", en = "Final." }
source = "notice"
confidence = "verbatim"

[contact_line.desk]
label = { ja = "窓口", en = "Desk" }
number = "phone"
[[contact_line.desk.announcement]]
announced_on = 2023-04-03
source = "notice"
confidence = "verbatim"
year_end = "closed"
open = [{ days = ["weekday"], opens = 09:00:00, closes = 17:00:00 }]

[phone]
label = { ja = "電話", en = "Telephone" }
unit = "telephone number"
announcement = [{ announced_on = 2023-04-03, value = "000-000-0000", source = "notice", confidence = "verbatim" }]

[grace.queue]
parameter = "card"
announced_on = 2023-12-31
until = 2024-01-04
reach = { ja = "並んだ方", en = "Those in the queue" }
reason = { ja = "混雑", en = "Crowds" }
authority = { ja = "みほん市", en = "Mihon City" }
source = "notice"
confidence = "verbatim"
"""

FAULTS = [  # what is replaced, by what; the key that is named; a part of the reason
    ('id = "tiny"', 'idd = "tiny"', "id", "is missing"),
    ('id = "tiny"', 'id = "tiny"\nnotes = "…"', "notes", "must be a table"),
    ('id = "tiny"', 'id = " "', "id", "must not be empty"),
    ('id = "tiny"', 'id = "tiny"\nincludes = ["nowhere"]', "includes", "no shared file 'nowhere'"),
    ('id = "tiny"', 'id = "tiny"\nincludes = [1]', "includes", "must be a list of texts"),
    ('number = 1\n', 'number = 1\nbonus = 1\n', "incentive.shopping.bonus", "is not a key"),
    ('number = 1\n', 'number = true\n', "incentive.shopping.number", "must be a whole number; got true"),
    ('rule = "premium"', 'rule = "lottery"', "incentive.shopping.rule", "must be one of 'premium', 'direct'"),
    ('points = "cap"', 'points = "capp"', "incentive.shopping.points", "names no figure of this file: 'capp'"),
    ('points = "cap"', 'points = "rate"', "incentive.shopping.points", "must be in “points”; rate is in “percent”"),
    ('premium_rate = "rate"\n', "", "incentive.shopping.premium_rate", "is missing"),
    ('[incentive.shopping]', '[incentives.shopping]', "incentives", "is 'incentive' meant?"),
    ('value = 25,', 'value = 25.5,', "rate.announcement[1].value", "must be a whole number of percent"),
    ('value = 25,', 'value = 0,', "rate.announcement[1].value", "from 1 to 100; got 0"),
    ('value = 25,', 'value = 101,', "rate.announcement[1].value", "from 1 to 100; got 101"),
    ('value = 25,', 'value = true,', "rate.announcement[1].value", "got True"),
    ('value = 25,', "", "incentive.shopping.premium_rate", "has no final figure"),
    ('value = 5000,', 'value = -1,', "cap.announcement[1].value", "0 or more; got -1"),
    ('value = 5000,', 'value = "5000",', "cap.announcement[1].value", "got '5000'"),
    ('value = 20000,', 'value = 20001,', "incentive.shopping.yen_to_fill", "25 % reach 5000 points at 20000 yen"),
    ('value = 2023-05-01', 'value = "2023-05-01"', "first.announcement[1].value", "must be a day"),
    ('value = 2023-05-01', 'value = 2023-05-01T00:00:00', "first.announcement[1].value", "must be a day"),
    ('value = 2023-05-01', 'value = 2024-01-01', "incentive.shopping.applications_until", "before [first] starts"),
    ('value = 2023-05-01', 'around = 2023-05-01, value = 2023-05-01', "first.announcement[1].around", "left open"),
    ('value = 25,', 'value = 25, month_only = true,', "rate.announcement[1].month_only", "is for a day"),
    ('value = 25,', 'values = 25,', "rate.announcement[1].values", "is not a key"),
    ('announced_on = 2023-10-02', 'announced_on = 2023-04-03', "last.announcement", "must be in order"),
    ('announced_on = 2023-10-02', 'announced_on = 2022-10-02', "last.announcement", "must be in order"),
    ('source = "notice", confidence = "secondary"', 'source = "rumour", confidence = "secondary"',
     "last.announcement[2].source", "names no source that is known: 'rumour'"),
    ('confidence = "secondary"', 'confidence = "likely"', "last.announcement[2].confidence", "must be one of"),
    ('confidence = "secondary"', 'confidence = "secondary", also_in = ["rumour"]',
     "last.announcement[2].also_in", "names no source that is known: 'rumour'"),
    ('unit = "percent"', 'unit = "per mille"', "rate.unit", "must be one of"),
    ('label = { ja = "付与率", en = "Rate" }', 'label = { ja = "付与率" }', "rate.label.en", "is missing"),
    ('label = { ja = "付与率", en = "Rate" }', 'label = "付与率"', "rate.label", "must be a text in both languages"),
    ('topic = "application"', 'topic = "gossip"', "statement.final.topic", "must be one of"),
    ('number = "phone"', 'number = "fax"', "contact_line.desk.number", "names no figure"),
    ('closes = 17:00:00', 'closes = 09:00:00', "contact_line.desk.announcement[1].open[1].closes", "is not after"),
    ('days = ["weekday"]', 'days = ["payday"]', "contact_line.desk.announcement[1].open[1].days", "got 'payday'"),
    ('days = ["weekday"]', 'days = []', "contact_line.desk.announcement[1].open", "at least one"),
    ('year_end = "closed"', 'year_end = "closed"\nvalid_until = 2023-04-02',
     "contact_line.desk.announcement[1].valid_until", "is before the announcement"),
    ('until = 2024-01-04', 'until = 2023-12-31', "grace.queue.until", "allows no day after 2023-12-31"),
    ('parameter = "card"', 'parameter = "cap"', "grace.queue.parameter", "must be in “last day"),
]  # fmt: skip


def test_the_good_file_is_read(tmp_path: Path) -> None:
    law = read_round(_file(tmp_path, GOOD), SOURCES)

    assert law.incentives["shopping"].earning_period is not None  # type: ignore[index]


@pytest.mark.parametrize(("old", "new", "key", "why"), FAULTS)
def test_a_fault_is_named_with_file_key_and_reason(tmp_path: Path, old: str, new: str, key: str, why: str) -> None:
    assert GOOD.count(old) == 1, "the replaced text stands once in the good file"
    path = _file(tmp_path, GOOD.replace(old, new))

    with pytest.raises(RuleFileError) as error:
        read_round(path, SOURCES)

    assert (error.value.file, error.value.key) == ("tiny.toml", key)
    assert why in error.value.why
    assert str(error.value).startswith(f"tiny.toml: {key}: ")


def test_a_figure_that_an_included_file_holds_cannot_be_defined_again(tmp_path: Path) -> None:
    again = GOOD.replace('id = "tiny"', 'id = "tiny"\nincludes = ["national"]').replace("[phone]", "[pin_tries]")
    sources = SOURCES | {source.id: source for source in _national_sources()}

    with pytest.raises(RuleFileError, match=r"tiny.toml: pin_tries: stands in an included file too"):
        read_round(_file(tmp_path, again.replace('number = "phone"', 'number = "pin_tries"')), sources)


def test_a_programme_without_incentives_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleFileError, match="needs at least one incentive"):
        read_round(_file(tmp_path, 'id = "tiny"\nlabel = { ja = "空", en = "Empty" }\n'), SOURCES)


def test_a_figure_without_announcements_is_refused(tmp_path: Path) -> None:
    text = GOOD + '\n[empty]\nlabel = { ja = "空", en = "Empty" }\nunit = "points"\n'

    with pytest.raises(RuleFileError, match=r"empty.announcement: needs at least one"):
        read_round(_file(tmp_path, text), SOURCES)


@pytest.mark.parametrize("text", ["id = ", "\ufffdid = 1", 'id = "a"\nid = "b"'])
def test_what_is_not_toml_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(RuleFileError, match=r"tiny.toml: is not TOML"):
        read_toml(_file(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleFileError, match="cannot be read"):
        read_toml(tmp_path / "nowhere.toml")


def test_a_source_with_a_key_too_many_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, '[notice]\npublisher = "みほん市"\ntitle = "お知らせ"\nauthor = "市長"\n')

    with pytest.raises(RuleFileError, match=r"notice.author: is not a key"):
        parse_sources(read_toml(path))


def _file(folder: Path, text: str) -> Path:
    path = folder / "tiny.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _national_sources() -> set[Source]:
    law = load_round("round1")
    figures = {s for p in law.parameters.values() for a in p.announcements for s in (a.source, *a.also_in)}
    rules = {s for p in law.statements.values() for v in p.versions for s in (v.source, *v.also_in)}
    lines = {s for line in law.contact_lines.values() for h in line.hours for s in (h.source, *h.also_in)}
    return figures | rules | lines
