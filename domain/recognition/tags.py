"""The company's values: the list kudos are tagged from (R-KUD-01)."""

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite

from domain.columns import table_of
from domain.ids import new_id
from domain.recognition.messages import TagView
from domain.recognition.model import ValueTag
from domain.unit_of_work import UnitOfWork

TAG = table_of(ValueTag)

FIRST_VALUES = (
    ("客户第一", "Customer first"),
    ("团队协作", "Teamwork"),
    ("诚信担当", "Integrity"),
    ("追求卓越", "Excellence"),
    ("拥抱变化", "Embrace change"),
)
"""What a company starts with; theirs to change."""

_ACTIVE = select(TAG.c.id, TAG.c.name, TAG.c.name_en).where(TAG.c.active).order_by(TAG.c.position, TAG.c.id)
_ANY = select(TAG.c.id).limit(1)
_ADD: dict[bool, Insert] = {
    False: sqlite.insert(TAG).on_conflict_do_nothing(),
    True: postgresql.insert(TAG).on_conflict_do_nothing(),
}
"""By whether it is PostgreSQL: the first two kudos of a company may be given at once."""


def values_of(uow: UnitOfWork) -> tuple[TagView, ...]:
    """The list in its order; a company that has none yet begins with five."""
    rows = uow.all(_ACTIVE)
    if not rows and not uow.all(_ANY):
        for position, (name, english) in enumerate(FIRST_VALUES):
            uow.change(
                _ADD[uow.is_postgres], id=new_id(), name=name, name_en=english, position=position, active=True
            )  # fmt: skip
        rows = uow.all(_ACTIVE)
    return tuple(TagView(id=row.id, name=row.name, name_en=row.name_en) for row in rows)


def named(values: tuple[TagView, ...], word: str) -> TagView | None:
    """The value somebody means by a word: its name in either language, blanks and case apart, or the only one that
    begins so."""
    wanted = _folded(word)
    if not wanted:
        return None
    exact = [one for one in values if wanted in (_folded(one.name), _folded(one.name_en))]
    if exact:
        return exact[0]
    begun = [one for one in values if any(_folded(name).startswith(wanted) for name in (one.name, one.name_en))]
    return begun[0] if len(begun) == 1 else None


def _folded(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
