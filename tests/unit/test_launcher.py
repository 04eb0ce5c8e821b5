"""The launcher, in a checkout with a space in its name and a uv that needs no network."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

LAUNCHER = Path(__file__).resolve().parents[2] / "convive"
TOOLS = ["sh", "dirname", "readlink", "cat", "cksum", "find", "mkdir", "touch", "rm", "mv"]

# Makes an environment whose Python is this one, without the warming of the large libraries, and
# keeps a list of what it was asked
UV = f"""#!/bin/sh
echo "uv $*" >>"$LOG"
if [ "$1" = venv ]; then
    for last; do :; done
    mkdir -p "$last/bin"
    cat >"$last/bin/python" <<'END'
#!/bin/sh
case "$*" in *"import django"*) exit 0 ;; esac
exec "{sys.executable}" "$@"
END
    chmod +x "$last/bin/python"
elif [ -n "${{UV_SLEEP:-}}" ]; then
    sleep "$UV_SLEEP"
elif [ -n "${{UV_FAILS:-}}" ]; then
    echo "no such package" >&2
    exit 1
fi
"""
# Stands for the application: says what it was called with
MODULE = "import json, sys; print('ran', *sys.argv[1:])\n"


@pytest.fixture
def checkout(tmp_path):
    root = tmp_path / "a check out"
    (root / "src").mkdir(parents=True)
    (root / "tools").mkdir()
    for name in ("pyproject.toml", "constraints.txt"):
        (root / name).write_text("# first\n")
    (root / "tools" / "messages.py").write_text("print('compiled')\n")
    (root / "tools" / "warm_kernels.py").write_text("print('warmed')\n")
    (root / "tools" / "check.py").write_text("import sys; print('checks', *sys.argv[1:])\n")
    (tmp_path / "elsewhere" / "convive").mkdir(parents=True)
    (tmp_path / "elsewhere" / "convive" / "__init__.py").touch()
    (tmp_path / "elsewhere" / "convive" / "__main__.py").write_text(MODULE)
    shutil.copy2(LAUNCHER, root / "convive")
    return root


@pytest.fixture
def path(tmp_path):
    """A directory of programs that holds no more than the launcher needs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(str(shutil.which(tool)))
    (folder / "sleep").symlink_to(str(shutil.which("sleep")))
    (folder / "chmod").symlink_to(str(shutil.which("chmod")))
    return folder


