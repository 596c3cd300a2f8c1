"""The way in: `bida`, or `python -m bot`."""

import sys


def main() -> None:
    """Run the command line."""
    from bot.cli import run_cli

    sys.exit(run_cli())


if __name__ == "__main__":
    main()
