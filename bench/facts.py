"""Facts about the machine, without which no number means anything."""

import os
import platform
import sqlite3
from pathlib import Path

import psycopg

from bench.databases import postgres_server


def machine() -> str:
    """One line: processor, cores, Python, SQLite, PostgreSQL, and how busy the machine is already."""
    model = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.machine(),
    )  # fmt: skip
    server = postgres_server()
    postgres = "none"
    if server is not None:
        with psycopg.connect(server) as connection:
            number = connection.info.server_version
            postgres = f"{number // 10000}.{number % 10000}"
    return (
        f"{model}, {os.cpu_count()} cores · Python {platform.python_version()} · SQLite {sqlite3.sqlite_version} · "
        f"PostgreSQL {postgres} · load {os.getloadavg()[0]:.1f} before the start"
    )