@pytest.fixture
def with_uv(path):
    put(path / "uv", UV)
    put(path / "python3", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    return path


def put(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o755)


def environment(checkout: Path, path: Path, **more: str) -> dict[str, str]:
    elsewhere = checkout.parent / "elsewhere"  # where `python -m convive` finds the stand-in
    known = {"PATH": str(path), "LOG": str(log(checkout)), "HOME": str(checkout.parent)}
    return known | {"PYTHONPATH": str(elsewhere)} | more


def start(checkout, path, *words, launcher=None, **more):
    return subprocess.run(
        ["sh", str(launcher or checkout / "convive"), *words],
        cwd=checkout.parent / "elsewhere",
        env=environment(checkout, path, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def log(checkout: Path) -> Path:
    return checkout.parent / "log"


def asked_of_uv(checkout: Path) -> list[str]:
    return log(checkout).read_text().splitlines() if log(checkout).exists() else []


def test_the_first_start_installs_by_hash_and_runs_the_command(checkout, with_uv):
    done = start(checkout, with_uv, "pack", "check", "my pack")
    assert (done.returncode, done.stdout) == (0, "ran pack check my pack\n")
    made, pinned, own = asked_of_uv(checkout)
    assert "--no-managed-python" in made
    assert "--require-hashes -r" in pinned
    assert "--no-deps --no-build-isolation -e" in own


def test_a_later_start_installs_nothing_and_adds_less_than_a_third_of_a_second(checkout, with_uv):
    start(checkout, with_uv)
    before = asked_of_uv(checkout)
    elsewhere = str(checkout.parent / "elsewhere")
    took = [worked(lambda: start(checkout, with_uv, PYTHONPATH=elsewhere)) for _attempt in range(3)]
    assert asked_of_uv(checkout) == before
    own = worked(lambda: subprocess.run([sys.executable, "-c", ""], check=True))
    assert min(took) - own < 0.3


def test_it_starts_from_anywhere_through_links(checkout, with_uv, tmp_path):
    (tmp_path / "first").symlink_to(Path("a check out") / "convive")
    (tmp_path / "second").symlink_to(tmp_path / "first")
    done = start(checkout, with_uv, "serve", launcher=tmp_path / "second")
    assert done.stdout == "ran serve\n"
    assert (checkout / ".venv" / "convive.stamp").exists()


def test_files_of_the_working_directory_take_no_modules_place(checkout, with_uv):
    start(checkout, with_uv)
    (checkout.parent / "trap").mkdir()
    (checkout.parent / "trap" / "json.py").write_text("raise SystemExit('trapped')")
    done = subprocess.run(
        ["sh", str(checkout / "convive"), "serve"],
        cwd=checkout.parent / "trap",
        env=environment(checkout, with_uv),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == "ran serve\n"


def test_the_word_test_runs_the_checks(checkout, with_uv):
    assert start(checkout, with_uv, "test", "--heavy").stdout == "checks --heavy\n"


def test_new_pins_are_installed(checkout, with_uv):
    start(checkout, with_uv)
    (checkout / "constraints.txt").write_text("# second\n")
    start(checkout, with_uv)
    assert sum("--require-hashes" in line for line in asked_of_uv(checkout)) == 2


def test_a_checkout_that_was_moved_is_installed_again(checkout, with_uv):
    start(checkout, with_uv)
    moved = checkout.rename(checkout.parent / "moved")
    start(moved, with_uv)
    assert sum("--require-hashes" in line for line in asked_of_uv(moved)) == 2


def test_an_interrupted_installation_is_thrown_away_and_done_again(checkout, with_uv):
    process = subprocess.Popen(
        ["sh", str(checkout / "convive")],
        env=environment(checkout, with_uv, UV_SLEEP="3"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: any("--require-hashes" in line for line in asked_of_uv(checkout)))
    process.kill()
    process.wait()
    (checkout / ".venv" / "half").touch()
    done = start(checkout, with_uv, "serve")
    assert done.stdout == "ran serve\n"
    assert "waiting" in done.stderr  # for the step that outlived the launcher
    assert not (checkout / ".venv" / "half").exists()


def test_two_starts_at_once_install_once(checkout, with_uv):
    both = [
        subprocess.Popen(
            ["sh", str(checkout / "convive"), "serve"],
            env=environment(checkout, with_uv, UV_SLEEP="0.3"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _start in range(2)
    ]
    assert [process.communicate(timeout=60)[0] for process in both] == ["ran serve\n"] * 2
    assert sum(line.startswith("uv venv") for line in asked_of_uv(checkout)) == 1


def test_a_failed_step_shows_what_it_said_and_leaves_no_stamp(checkout, with_uv):
    done = start(checkout, with_uv, UV_FAILS="yes")
    assert done.returncode == 1
    assert "no such package" in done.stderr
    assert not (checkout / ".venv" / "convive.stamp").exists()


def test_messages_are_compiled_only_when_they_changed(checkout, with_uv):
    start(checkout, with_uv)
    mark = checkout / ".venv" / "convive.messages"
    compiled = mark.stat().st_mtime_ns
    start(checkout, with_uv)
    assert mark.stat().st_mtime_ns == compiled
    po = checkout / "src" / "django.po"
    po.write_text("")
    os.utime(po, ns=(compiled + 10**9, compiled + 10**9))
    start(checkout, with_uv)
    assert mark.stat().st_mtime_ns > compiled


def test_a_home_that_cannot_be_written_is_no_hindrance(checkout, with_uv):
    assert start(checkout, with_uv, "serve", HOME="/proc/nowhere").stdout == "ran serve\n"


def test_without_python_311_one_sentence_says_what_to_install(checkout, path):
    put(path / "python3", "#!/bin/sh\nexit 1\n")
    done = start(checkout, path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Python 3.11" in done.stderr


def test_without_venv_one_sentence_names_the_missing_package(checkout, path):
    put(
        path / "python3",
        f'#!/bin/sh\ncase "$*" in *ensurepip*) exit 1 ;; esac\nexec "{sys.executable}" "$@"\n',
    )
    done = start(checkout, path)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "python3-venv" in done.stderr


def worked(act: Callable[[], object]) -> float:
    """Seconds that the processes work which `act` starts and waits for. Others take none of it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    act()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.01)
