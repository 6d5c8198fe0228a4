"""A Spark session of our own, for `mynapoint award --engine spark`: started quietly, on loopback, and ended whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py4j.java_gateway import JavaGateway
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

LOOPBACK = "127.0.0.1"
_QUIET = Path(__file__).with_name("spark_log4j2.properties")


class NoSpark(RuntimeError):
    """Spark cannot be started here: what is missing, and what to do."""


def why_no_spark() -> str | None:
    """Return what Spark lacks on this machine, and what to do, or None when nothing is."""
    from importlib.util import find_spec

    if find_spec("pyspark") is None:
        return "pyspark is not installed; type: pip install 'mynapoint[spark]'"
    java_home = os.environ.get("JAVA_HOME")
    if not shutil.which("java", path=f"{java_home}/bin" if java_home else None):
        return "no Java was found; on Debian or Ubuntu type: apt-get install -y openjdk-17-jre-headless"
    return None


@contextmanager
def open_spark(
    master: str, *, scratch: Path, memory: str | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[SparkSession]:
    """Give a session on ``master``; afterwards its processes have ended and its ports are closed.

    master    local[N] · local-cluster[WORKERS,CORES,MB] · spark://HOST:PORT; all but the last keep to loopback
    scratch   a folder for what Spark spills and its workers write; a remote cluster's workers use their own
    memory    what this machine's JVM may use as its heap, such as 2GB; None leaves it to Spark
    settings  further settings of Spark
    Raises NoSpark. A process has one Spark at a time: one that runs already is refused.
    """
    if lacking := why_no_spark():
        raise NoSpark(lacking)
    from pyspark import SparkConf, SparkContext
    from pyspark.sql import SparkSession

    if SparkContext._active_spark_context is not None:
        raise NoSpark("this process has a Spark session already; end it, or give it to run_spark")
    with TemporaryDirectory(prefix="spark-", dir=scratch) as folder:
        conf = SparkConf(loadDefaults=False).setMaster(master).setAppName("mynapoint award")
        conf.setAll(list({**_settings(master, Path(folder), memory), **(settings or {})}.items()))
        context = _start(conf, _surroundings(master, Path(folder)), log=Path(folder) / "spark.log")
        try:
            yield SparkSession(context)
        finally:
            _end(context)


def _start(conf: SparkConf, surroundings: Mapping[str, str], log: Path) -> SparkContext:
    from py4j.protocol import Py4JError
    from pyspark import SparkContext
    from pyspark.errors import PySparkRuntimeError
    from pyspark.java_gateway import launch_gateway

    try:
        with _environment(surroundings), log.open("wb") as errors:
            gateway = launch_gateway(conf, popen_kwargs={"stderr": errors})
    except PySparkRuntimeError as error:
        raise NoSpark(f"Java did not start: {log.read_text(errors='replace').strip()[-500:]}") from error
    try:
        return SparkContext(gateway=gateway, conf=conf)
    except Py4JError as error:
        _end_gateway(gateway)
        why = log.read_text(errors="replace").strip()[-500:] or str(error).strip()
        raise NoSpark(f"Spark did not start on {conf.get('spark.master')}: {why}") from error


def _settings(master: str, folder: Path, memory: str | None) -> dict[str, str]:
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder),
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={_QUIET.as_uri()} -Dderby.system.home={folder}",
    }
    if memory is not None:
        settings["spark.driver.memory"] = _megabytes(memory)
    if master.startswith("local"):
        settings |= {
            "spark.driver.host": LOOPBACK,
            "spark.driver.bindAddress": LOOPBACK,
            "spark.sql.shuffle.partitions": "32",  # Spark's 200 cost seconds a stage on one machine
            "spark.executor.extraJavaOptions": f"-Dlog4j2.configurationFile={_QUIET.as_uri()}",
        }
    return settings


def _megabytes(memory: str) -> str:
    """Return an amount such as 1.5GB as Java reads it, in whole MiB."""
    number, unit = memory.rstrip("Bbi ")[:-1], memory.rstrip("Bbi ")[-1].upper()
    return f"{int(Decimal(number) * Decimal(1024) ** ('KMGT'.index(unit) - 1))}m"


def _surroundings(master: str, folder: Path) -> dict[str, str]:
    """Return the environment of Spark's JVM; local-cluster's workers write below SPARK_HOME, so that is ours too."""
    if not master.startswith("local"):
        return {}
    surroundings = {"SPARK_LOCAL_IP": LOOPBACK, "SPARK_LOCAL_HOSTNAME": LOOPBACK}
    if master.startswith("local-cluster"):
        import pyspark

        home = folder / "home"
        home.mkdir()
        for name in ("bin", "jars", "python"):
            (home / name).symlink_to(Path(pyspark.__path__[0]) / name)
        surroundings["SPARK_HOME"] = str(home)
    return surroundings


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _end(context: SparkContext) -> None:
    gateway = context._gateway
    context.stop()
    _end_gateway(gateway)


def _end_gateway(gateway: JavaGateway) -> None:
    """End Spark's JVM, which pyspark would leave running until this process ends."""
    from pyspark import SparkContext

    SparkContext._gateway = SparkContext._jvm = None
    gateway.shutdown()
    with suppress(OSError):
        gateway.proc.stdin.close()  # the JVM ends with its input
    gateway.proc.wait()
