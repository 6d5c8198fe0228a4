"""The hub's settings for tests: its own state folder, emulated cards, everything else as shipped."""

import os
import tempfile

os.environ.setdefault("MYNAPOINT_STATE", tempfile.mkdtemp(prefix="mynapoint-tests-"))
os.environ["MYNAPOINT_ENVIRONMENT"] = "emulated"
os.environ["MYNAPOINT_SECRET_KEY"] = "only-for-tests-only-for-tests-only-for-tests-only"
os.environ["MYNAPOINT_ORIGINS"] = "http://localhost:8000,http://127.0.0.1:8000,http://testserver"

from mynapoint.hub.settings import *  # noqa: F403
