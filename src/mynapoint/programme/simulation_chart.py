"""A simulation as an SVG picture: applications and points up to each week, median with its band from p5 to p95."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape
from unicodedata import east_asian_width

from mynapoint.programme.axes import short, ticks
from mynapoint.programme.rounds import Round
from mynapoint.programme.simulation import IncentiveOutcome, Outcome, Spread, Week
from mynapoint.programme.words import Words, date_in, is_japanese

_WIDTH, _PANEL, _LEFT, _RIGHT, _TOP, _GAP = 960, 240, 120, 930, 84, 76
# Colours that people who see few of them can tell apart (Okabe and Ito), and dashes for print.
_STYLES = (("#0072B2", ""), ("#D55E00", "9 5"), ("#009E73", "2 4"), ("#CC79A7", "12 4 2 4"))
_APPLICATIONS = Words("申込(累計、人)", "Applications so far, people")
_POINTS = Words("付与ポイント(累計)", "Points so far")
_BAND = Words("線は中央値、帯は5%から95%の範囲", "Line: median; band: p5 to p95")


def chart(law: Round, outcome: Outcome, language: str) -> str:
    """Return the picture as SVG text with a title and a description; it loads nothing from anywhere."""
    title = _title(law, outcome, language)
    legend, top = _legend(outcome, language)
    height = top + 2 * (_PANEL + _GAP)
    band = f'<text x="{_RIGHT}" y="{top + 8}" text-anchor="end" font-size="12">{_BAND.in_language(language)}</text>'
    body = [
        *legend,
        *_panel(outcome, _APPLICATIONS.in_language(language), lambda week: week.applications_so_far, top, language),
        band,
        *_panel(outcome, _POINTS.in_language(language), lambda week: week.points_so_far, top + _PANEL + _GAP, language),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
            f'aria-labelledby="title desc" lang="{escape(language)}" font-family="sans-serif" font-size="14">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="desc">{escape(_description(outcome, language))}</desc>',
            f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
            f'<text x="20" y="30" font-size="18" font-weight="bold">{escape(_fitted(title, _WIDTH - 40, 18))}</text>',
            *body,
            "</svg>",
            "",
        ]
    )


def _title(law: Round, outcome: Outcome, language: str) -> str:
    label = law.label.in_language(language)
    if is_japanese(language):
        return f"{label}の試算({outcome.people:,}人、{outcome.runs}回)"
    return f"{label}: simulation for {outcome.people:,} people, {outcome.runs} runs"


def _description(outcome: Outcome, language: str) -> str:
    texts = []
    for one in outcome.incentives:
        label, people, points = one.incentive.label.in_language(language), one.applications, one.points
        if is_japanese(language):
            texts.append(
                f"{label}:申込は{people.median:,}人({people.p5:,}から{people.p95:,})、"
                f"付与は{points.median:,}ポイント({points.p5:,}から{points.p95:,})。"
            )
        else:
            texts.append(
                f"{label}: {people.median:,} applications ({people.p5:,} to {people.p95:,}), "
                f"{points.median:,} points ({points.p5:,} to {points.p95:,})."
            )
    band = "帯は5%から95%の範囲です。" if is_japanese(language) else "Bands reach from p5 to p95."
    return "".join(texts) + band if is_japanese(language) else " ".join([*texts, band])


def _legend(outcome: Outcome, language: str) -> tuple[list[str], int]:
    """Return the legend, in as many rows as its labels need, and where the panels begin below it."""
    shapes, x, y = [], 20, 52
    for number, one in enumerate(outcome.incentives):
        label = _fitted(one.incentive.label.in_language(language), _WIDTH - 84, 14)
        if x > 20 and x + 44 + _width(label, 14) > _WIDTH - 20:
            x, y = 20, y + 22
        shapes.append(f'<line x1="{x}" y1="{y}" x2="{x + 36}" y2="{y}" {_stroke(number)}/>')
        shapes.append(f'<text x="{x + 44}" y="{y + 5}">{escape(label)}</text>')
        x += 44 + _width(label, 14) + 28
    return shapes, _TOP + y - 52


def _fitted(text: str, room: int, size: int) -> str:
    """Return a text, cut with 「…」 where it would be wider than its room, in pixels."""
    while text and _width(text, size) > room:
        text = text.removesuffix("…")[:-1] + "…"
    return text


def _width(text: str, size: int) -> int:
    """Return about how wide a text is at a size in pixels, rather too wide: fonts differ."""
    return sum(size * (10 if east_asian_width(letter) in "FWA" else 6) for letter in text) // 10


def _panel(outcome: Outcome, label: str, series: Callable[[Week], Spread], top: int, language: str) -> Iterator[str]:
    most = max(1, *(series(week).p95 for one in outcome.incentives for week in one.weeks))
    weeks = [week.starts_on for week in outcome.incentives[0].weeks]
    bottom = top + _PANEL
    yield f'<text x="20" y="{top + 8}" font-weight="bold">{escape(label)}</text>'
    for tick in ticks(most):
        y = bottom - (_PANEL - 24) * tick // most
        yield f'<line x1="{_LEFT}" y1="{y}" x2="{_RIGHT}" y2="{y}" stroke="#ccc"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 5}" text-anchor="end" font-size="12">{short(tick, language)}</text>'
    for number in range(0, len(weeks), max(1, len(weeks) // 4)):
        x, anchor = _x(number, len(weeks)), "end" if number > len(weeks) * 9 // 10 else "start"
        day = escape(date_in(weeks[number], language))
        yield f'<line x1="{x}" y1="{bottom}" x2="{x}" y2="{bottom + 6}" stroke="#333"/>'
        yield f'<text x="{x}" y="{bottom + 22}" text-anchor="{anchor}" font-size="12">{day}</text>'
    for number, one in enumerate(outcome.incentives):
        yield from _curve(one, number, series, most=most, bottom=bottom)


def _curve(
    one: IncentiveOutcome, number: int, series: Callable[[Week], Spread], *, most: int, bottom: int
) -> Iterator[str]:
    spreads = [series(week) for week in one.weeks]

    def points(values: Sequence[int]) -> list[str]:
        return [f"{_x(n, len(values))},{bottom - (_PANEL - 24) * value // most}" for n, value in enumerate(values)]

    band = [*points([spread.p95 for spread in spreads]), *reversed(points([spread.p5 for spread in spreads]))]
    colour = _STYLES[number % len(_STYLES)][0]
    yield f'<polygon points="{" ".join(band)}" fill="{colour}" fill-opacity="0.2"/>'
    yield f'<polyline points="{" ".join(points([s.median for s in spreads]))}" fill="none" {_stroke(number)}/>'


def _stroke(number: int) -> str:
    colour, dashes = _STYLES[number % len(_STYLES)]
    return f'stroke="{colour}" stroke-width="2.5"' + (f' stroke-dasharray="{dashes}"' if dashes else "")


def _x(number: int, count: int) -> int:
    return _LEFT + (_RIGHT - _LEFT) * number // max(1, count - 1)
