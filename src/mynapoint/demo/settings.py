"""The hub's settings in the invented city: emulated cards, its own clock, a start page, a banner."""

import os

os.environ["MYNAPOINT_ENVIRONMENT"] = "emulated"

from pathlib import Path

from django.utils.translation import gettext_lazy

from mynapoint.hub.settings import *

ROOT_URLCONF = "mynapoint.demo.urls"
CLOCK = "mynapoint.demo.clock.now"
LINK_SOURCE = "mynapoint.demo.links.CityLinks"
BANNER = gettext_lazy("これはデモです。人物・お店・お金はすべて架空のもので、模擬カードを使います。")

TEMPLATES[0]["DIRS"] = [Path(__file__).parent / "templates", *TEMPLATES[0]["DIRS"]]
STATICFILES_DIRS = [*STATICFILES_DIRS, Path(__file__).parent / "static"]
LOCALE_PATHS = [Path(__file__).parent / "locale", *LOCALE_PATHS]
