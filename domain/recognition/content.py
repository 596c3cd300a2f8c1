"""What a reason must and must not say (R-KUD-01, R-KUD-09)."""

import re
import unicodedata
from urllib.parse import urlsplit

from sqlalchemy import Insert, select
from sqlalchemy.dialects import postgresql, sqlite

from domain.columns import table_of
from domain.errors import TooLong
from domain.ids import new_id
from domain.recognition.errors import LinkNotAllowed, ReasonNotFit, ReasonTooShort
from domain.recognition.model import ContentRule
from domain.recognition.policy import Policy
from domain.unit_of_work import UnitOfWork

RULE = table_of(ContentRule)

INSULTS = (
    "傻逼", "傻叉", "煞笔", "蠢货", "废物", "白痴", "脑残", "垃圾人", "滚蛋", "去死",
    "idiot", "moron", "asshole", "bastard", "bitch", "fuck", "shit", "retard", "stupid",
)  # fmt: skip
"""Nobody is thanked with these; a company adds its own words."""

_MENTION = re.compile(r"[@＠]\S+")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_BARE_LINK = re.compile(
    r"(?<![\w@.])(?:[a-z0-9-]+\.)+(?:com|cn|net|org|io|top|xyz|info|biz|cc|me|app|link)\b(?:/\S*)?", re.IGNORECASE
)
_WORD = re.compile(r"[a-z']+")
_RULES = select(RULE.c.kind, RULE.c.text)
_ADD: dict[bool, Insert] = {
    False: sqlite.insert(RULE).on_conflict_do_nothing(),
    True: postgresql.insert(RULE).on_conflict_do_nothing(),
}


def check(uow: UnitOfWork, reason: str, policy: Policy) -> None:
    """Raises `ReasonTooShort`, `TooLong` with the count, `ReasonNotFit` or `LinkNotAllowed`."""
    if len(reason) > policy.reason_most:
        raise TooLong(limit=str(policy.reason_most), count=str(len(reason)))
    if not says_enough(reason, policy):
        raise ReasonTooShort
    rules = uow.all(_RULES)
    if has_word(reason, [*INSULTS, *(row.text for row in rules if row.kind == "word")]):
        raise ReasonNotFit
    if not links_allowed(reason, [row.text for row in rules if row.kind == "domain"]):
        raise LinkNotAllowed


def allow_domain(uow: UnitOfWork, domain: str) -> None:
    """Links to this domain of the company's, and below it, may be in reasons."""
    uow.change(_ADD[uow.is_postgres], id=new_id(), kind="domain", text=domain.strip().strip(".").casefold()[:253])


def forbid_word(uow: UnitOfWork, word: str) -> None:
    """A word the company does not want in reasons."""
    uow.change(_ADD[uow.is_postgres], id=new_id(), kind="word", text=_folded(word)[:253])


def says_enough(reason: str, policy: Policy) -> bool:
    """Whether there are enough Chinese characters, or letters, or of both together; mentions, emoji, links and
    punctuation do not count."""
    said = _LINK.sub(" ", _MENTION.sub(" ", reason))
    letters = [one for one in said if unicodedata.category(one)[0] in "LN"]
    han = sum(_is_han(one) for one in letters)
    return han * policy.reason_letters + (len(letters) - han) * policy.reason_han >= (
        policy.reason_han * policy.reason_letters
    )


def has_word(reason: str, words: list[str]) -> bool:
    """Whether one of the words is in it: Chinese anywhere, others as whole words; widths, case and blanks between
    Chinese characters do not hide them."""
    folded = _folded(reason)
    closed = "".join(one for one in folded if unicodedata.category(one)[0] in "LN")
    whole = set(_WORD.findall(folded))
    return any((word in whole) if word.isascii() else (word in closed) for word in map(_folded, words) if word)


def links_allowed(reason: str, domains: list[str]) -> bool:
    """Whether every link leads to one of the company's domains, or below one."""
    found = [*_LINK.findall(reason), *_BARE_LINK.findall(_LINK.sub(" ", reason))]
    return all(_is_below(_host(link), domains) for link in found)


def _host(link: str) -> str:
    try:
        return (urlsplit(link if "://" in link else f"https://{link}").hostname or "").casefold().strip(".")
    except ValueError:
        return ""


def _is_below(host: str, domains: list[str]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _is_han(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff" or "\U00020000" <= letter <= "\U0003ffff"
