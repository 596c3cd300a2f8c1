"""Who I am here: `/me`, `/bind`, `/lang`, and what the directory says of us."""

import re
import unicodedata
from dataclasses import replace

from bot.context import Ctx
from bot.handlers.checkin_card import moment_of
from bot.handlers.kudos_got import linked
from bot.reply import NOTHING, LookUp, Post, Reply
from bot.router import CardAction, Feature, SlashCommand
from cards.people import bind_code_card, language_card, me_card
from domain.errors import WrongCode
from domain.goals.service import streak
from domain.ids import new_id
from domain.people import binding, directory
from domain.people.messages import PersonChanged, PersonLeft
from domain.people.service import about, choose_locale
from domain.points.reading import balances

_LANGUAGES = {"zh": "zh-CN", "zh-cn": "zh-CN", "中文": "zh-CN", "en": "en", "english": "en", "英文": "en"}
_CODE = re.compile(r"\d{3} ?\d{3}")


def me(ctx: Ctx) -> Reply:
    """My department, manager, messengers, language, streak and points."""
    told = about(ctx.uow, ctx.person)
    weeks, has = streak(ctx.uow, ctx.person.id, moment_of(ctx)), balances(ctx.uow, ctx.person.id)
    card = me_card(new_id(), told, weeks, has.wallet, ctx.person.locale)
    return ctx.privately(Reply(posts=(Post(card=card),)))


def bind(ctx: Ctx) -> Reply:
    """Known people get a code to type elsewhere; guests type one (R-ID-02 c). Codes are refused in groups."""
    typed = unicodedata.normalize("NFKC", ctx.command.args)
    if not typed:
        if ctx.person.provisional:
            return ctx.text("bind.guest")
        issued = binding.issue(ctx.uow, ctx.person, _key(ctx))
        return ctx.privately(Reply(posts=(Post(card=bind_code_card(new_id(), issued, ctx.person.locale)),)))
    if ctx.is_group:
        return ctx.text("bind.not_here")
    return _use(ctx, typed)


def _use(ctx: Ctx, typed: str) -> Reply:
    actor = ctx.command.actor
    account = binding.account_of(actor.platform, actor.tenant, actor.user_id)
    try:
        if not _CODE.fullmatch(typed):
            raise WrongCode
        bound = binding.bind(
            ctx.uow, ctx.person, typed.replace(" ", ""), _key(ctx),
            platform=actor.platform, tenant=actor.tenant, user_id=actor.user_id,
        )  # fmt: skip
    except WrongCode:
        # an outcome, not an error: the failed try must be counted, so this unit is committed
        left = binding.note_failure(ctx.uow, account)
        return ctx.text("bind.wrong", n=left) if left else ctx.text("bind.locked")
    ctx.person = bound.person
    told = ctx.text("bind.done", name=bound.person.name)
    return replace(told, posts=(*told.posts, *linked(ctx)))


def _key(ctx: Ctx) -> bytes:
    """Codes are shown on one connection and typed on another: the key is the workspace's."""
    return ctx.connections.code_key(ctx.uow.workspace_id)


def language(ctx: Ctx) -> Reply:
    """`/lang en`, or a card to choose from."""
    wanted = _LANGUAGES.get(ctx.command.args.casefold())
    if wanted is None:
        return Reply(posts=(Post(card=language_card(new_id(), ctx.person.locale)),))
    return _speak(ctx, wanted)


def choose_language(ctx: Ctx) -> Reply:
    """A language from the card."""
    return _speak(ctx, _LANGUAGES.get(ctx.command.params.get("l", "").casefold(), "zh-CN"))


def _speak(ctx: Ctx, locale: str) -> Reply:
    choose_locale(ctx.uow, ctx.person, locale)
    ctx.person = replace(ctx.person, locale=locale)
    return ctx.text("lang.done")


def changed(ctx: Ctx) -> Reply:
    """The platform says somebody changed. What the event does not tell is read from the directory (wecom.md §2.4)."""
    told = _told(ctx)
    directory.apply(ctx.uow, told)
    if told.name is None or told.department is None:
        return Reply(look_ups=(LookUp(user_id=told.new_user_id or told.user_id),))
    return NOTHING


def read(ctx: Ctx) -> Reply:
    """What the directory answered."""
    directory.apply(ctx.uow, _told(ctx))
    return NOTHING


def left(ctx: Ctx) -> Reply:
    """Somebody left the messenger's directory (R-ID-07)."""
    actor = ctx.command.actor
    directory.leave(
        ctx.uow,
        PersonLeft(platform=actor.platform, tenant=actor.tenant, user_id=_value(ctx, "user_id") or actor.user_id),
    )
    return NOTHING


def _told(ctx: Ctx) -> PersonChanged:
    actor = ctx.command.actor
    return PersonChanged(
        platform=actor.platform,
        tenant=actor.tenant,
        user_id=_value(ctx, "user_id") or actor.user_id,
        name=_value(ctx, "name"),
        department=_value(ctx, "department"),
        employee_no=_value(ctx, "employee_no"),
        new_user_id=_value(ctx, "new_user_id"),
    )


def _value(ctx: Ctx, name: str) -> str | None:
    value = ctx.command.values.get(name)
    return value if isinstance(value, str) and value else None


FEATURE = Feature(
    name="people",
    commands=(
        SlashCommand(name="me", handler=me, bare=("我的", "me"), help="help.me"),
        SlashCommand(name="bind", handler=bind, bare=("绑定", "bind"), help="help.bind", guest=True),
        SlashCommand(
            name="lang", handler=language, aliases=("language",), bare=("语言",), help="help.lang", guest=True
        ),
    ),
    actions=(
        CardAction(name="go.me", handler=me, on_card=False),
        CardAction(name="go.bind", handler=bind, on_card=False, guest=True),
        CardAction(name="go.lang", handler=language, on_card=False, guest=True),
        CardAction(name="lang.choose", handler=choose_language, on_card=False, guest=True),
    ),
    events={"directory.changed": changed, "directory.read": read, "directory.left": left},
)
