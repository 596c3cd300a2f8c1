"""A command's own row in the inbox: written first (T1), looked at again by whoever comes with the same command."""

from dataclasses import dataclass

from bot.connections import Connection
from bot.envelopes import inbox_values
from bot.reply import Handled
from bot.units import Turn
from domain.command import Command
from domain.delivery import inbox


@dataclass(slots=True)
class Stored:
    """What T1 found: a new row, or the one that was first."""

    row_id: str
    is_new: bool
    state: str = "RECEIVED"
    answer: str | None = None

    @property
    def outcome(self) -> Handled:
        """What the acknowledgement of a finished command may carry once more."""
        return Handled(self.answer.encode() if self.answer else None)


def store(turn: Turn, connection: Connection, command: Command, row_id: str) -> Stored:
    """T1: keep the command under `row_id`, unless it has come before."""
    values = inbox_values(command, connection, turn.clock.now() + inbox.LEASE, row_id)
    with turn.unit(connection.workspace_id, command.id) as uow:
        earlier = inbox.put(uow, values)
        uow.commit()
    if earlier is None:
        return Stored(row_id, is_new=True)
    return Stored(earlier.id, is_new=False, state=earlier.state, answer=earlier.answer)


def set_aside(turn: Turn, connection: Connection, row_id: str) -> None:
    """FAILED: a row nobody can read must not hold up the others."""
    with turn.unit(connection.workspace_id) as uow:
        inbox.fail(uow, row_id, None)
        uow.commit()


def look_up(turn: Turn, connection: Connection, row_id: str) -> Stored:
    """How far a command is."""
    with turn.unit(connection.workspace_id) as uow:
        row = inbox.read(uow, row_id)
    return Stored(row_id, is_new=False, state=row.state, answer=row.answer) if row else Stored(row_id, is_new=False)
