"""The sentences of every reason for “no”, by the step of the journey: code → (ja, en).

``{names}`` are filled from a reason's figures. Each sentence names the figure and says what to do.
"""

from __future__ import annotations

from mynapoint.award.sentences import conditions, identity, services

SENTENCES = {**conditions.SENTENCES, **services.SENTENCES, **identity.SENTENCES}
