"""A process of `convive serve`: the web server or the worker. It does not outlive what started it.

`python -m convive.cli.together PID web|worker …`, where PID is the process that starts it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

_LOOK_SECONDS = 1
_STOP_SECONDS = 10


def end_with(parent: int) -> None:
    """End this process soon after `parent` has: it may have been killed without a chance to say so.

    A thread asks once a second, because no signal tells it on every system.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_STOP_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="convive-parent", daemon=True).start()


def main(words: list[str]) -> None:
    parent, part, *rest = words
    end_with(int(parent))
    if part == "web":
        from granian.cli import entrypoint

        sys.argv = ["granian", *rest]
        entrypoint()
    else:
        from convive.cli import main as convive

        convive([part, *rest], prog_name="convive")


if __name__ == "__main__":
    main(sys.argv[1:])
