"""Copies of the hub that another machine can go on with: the database as at one instant, and the keys apart from it."""

from __future__ import annotations

import io
import os
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

KEY_FILES = ("keys", "secret-key")
"""What of the state folder is secret and not in the database."""


class Unusable(Exception):
    """It cannot be copied from there or to there; the words say why, for an operator."""


def copy_database(source: Path, target: Path) -> int:
    """Copy a SQLite database, also while it is written to; return the copy's bytes. Raises Unusable.

    The copy is of one instant, whole and on the disk when this returns; nobody else can read it.
    """
    if not source.is_file():
        raise Unusable(f"{source} is not there")
    _make_empty(target)
    with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as live:
        try:
            with closing(sqlite3.connect(target)) as copy:
                live.backup(copy)
                found = copy.execute("PRAGMA integrity_check").fetchone()[0]
                broken = copy.execute("PRAGMA foreign_key_check").fetchone()
        except sqlite3.DatabaseError as error:
            target.unlink()
            raise Unusable(f"{source} is no whole database: {error}") from error
    if found != "ok" or broken is not None:
        target.unlink()
        raise Unusable(f"{source} is damaged: {found if found != 'ok' else 'rows refer to rows that are not there'}")
    _write_through(target)
    return target.stat().st_size


def pack_keys(state: Path, target: Path) -> list[str]:
    """Pack the secrets of a state folder into a tar that nobody else can read; return their names. Raises Unusable."""
    found = [path for name in KEY_FILES for path in sorted([state / name, *(state / name).glob("*")]) if path.is_file()]
    if not found:
        raise Unusable(f"no keys in {state}; is MYNAPOINT_STATE right?")
    _make_empty(target)
    with tarfile.open(target, "w") as packed:
        for path in found:
            packed.add(path, arcname=path.relative_to(state).as_posix(), recursive=False)
    _write_through(target)
    return [path.relative_to(state).as_posix() for path in found]


def unpack_keys(source: Path, state: Path) -> list[str]:
    """Put packed secrets into a state folder that has none of them; return their names. Raises Unusable."""
    contents = _read_keys(source)
    for name in contents:
        if (state / name).exists():
            raise Unusable(f"{state / name} is there already; nothing was overwritten")
    for name, content in contents.items():
        path = state / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_empty(path)
        path.write_bytes(content)
        _write_through(path)
    return sorted(contents)


def _read_keys(source: Path) -> dict[str, bytes]:
    """Return the files of a tar by name: only plain files where keys lie, each of a few kilobytes at most."""
    contents: dict[str, bytes] = {}
    try:
        with tarfile.open(source, "r:") as packed:
            for one in packed:
                parts = one.name.split("/")
                if not one.isfile() or parts[0] not in KEY_FILES or ".." in parts or len(parts) > 2 or one.size > 65536:
                    raise Unusable(f"{source} has {one.name!r}, which is none of the hub's keys")
                contents[one.name] = (packed.extractfile(one) or io.BytesIO()).read()
    except (tarfile.TarError, OSError) as error:
        raise Unusable(f"{source} cannot be read as packed keys: {error}") from error
    return contents


def _make_empty(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as error:
        raise Unusable(f"{path} is there already; nothing was overwritten") from error


def _write_through(path: Path) -> None:
    for one in (path, path.parent):
        handle = os.open(one, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
