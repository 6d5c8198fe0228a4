"""サンプルPay as an ASGI application: its pages, the account API at /connector, its style sheet."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from mynapoint.demo.clock import FILE_NAME, STATE_VARIABLE, DemoClock
from mynapoint.demo.sample_pay import operator_pages, pages
from mynapoint.demo.sample_pay.connector import WALLET_FILE, Connector
from mynapoint.demo.sample_pay.frame import refused
from mynapoint.demo.sample_pay.setup import FOLDER
from mynapoint.demo.sample_pay.wallet import Wallet, WalletRefused
from mynapoint.provider import account_api
from mynapoint.provider.config import Config, load_config
from mynapoint.provider.hub_client import HubClient

STATIC = Path(__file__).parent / "static"


def connect_to_hub(config: Config) -> HubClient:
    """Return a line to the hub that the settings name."""
    return HubClient(hub_url=config.hub_url, key=config.key, service_number=config.service_number)


def create_app(state: Path | None = None, *, connect: Callable[[Config], HubClient] = connect_to_hub) -> Starlette:
    """Return サンプルPay for a prepared state folder (setup.prepare); by default MYNAPOINT_DEMO_STATE names it.

    Raises ConfigError when the folder is not prepared.
    """
    state = state or Path(os.environ[STATE_VARIABLE])
    config = load_config(state / FOLDER / "provider.toml")
    wallet = Wallet(state / FOLDER / WALLET_FILE)
    connector = Connector(config, wallet, DemoClock(state / FILE_NAME), partial(connect, config))
    app = Starlette(
        routes=[
            Route("/", pages.home),
            Route("/sign-in", pages.sign_in, methods=["POST"]),
            Route("/sign-out", pages.sign_out, methods=["POST"]),
            Route("/top-up", pages.top_up, methods=["GET", "POST"]),
            Route("/shop", pages.shop, methods=["GET", "POST"]),
            Route("/history", pages.history),
            Route("/refund", pages.refund, methods=["POST"]),
            Route("/operator", operator_pages.show),
            Route("/operator/pull", operator_pages.pull, methods=["POST"]),
            Route("/operator/run", operator_pages.run, methods=["POST"]),
            Route("/operator/claim", operator_pages.claim, methods=["POST"]),
            Mount("/connector", app=account_api.create_app(connector.door())),
            Mount("/static", app=StaticFiles(directory=STATIC), name="static"),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1"])],
        exception_handlers={WalletRefused: refused},
    )
    app.state.connector = connector
    return app
