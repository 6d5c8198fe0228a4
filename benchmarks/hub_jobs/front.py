"""nginx in front of the hub, with the configuration that is shipped, and two processes of the hub behind it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hub_jobs.machine import free_port, process
from hub_jobs.servers import Server, hub, when_it_answers

NGINX = shutil.which("nginx")
_SITE = """
upstream hub {{ zone hub 64k; least_conn; {servers} keepalive 64; }}
geo $is_inside {{ default 1; }}
geo $is_limited {{ default 0; }}
map $time_iso8601 $is_last_day {{ default 0; }}
"""


@contextmanager
def hub_behind_nginx(environment: Mapping[str, str], folder: Path, *, threads: int) -> Iterator[Server]:
    """Serve the hub as it is served in production: two processes, each at a port of its own, nginx before them."""
    from mynapoint.hub.operation.proxy import CONFIGURATION, write

    with (
        hub(environment, folder, threads=threads, workers=1) as one,
        hub(environment, folder, threads=threads, workers=1) as other,
    ):
        front, port = folder / "nginx", free_port()
        write(front)
        servers = " ".join(f"server 127.0.0.1:{each.port} max_fails=0;" for each in (one, other))
        (front / "site-http.conf").write_text(_SITE.format(servers=servers))
        (front / "site-server.conf").write_text(f"listen 127.0.0.1:{port} backlog=4096;\n")
        user = "user root; " if os.geteuid() == 0 else ""
        command = [str(NGINX), "-p", str(front), "-c", CONFIGURATION, "-g", f"{user}daemon off;"]
        with process(command, environment={}, log=folder / "nginx.log") as started:
            answering = when_it_answers(started, port, folder / "nginx.log")
            yield Server(answering.pid, port, (one.pid, other.pid))
