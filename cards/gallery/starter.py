"""Samples of first contact: the notice and the starter kit."""

from collections.abc import Mapping
from datetime import date

from cards.gallery.keys import KEY
from cards.model import Card
from cards.notice import notice_card, privacy_card
from cards.starter import board_card, kit_card
from domain.starter.messages import Board, Kit, Step, Stuck

GO = ("okr", "checkin", "kudos", "points")


def samples(locale: str) -> Mapping[str, Card]:
    """Sample name → card."""
    unpublished = Kit(done=frozenset(), paid=0, begun=True, goals_published=False, publisher="陈志远")
    two = Kit(done=frozenset({Step.GOAL, Step.CHECKIN}), paid=20, owed=20, begun=True)
    stuck = (
        Stuck(person_id="p1", name="李雷", step=Step.GOAL, since=date(2026, 2, 3)),
        Stuck(person_id="p2", name="Ann Lee", step=Step.THANKS, since=date(2026, 2, 9)),
    )
    everybody = Board(counts=(12, 7, 5, 40), stuck=stuck, owed=40, goals_published=False)
    return {
        "notice": notice_card(KEY + "1", ("安然", "韩梅梅"), locale),
        "privacy": privacy_card(KEY + "2", (), 1, locale),
        "kit_new": kit_card(KEY + "3", Kit(done=frozenset(), paid=0), "李雷", locale, GO),
        "kit_put_off": kit_card(KEY + "4", Kit(done=frozenset(), paid=0), "李雷", locale, GO, later=True),
        "kit_goal": kit_card(KEY + "5", unpublished, "李雷", locale, GO),
        "kit_two": kit_card(KEY + "6", two, "李雷", locale, GO),
        "kit_done": kit_card(KEY + "7", Kit(done=frozenset(Step), paid=50, begun=True), "李雷", locale, GO),
        "kit_board": board_card(KEY + "8", everybody, locale),
    }
