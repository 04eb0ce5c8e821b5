"""A real browser on a real server: the demo, built once, served by the command that people run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import house
import pytest
from house import CHROMIUM, Demo, Site, chromium, served
from phones import Phone
from playwright.sync_api import Browser, expect, sync_playwright

pytest.register_assert_rewrite("usable")  # what it finds is told as a test tells it
expect.set_options(timeout=30_000)  # as long as every other wait: a busy machine answers late


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shots", metavar="DIR", help="save a picture of every page into DIR")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After the first file, for which one process builds the demo, come those that ask for none."""
    here = [item for item in items if item.path.parent == Path(__file__).parent]
    asking = {item.path for item in here if "site" in getattr(item, "fixturenames", ())}

    def turn(item: pytest.Item) -> int:
        if item.path.parent != Path(__file__).parent:
            return 3
        return 0 if item.path == here[0].path else 1 + (item.path in asking)

    items.sort(key=turn)


@pytest.fixture(scope="session")
def shots(request: pytest.FixtureRequest) -> Path | None:
    """Where pictures go: `pytest tests/browser --shots DIR`."""
    folder = request.config.getoption("--shots", None)
    if folder is None:
        return None
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)


# Not for the whole session: while Playwright runs, Django refuses its database to the same thread
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo as it is built, for every file of tests to take a copy of."""
    return house.built(tmp_path_factory)


@pytest.fixture(scope="module")
def site(built: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(built, tmp_path_factory.mktemp("browser") / "home") as running:
        yield running


@pytest.fixture
def phones(browser: Browser, site: Site, tmp_path: Path) -> Iterator[tuple[Phone, Phone]]:
    found = Phone(browser, site, tmp_path / "one"), Phone(browser, site, tmp_path / "two")
    yield found
    for phone in found:
        phone.off()
    if site.server.process is None:  # a test failed while it was stopped; the others need it
        site.server.start()


@pytest.fixture
def phone(phones: tuple[Phone, Phone]) -> Phone:
    return phones[0]
