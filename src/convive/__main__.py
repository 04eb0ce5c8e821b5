"""`python -m convive`: runs a command, and ends without taking apart what it had loaded.

That would take half a second, for memory that the system frees anyway.
"""

from __future__ import annotations

import atexit
import gc
import logging
import os
import sys
from typing import NoReturn

from convive.cli import main


def run() -> None:
    gc.set_threshold(400_000)  # what loads stays: there is little to look for in it
    try:
        main(prog_name="convive")
    except SystemExit as ended:
        _end(ended.code)


def _end(code: object) -> NoReturn:
    """As Python ends, but for its memory. Files and connections are closed first."""
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    atexit._run_exitfuncs()
    if "django" in sys.modules:
        from django.apps import apps
        from django.db import connections

        if apps.ready:  # else there are none, and there may be no home to open any in
            connections.close_all()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # whoever read it is gone
            code = code or 1
    os._exit(code or 0)


run()
