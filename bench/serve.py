"""`bida run` with what only a bench wants: `--unpaced` lifts the send limits."""

import sys
from functools import partial
from unittest.mock import patch

from bot import running
from bot.app import build
from bot.settings import load


def main() -> None:
    """Serve until SIGTERM."""
    if "--unpaced" in sys.argv:
        with patch.object(running, "build", partial(build, paced=False)):
            running.serve(load())
    else:
        running.serve(load())


if __name__ == "__main__":
    main()
