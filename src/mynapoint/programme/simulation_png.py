"""A simulation's SVG picture as PNG, drawn on this machine by typst; or what is missing for it, and how to get it."""

from __future__ import annotations

from collections.abc import Set
from importlib import import_module

PIXELS_PER_INCH = 144
"""Twice a screen's: 1,440 pixels wide, sharp on paper as well."""

JAPANESE_FONTS = (
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "Source Han Sans",
    "BIZ UDPGothic",
    "BIZ UDGothic",
    "Hiragino Sans",
    "Hiragino Kaku Gothic ProN",
    "Yu Gothic",
    "Meiryo",
    "MS Gothic",
    "IPAexGothic",
    "IPAGothic",
    "TakaoGothic",
    "VL Gothic",
    "Noto Serif CJK JP",
)
"""Fonts with Japanese letters, the best first; others are not tried, for a font without them draws empty boxes."""
OTHER_FONTS = ("Noto Sans", "DejaVu Sans", "Liberation Sans", "Libertinus Serif")
"""Fonts for pictures without Japanese letters; the last one comes with typst."""


class NoPicture(RuntimeError):
    """A PNG that cannot be drawn here: what is missing, and how to get it."""


def png(svg: str) -> bytes:
    """Return an SVG picture as PNG, 144 pixels an inch; it loads nothing from anywhere. Raises NoPicture."""
    try:
        typst = import_module("typst")
    except ImportError as error:
        raise NoPicture("typst is not installed; install it with: pip install 'mynapoint[pictures]'") from error
    fonts = typst.Fonts()
    font = choose_font(svg, set(fonts.families()))
    drawn = svg.replace('font-family="sans-serif"', f'font-family="{font}"')
    page = f'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes({_quoted(drawn)}), format: "svg")\n'
    picture: bytes = typst.compile(page.encode(), format="png", ppi=PIXELS_PER_INCH, font_paths=fonts)
    return picture


def choose_font(text: str, families: Set[str]) -> str:
    """Return the installed font to write a text with. Raises NoPicture where Japanese letters would come out as boxes.

    ``families``  the fonts that are installed
    """
    japanese = any("\u3000" <= letter <= "\u9fff" for letter in text)
    for font in JAPANESE_FONTS if japanese else (*OTHER_FONTS, *JAPANESE_FONTS):
        if font in families:
            return font
    raise NoPicture(
        "no font with Japanese letters was found on this machine; install one (on Debian: apt install fonts-noto-cjk), "
        "or ask for English with --lang en"
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
