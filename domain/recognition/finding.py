"""Who is meant: people by the messenger's own mention, by name, pinyin or employee number (flow 5.2)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, bindparam, or_, select

from domain.columns import table_of
from domain.command import Mention
from domain.people.model import Department, Identity, Person
from domain.people.service import provisional
from domain.recognition.messages import Candidate
from domain.recognition.readings import readings
from domain.unit_of_work import UnitOfWork

PERSON = table_of(Person)
IDENTITY = table_of(Identity)
DEPARTMENT = table_of(Department)

MOST_WORDS = 4
"""Words a name may have when it is looked up as typed."""

_COLUMNS = (PERSON.c.id, PERSON.c.name, PERSON.c.employee_no, PERSON.c.active, PERSON.c.department_id)
_NAMED = select(*_COLUMNS).where(~PERSON.c.provisional, PERSON.c.name.in_(bindparam("words", expanding=True)))
# apart from the names: joined by OR, SQLite would read everybody instead of two indices
_NUMBERED = select(*_COLUMNS).where(
    ~PERSON.c.provisional, PERSON.c.employee_no.in_(bindparam("numbers", expanding=True))
)
_EVERYBODY = select(*_COLUMNS).where(~PERSON.c.provisional).order_by(PERSON.c.id)
_ACCOUNT = (
    select(IDENTITY.c.person_id)
    .where(
        IDENTITY.c.platform == bindparam("on"),
        or_(IDENTITY.c.tenant == bindparam("within"), IDENTITY.c.tenant == ""),
        IDENTITY.c.user_id == bindparam("user"),
    )
    .order_by(IDENTITY.c.tenant.desc())
    .limit(1)
)
_DEPARTMENTS = select(DEPARTMENT.c.id, DEPARTMENT.c.name)
_PEOPLE = select(*_COLUMNS).where(PERSON.c.id.in_(bindparam("ids", expanding=True)))
_TEAM = (
    select(*_COLUMNS)
    .where(
        PERSON.c.active, ~PERSON.c.provisional, PERSON.c.id != bindparam("me"),
        or_(
            PERSON.c.manager_id == bindparam("me"), PERSON.c.id == bindparam("lead"),
            and_(PERSON.c.department_id.is_not(None), PERSON.c.department_id == bindparam("department")),
        ),
    )
    .order_by(PERSON.c.name, PERSON.c.id)
    .limit(30)
)  # fmt: skip
_AT = re.compile(r"(?<![A-Za-z0-9._-])[@＠] ?")
_BETWEEN = re.compile(r"[\s,，、;；&]*(?:(?:和|跟|and)\s*(?=[@＠]))?")
_TOKEN = re.compile(r"[^\s,，、;；#＃@＠+＋:：]+")
GAP = "\ue000"
"""Where a mention stood that the messenger has told us all about; no text has this character."""
_GAP = re.compile(rf"\s*{GAP}(?:[\s,，、;；&]*(?:(?:和|跟|and)\s*(?=[@＠{GAP}]))?)")
_ENDS = re.compile(r"[\s,，、;；#＃+＋:：]|$")


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a text names, and what it says besides. `unsure`: names that may mean several people, or none, or somebody
    of another company who bears a colleague's name; each with whom it may mean."""

    people: tuple[str, ...]
    unsure: tuple[tuple[str, tuple[str, ...]], ...]
    rest: str


def find(
    uow: UnitOfWork, text: str, mentions: Sequence[Mention] = (), *, platform: str = "", tenant: str = ""
) -> Found:
    """The people at `@` anywhere in a text, and those it begins with. A mentioned account nobody is linked to becomes a
    provisional person, whose gift will be parked (R-ID-03)."""
    people: dict[str, None] = {}
    nameless = 0
    text = text.replace(GAP, "")
    for mention in mentions:
        if mention.user_id is not None:
            person = _account(uow, platform, tenant, mention)
            people[person] = None
            text, was_there = _without(text, [mention.shown_name, *_names(uow, [person])])
            nameless += not was_there
    text = _GAP.sub(" ", text)
    if not mentions and _AT.search(text) is None:
        return _bare(uow, text)
    foreign = {one.shown_name for one in mentions if one.user_id is None and platform == "feishu"}
    unsure: dict[str, tuple[str, ...]] = {}
    said: list[str] = []
    at = 0
    while (sign := _AT.search(text, at)) is not None:
        said.append(text[at : sign.start()])
        length, ids = _begins(uow, text[sign.end() :])
        word = text[sign.end() : sign.end() + length]
        at = _past(text, sign.end() + length)
        if len(ids) == 1 and word not in foreign:
            people[ids[0]] = None
        elif not ids and nameless:
            nameless -= 1  # the messenger told who that is, and only not by which name
        elif word:
            unsure[word] = ids
    said.append(text[at:])
    return Found(tuple(people), tuple(unsure.items()), " ".join(one.strip() for one in said if one.strip()))


def _bare(uow: UnitOfWork, text: str) -> Found:
    """Names without `@` are only believed at the beginning, written out, and ended by a blank or sign: everything else
    is what somebody is thanked for."""
    people: dict[str, None] = {}
    unsure: dict[str, tuple[str, ...]] = {}
    at = 0
    while at < len(text):
        length, ids = _begins(uow, text[at:], loosely=at == 0)
        if not ids or _ENDS.match(text, at + length) is None:
            break
        if len(ids) == 1:
            people[ids[0]] = None
        else:
            unsure[text[at : at + length]] = ids
        at = _past(text, at + length)
    return Found(tuple(people), tuple(unsure.items()), text[at:].strip())


