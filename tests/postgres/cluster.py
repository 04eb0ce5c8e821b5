"""A PostgreSQL server of our own for one test run: made in a temporary directory, then thrown away.

`initdb` refuses to run as root, so as root everything runs as the system's `postgres` user in a
directory that it owns. The server listens on one free port of the loopback address.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ports import free_port

PASSWORD = "9f2c-rosa#del/inca"  # holds what an address must write otherwise

# Nothing here must outlive the run, so nothing waits for the disk
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def programs() -> Path | None:
    """The folder of initdb and pg_ctl of the newest version installed, or None."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).parent)
    return max(found, key=_version, default=None)


@contextmanager
def cluster(binaries: Path, password: str = "") -> Iterator[str]:
    """A running server; gives the address, without password, of its empty database `convive`.

    password : that of its one user, whom it then asks for it (scram); else it trusts everybody.
    """
    folder = Path(tempfile.mkdtemp(prefix="convive-postgres-"))
    try:
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data, port = folder / "data", free_port()
        trust = ["-A", "trust"]
        if password:
            kept = folder / "password"
            kept.write_text(password)
            kept.chmod(0o644)  # in a folder that nobody else may enter
            trust = ["-A", "scram-sha-256", "--pwfile", str(kept)]
        _run(binaries / "initdb", "-D", data, "-U", "convive", *trust, "-E", "UTF8", "-N")
        settings = [f"-c {setting}" for setting in _FAST]
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 {' '.join(settings)}"
        log = folder / "log"
        _run(binaries / "pg_ctl", "-D", data, "-l", log, "-o", options, "-w", "start")
        try:
            reach = ("-h", "127.0.0.1", "-p", port, "-U", "convive")
            _run(binaries / "createdb", *reach, "convive", PGPASSWORD=password)
            yield f"postgresql://convive@127.0.0.1:{port}/convive"
        finally:
            _run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: Path, *words: object, **more: str) -> None:
    command = [str(program), *map(str, words)]
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    # Output to files: the server would keep a pipe open, and we would wait for it for ever
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command, stdout=output, stderr=output, cwd="/", timeout=60, env={**os.environ, **more}
        )
        output.seek(0)
        assert done.returncode == 0, f"{program.name}: {output.read().decode()}"


def _version(folder: Path) -> tuple[int, ...]:
    name = folder.parent.name
    return tuple(int(part) for part in name.split(".") if part.isdigit())
