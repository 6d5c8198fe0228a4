"""`mynapoint demo`: the whole programme in an invented city, in the browser or (`--play`) in the terminal."""

from __future__ import annotations

import signal
import tempfile
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

DEFAULT_AGENT_PORT = 47220


def demo(
    port: Annotated[
        int, typer.Option(help="The hub's port; サンプルPay takes the port ten above, the phone twenty.")
    ] = 8000,
    agent_port: Annotated[int, typer.Option(help="The card agent's port.")] = DEFAULT_AGENT_PORT,
    state: Annotated[Path | None, typer.Option(help="Keep the city here; without it each demo starts afresh.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the start page.")] = False,
    play: Annotated[bool, typer.Option("--play", help="Play the journey in the terminal, then end.")] = False,
) -> None:
    """Run hub, サンプルPay, card agent and a simulated phone of an invented city on this machine; nothing leaves it."""
    from mynapoint.demo.processes import DemoStopped

    console = Console(highlight=False)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.default_int_handler)
    try:
        with _state_folder(state) as folder:
            if play:
                _play(folder, console)
            else:
                _run(folder, port, agent_port, console, open_browser=not no_browser)
    except DemoStopped as stopped:
        console.print(str(stopped), style="bold red", markup=False)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        console.print("Stopped.")


def _run(folder: Path, port: int, agent_port: int, console: Console, *, open_browser: bool) -> None:
    from mynapoint.demo.city import City
    from mynapoint.demo.processes import require_free, watch

    city = City(folder, hub_port=port, pay_port=port + 10, agent_port=agent_port, phone_port=port + 20)
    require_free(port + 20, "--port")
    require_free(city.hub_port, "--port")
    require_free(city.pay_port, "--port")
    require_free(city.agent_port, "--agent-port")
    with console.status("Building the city: cards, keys, register, municipal pages ..."):
        city.prepare()
    with city.serve() as started:
        console.print("\n[bold]mynapoint demo[/bold]: an invented city; every person and payment in it is made up.\n")
        console.print(f"  Start here   {city.hub}/demo/", soft_wrap=True)
        console.print(f"  Hub          {city.hub}/")
        console.print(f"  サンプルPay  {city.pay}/")
        console.print(f"  Card agent   {city.agent}/")
        console.print(f"  Phone        {city.phone}/ (simulated; a phone is added on my page)")
        console.print(f"  State        {folder}\n", soft_wrap=True)
        console.print("Ctrl-C stops everything.")
        if open_browser:
            webbrowser.open(f"{city.hub}/demo/")
        watch(started)


def _play(folder: Path, console: Console) -> None:
    from mynapoint.demo.city import City
    from mynapoint.demo.play import play
    from mynapoint.demo.processes import free_port

    play(City(folder, hub_port=free_port(), pay_port=free_port(), agent_port=free_port()), console)


@contextmanager
def _state_folder(state: Path | None) -> Iterator[Path]:
    if state is not None:
        state.mkdir(parents=True, exist_ok=True)
        yield state.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="mynapoint-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