def _past(text: str, at: int) -> int:
    """Where what follows a name begins."""
    between = _BETWEEN.match(text, at)
    return between.end() if between is not None else at


def candidates(uow: UnitOfWork, ids: Iterable[str]) -> tuple[Candidate, ...]:
    """People as they are offered: name, department, number; in the order asked for."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return ()
    known = {row.id: row for row in uow.all(_PEOPLE, ids=wanted)}
    return tuple(_candidates(uow, [known[one] for one in wanted if one in known]))


def team_of(uow: UnitOfWork, person_id: str, manager_id: str | None, department_id: str | None) -> tuple[
    Candidate, ...
]:  # fmt: skip
    """Whom somebody works with every day: reports, manager, department; what a form offers to choose from."""
    return tuple(_candidates(uow, uow.all(_TEAM, me=person_id, lead=manager_id or "", department=department_id or "")))


def _candidates(uow: UnitOfWork, rows: Sequence[Row[Any]]) -> list[Candidate]:
    departments = {row.id: row.name for row in uow.all(_DEPARTMENTS)} if rows else {}
    return [
        Candidate(
            person_id=row.id, name=row.name, department=departments.get(row.department_id, ""),
            employee_no=row.employee_no or "",
        )
        for row in rows
    ]  # fmt: skip


def _account(uow: UnitOfWork, platform: str, tenant: str, mention: Mention) -> str:
    assert mention.user_id is not None
    row = uow.one(_ACCOUNT, on=platform, within=tenant, user=mention.user_id)
    if row is not None:
        return str(row.person_id)
    return provisional(uow, platform, tenant, mention.user_id, mention.shown_name).id


def _names(uow: UnitOfWork, ids: list[str]) -> list[str]:
    return [row.name for row in uow.all(_PEOPLE, ids=ids)]


def _without(text: str, names: list[str]) -> tuple[str, bool]:
    """The text with a gap for the first `@name`, the longest of the names that is there."""
    for name in sorted(filter(None, names), key=len, reverse=True):
        for sign in ("@", "＠"):
            at = text.find(sign + name)
            if at >= 0:
                return f"{text[:at]}{GAP}{text[at + len(name) + 1 :]}", True
    return text, False


def _begins(uow: UnitOfWork, text: str, *, loosely: bool | None = None) -> tuple[int, tuple[str, ...]]:
    """How much of the text is somebody's name, and whose; 0 when it begins with no word at all. The longest name that
    is written out wins; else the first word is tried as pinyin or as a part of a name. `loosely` is for words without
    `@`: True takes whole pinyin, False nothing but names written out."""
    word = _TOKEN.match(text)
    if word is None:
        return 0, ()
    prefixes = _prefixes(text, word[0])
    folded = {one.casefold(): one for one in prefixes}
    numbers = list({*prefixes, *(one.upper() for one in prefixes)})
    written = [*uow.all(_NAMED, words=prefixes), *uow.all(_NUMBERED, numbers=numbers)]
    exact = _longest(folded, written)
    if exact:
        return len(exact[0]), exact[1]
    if loosely is False:
        return len(word[0]), ()
    rows = uow.all(_EVERYBODY)
    exact = _longest(folded, rows)
    if exact:
        return len(exact[0]), exact[1]
    said = word[0].casefold()
    if loosely:
        return len(word[0]), _by_pinyin(said, rows, initials=False)
    return len(word[0]), _by_pinyin(said, rows) or _by_part(said, rows)


def _longest(folded: dict[str, str], rows: Sequence[Row[Any]]) -> tuple[str, tuple[str, ...]] | None:
    hits: dict[str, list[Row[Any]]] = {}
    for row in rows:
        for name in (row.name, row.employee_no or ""):
            if name.casefold() in folded:
                hits.setdefault(folded[name.casefold()], []).append(row)
    if not hits:
        return None
    best = max(hits, key=len)
    return best, _active_first(hits[best])


def _active_first(rows: list[Row[Any]]) -> tuple[str, ...]:
    """Who has left is only meant when nobody who works here bears the name."""
    return tuple(dict.fromkeys(row.id for row in [one for one in rows if one.active] or rows))


def _prefixes(text: str, word: str) -> list[str]:
    """What may be the name: the first words, up to four; and of a Chinese word its beginnings."""
    found = [word]
    end = len(word)
    for _ in range(MOST_WORDS - 1):
        following = _TOKEN.match(text, end + 1) if text[end : end + 1] == " " else None
        if following is None:
            break
        end = following.end()
        found.append(text[:end])
    if not word.isascii():
        found += [word[:length] for length in range(2, min(len(word), 8))]
    return list(dict.fromkeys(found))


def _by_pinyin(said: str, rows: Sequence[Row[Any]], *, initials: bool = True) -> tuple[str, ...]:
    """Whose name reads so: written out, or by its initials; `wangfang` and `wf` are both 王芳."""
    if not said.isascii() or not said.isalpha() or len(said) < 2:
        return ()
    whole = [row for row in rows if said in readings(row.name)[0]]
    short = [row for row in rows if said in readings(row.name)[1]] if initials and not whole else []
    return _active_first(whole or short)


def _by_part(said: str, rows: Sequence[Row[Any]]) -> tuple[str, ...]:
    """Whose name has this in it; two characters at least, and always asked about when several do."""
    if len(said) < 2:
        return ()
    return _active_first([row for row in rows if said in row.name.casefold()])[:20]
