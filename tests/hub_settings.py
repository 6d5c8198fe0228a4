"""The hub's settings for tests: its own state folder, emulated cards, everything else as shipped."""

import atexit
import os
import shutil
import tempfile

if "MYNAPOINT_STATE" not in os.environ:
    os.environ["MYNAPOINT_STATE"] = tempfile.mkdtemp(prefix="mynapoint-tests-")
    atexit.register(shutil.rmtree, os.environ["MYNAPOINT_STATE"], ignore_errors=True)
os.environ["MYNAPOINT_ENVIRONMENT"] = "emulated"
os.environ["MYNAPOINT_SECRET_KEY"] = "only-for-tests-only-for-tests-only-for-tests-only"
os.environ["MYNAPOINT_ORIGINS"] = "http://localhost:8000,http://127.0.0.1:8000,http://testserver"

from mynapoint.hub.settings import *  # noqa: F403

TRUST_LOOK_SECONDS = 0.0  # a test that changes the trust folder does not wait
