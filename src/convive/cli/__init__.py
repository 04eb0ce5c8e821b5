"""The command line. Each module holds one family of commands; `common` holds what all share."""

from __future__ import annotations

import importlib

import click

from convive import __version__

# command -> module that defines it; loaded only when it is asked for, so that each start is short
COMMANDS = {
    "pack": "convive.cli.pack",
    "evidence": "convive.cli.evidence",
    "figure": "convive.cli.figure",
    "report": "convive.cli.report",
    "analyse": "convive.cli.analyse",
    "observatory": "convive.cli.observatory",
    "people": "convive.cli.people",
    "services": "convive.cli.services",
    "reach": "convive.cli.reach",
    "journal": "convive.cli.journal",
    "member": "convive.cli.member",
    "demo": "convive.cli.demo",
    "backup": "convive.cli.backup",
    "restore": "convive.cli.restore",
    "home": "convive.cli.home",
    "serve": "convive.cli.serve",
    "worker": "convive.cli.worker",
}


class Lazy(click.Group):
    """Loads a family of commands when it is named."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(COMMANDS[name]), name)
        return command


@click.group(cls=Lazy, context_settings={"help_option_names": ["--help"]})
@click.version_option(__version__, message="%(version)s")
def main() -> None:
    """Convive runs a joint human-security programme: every concern gets an answer.

    Every command takes --home DIR, --json and --as EMAIL. Exit status: 0 done, 1 the input cannot
    be used and nothing was written, 2 wrong usage.

    Example: ./convive demo
    """
