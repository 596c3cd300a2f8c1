"""A process in which many people order the same thing at once, each as the bot would do it for them.

Runs as a script. The first line on standard input says where: `url`, `workspace`, `store`, `people`, `now`. Every
further line is an item id: everybody orders one, and one line of JSON on standard output counts what they were told.
"""

import asyncio
import json
import sys
from collections import Counter
from datetime import datetime

from bot.database import open_engine
from bot.units import PostgresUnits, Turn
from domain.calendar import WorkCalendar, bundled_table
from domain.clock import ShiftedClock
from domain.errors import DomainError
from domain.people.service import profile
from domain.rewards.requests import request
from domain.rewards.terms import Terms

THREADS = 8


def main() -> None:
    told = json.loads(sys.stdin.readline())
    clock = ShiftedClock(datetime.fromisoformat(told["now"]), running=False)
    units = PostgresUnits(open_engine(told["url"]), clock, THREADS)
    units.start()
    terms = Terms(WorkCalendar(national=bundled_table()), "Asia/Shanghai")
    say("ready")

    def order(turn: Turn, person_id: str, item: str) -> str:
        with turn.unit(told["workspace"]) as uow:
            person = profile(uow, person_id)
            assert person is not None
            try:
                request(uow, person, item, terms, store_id=told["store"])
            except DomainError as error:
                uow.commit()  # as the bot does: what is refused leaves nothing behind, whoever commits
                return type(error).__name__
            uow.commit()
            return "ordered"

    async def everybody(item: str) -> Counter[str]:
        orders = [units.run(lambda turn, one=one: order(turn, one, item)) for one in told["people"]]
        answers = await asyncio.gather(*orders, return_exceptions=True)
        return Counter(repr(one) if isinstance(one, BaseException) else str(one) for one in answers)

    for line in sys.stdin:
        say(json.dumps(asyncio.run(everybody(line.strip()))))
    units.stop()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
