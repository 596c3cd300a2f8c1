"""`python -m bot.pictures`: reads one order from standard input, writes its PNG to standard output.

Says of a fault only its kind: an order holds what people wrote.
"""

import sys


def main() -> int:
    order = sys.stdin.buffer.read().decode()
    try:
        from bot.pictures.drawing import draw

        sys.stdout.buffer.write(draw(order))
    except Exception as error:  # whatever it was: the parent decides, and must not read what people wrote
        sys.stderr.write(type(error).__name__)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
