"""A programme's clock that takes its time: whoever asks it is a request under way."""

from __future__ import annotations

import time
from datetime import datetime

from hub import clock

TAKES_SECONDS = 1.5


def now() -> datetime:
    time.sleep(TAKES_SECONDS)
    return clock.now()
