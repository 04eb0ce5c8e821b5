"""The reference of all commands, made from their own help: docs/commands.md below its marker.

.venv/bin/python tools/commands.py update
.venv/bin/python tools/commands.py check     exit 1 where the page is not up to date
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from convive.cli import main as convive

PAGE = Path(__file__).resolve().parents[1] / "docs" / "commands.md"
MARKER = "<!-- Below: written by tools/commands.py from the help of each command. -->"
SHARED = {"--home", "--json", "--as", "--help"}


def commands(
    command: click.Command = convive, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and group below `command`, with the words that call it."""
    if path:
        yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            if (child := command.get_command(context, name)) is not None:
                yield from commands(child, (*path, name))


def options(command: click.Command) -> Iterator[click.Option]:
    """The options of its own, without those that every command has."""
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not SHARED & set(parameter.opts):
            yield parameter


def text_of(command: click.Command) -> tuple[str, str]:
    """The help without its example, and the example on one line."""
    told, _, example = inspect.cleandoc(command.help or "").partition("Example:")
    return told.strip(), re.sub(r"\s+", " ", example).strip()


def reference() -> str:
    """The generated part of the page."""
    parts = [section(path, command) for path, command in commands()]
    return "\n".join([MARKER, "", *parts])


def section(path: tuple[str, ...], command: click.Command) -> str:
    told, example = text_of(command)
    usage = " ".join(
        p.make_metavar(click.Context(command))
        for p in command.params
        if isinstance(p, click.Argument)
    )
    lines = [f"{'#' * (len(path) + 1)} convive {' '.join(path)} {usage}".rstrip(), "", told, ""]
    rows = [f"| `{row[0]}` | {row[1]} |" for option in options(command) if (row := _row(option))]
    if rows:
        lines += ["| option | |", "|---|---|", *rows, ""]
    return "\n".join([*lines, "```", example, "```", ""])


def _row(option: click.Option) -> tuple[str, str] | None:
    record = option.get_help_record(click.Context(convive))
    return (record[0].replace("|", "\\|"), record[1].replace("|", "\\|")) if record else None


def wanted() -> str:
    head, marker, _rest = PAGE.read_text().partition(MARKER)
    if not marker:
        raise SystemExit(f"{PAGE} has no line {MARKER}")
    return head + reference().rstrip() + "\n"


def main(arguments: list[str]) -> int:
    if arguments == ["update"]:
        PAGE.write_text(wanted())
        return 0
    if arguments == ["check"]:
        if PAGE.read_text() == wanted():
            return 0
        print("docs/commands.md is not up to date: run tools/commands.py update")
        return 1
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
