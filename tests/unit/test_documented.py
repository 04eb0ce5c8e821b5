"""Every command, option and setting stands in the documentation, and nothing else does."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import commands as reference  # noqa: E402

ALL = {" ".join(path): command for path, command in reference.commands()}
PAGE = (ROOT / "docs" / "commands.md").read_text()
SETTING = re.compile(r"\bCONVIVE_[A-Z][A-Z_]*\b")


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def does_something(command: click.Command) -> bool:
    """Not a mere family of commands."""
    return not isinstance(command, click.Group) or command.invoke_without_command


def test_the_reference_of_commands_is_what_their_help_says():
    assert reference.wanted() == PAGE, "run tools/commands.py update"


@pytest.mark.parametrize("path", ALL)
def test_every_command_has_a_help_with_an_example_of_itself(path):
    told, example = reference.text_of(ALL[path])
    assert told
    assert re.match(rf"(\./)?convive {path}\b", example), example


@pytest.mark.parametrize("path", ALL)
def test_every_option_of_an_example_exists(path):
    _told, example = reference.text_of(ALL[path])
    command, words = called(example)
    known = {name for parameter in command.params for name in parameter.opts}
    assert [word for word in words if word.startswith("--") and word not in known] == []


@pytest.mark.parametrize("path", [path for path in ALL if does_something(ALL[path])])
def test_every_command_takes_the_shared_options(path):
    known = {name for parameter in ALL[path].params for name in parameter.opts}
    assert {"--home", "--json", "--as"} <= known


@pytest.mark.parametrize("path", ALL)
def test_every_option_says_what_it_is_for(path):
    assert [option.name for option in reference.options(ALL[path]) if not option.help] == []


def test_every_setting_is_documented_and_every_documented_setting_exists():
    sources = [ROOT / "convive", ROOT / ".ci" / "run", *(ROOT / "src").rglob("*.py")]
    used = {name for file in sources for name in SETTING.findall(file.read_text())}
    documented = set(SETTING.findall((ROOT / "docs" / "settings.md").read_text()))
    assert used == documented


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_no_page_names_a_command_or_option_that_does_not_exist(page):
    for line in called_in(page.read_text()):
        command, words = called(line)
        known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
        assert [word for word in words if word.startswith("--") and word not in known] == [], line
        if not does_something(command):
            assert not words, line


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_of_a_page_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)", page.read_text())
    near = [link for link in links if not link.startswith(("http:", "https:", "mailto:"))]
    assert [link for link in near if not (page.parent / link).exists()] == []


def called_in(text: str) -> list[str]:
    """The command lines of a page: `./convive …` or `convive …` in a code block or a code span."""
    blocks = re.findall(r"^```.*?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    lines += re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    found = [line.split(" #")[0].strip() for line in lines]
    return [line for line in found if re.match(r"(\./)?convive [a-z]", line) and not own(line)]


def own(line: str) -> bool:
    """Words of the launcher, not of the command line."""
    return line.split()[1] == "test" or line.isupper()


def called(line: str) -> tuple[click.Command, list[str]]:
    """The command that a line calls, and the words that follow its name."""
    words = line.split()[1:]
    command: click.Command = reference.convive
    while words and isinstance(command, click.Group):
        child = command.get_command(click.Context(command), words[0])
        if child is None:
            break
        command, words = child, words[1:]
    assert command is not reference.convive, f"no command: {line}"
    return command, words
