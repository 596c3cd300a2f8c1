"""What people do in the simulated WeCom, and the callbacks that come of it (wecom.md §2, §9)."""

from collections.abc import Mapping, Sequence

from adapters.simulation import Delivered, Json, Resident
from adapters.wecom.simulator import events
from adapters.wecom.simulator.answers import act_on
from adapters.wecom.simulator.api_group import post
from adapters.wecom.simulator.api_menu import menu_keys
from adapters.wecom.simulator.callbacks import Courier, Letter, Mischief
from adapters.wecom.simulator.chats import Copy
from adapters.wecom.simulator.company import Company
from adapters.wecom.simulator.crypto import Crypto
from adapters.wecom.simulator.envelope import Element
from adapters.wecom.simulator.pressing import check_press, is_menu_key, select
from adapters.wecom.simulator.rules import Rules
from adapters.wecom.simulator.view import questions


class Acts:
    """The acting half of `WecomSimulator`: every method sends a callback and returns after the exchange."""

    def __init__(self, company: Company, rules: Rules, crypto: Crypto, courier: Courier) -> None:
        self.company = company
        self.rules = rules
        self._crypto = crypto
        self._courier = courier
        self._last: Letter | None = None

    @property
    def mischief(self) -> list[Mischief]:
        """Faults of the callbacks to come, used up one entry per callback."""
        return self._courier.mischief

    @mischief.setter
    def mischief(self, value: list[Mischief]) -> None:
        self._courier.mischief = value

    async def verify_url(self) -> Delivered:
        return await self._courier.verify()

    async def say(self, person: str, text: str, *, chat: str | None = None, message_id: str | None = None) -> Delivered:
        """Type a text. In a group it stays there: an app receives no group messages (§0), so status and attempts
        are 0."""
        user = self.company.directory.require(person).user_id
        if chat is not None and chat != user:
            group = self.company.chats.groups.get(chat)
            if group is None or user not in group.members:
                raise ValueError(f"{user} is in no group {chat!r}")
            post(self.company, chat, group, "text", {"content": text}, user)
            return Delivered(status=0, attempts=0)
        number = message_id or self.company.next_number()
        if self.company.chats.copy_of(user, number) is None:
            self.company.chats.put(
                Copy(
                    message_id=number, chat=user, person=user, by=user, kind="text", payload={"content": text},
                    agent_id=self.company.agent_id, at=self.company.clock.now(),
                )
            )  # fmt: skip
        content = events.text_message(self.company, user, text, number)
        return await self._send(Letter(content=content, person=user, kind="message"))

    async def click(
        self, person: str, message_id: str, key: str, values: Mapping[str, str | Sequence[str]] | None = None
    ) -> Delivered:
        copy = self.company.chats.copy_of(person, message_id)
        if copy is None:
            raise ValueError(f"{person} has no message {message_id}")
        check_press(copy, key)
        card = copy.payload
        menu = is_menu_key(card, key)
        if menu and values:
            raise ValueError("the corner menu carries no fields")
        selected: Mapping[str, Sequence[str]] | None = None
        if not menu and questions(card):
            selected = select(card, values or {}, empty_vote_allowed=self.rules.empty_vote_allowed)
        elif values:
            raise ValueError("the card has no fields")
        trick = self._next_trick()
        if trick is Mischief.NO_SELECTION:
            selected = None
        return await self._click(copy, key, card["task_id"], card["card_type"], selected, menu=menu, trick=trick)

    async def inject_click(
        self,
        person: str,
        task_id: str,
        key: str,
        card_type: str,
        selected: Mapping[str, Sequence[str]] | None = None,
        *,
        menu: bool = False,
    ) -> Delivered:
        """Deliver a click the client would not have let through: stale, disabled, invented. `selected` None leaves
        `SelectedItems` out, an empty mapping sends it empty."""
        message_id = self.company.chats.task_ids.get((self.company.agent_id, task_id), "")
        copy = self.company.chats.copy_of(person, message_id) or Copy(
            message_id=message_id, chat=person, person=person, by="bot", kind="template_card", payload={},
            agent_id=self.company.agent_id, at=self.company.clock.now(),
        )  # fmt: skip
        return await self._click(copy, key, task_id, card_type, selected, menu=menu, trick=self._next_trick())

    async def open_chat(self, person: str) -> Delivered:
        return await self.send_event(person, "enter_agent")

    async def press_menu(self, person: str, key: str) -> Delivered:
        """Press an item of the app's menu. Raises `ValueError` when the menu made by the API has no such key."""
        menu = self.company.menus.get(self.company.agent_id)
        if menu is not None and key not in menu_keys(menu):
            raise ValueError(f"the menu has no key {key!r}")
        return await self.send_event(person, "click", key)

    async def send_event(self, person: str, name: str, key: str = "") -> Delivered:
        """Any event of the plain shape, such as subscribe or one nobody has heard of."""
        user = self.company.directory.require(person).user_id
        content = events.event(self.company, user, name, key)
        return await self._send(Letter(content=content, person=user, kind="event"))

    async def contact_changed(
        self, person: str, *, name: str | None = None, department: str | None = None,
        new_user_id: str | None = None, left: bool = False,
    ) -> Delivered:  # fmt: skip
        """Change the directory and tell the app; somebody unknown joins. Ids only, unless the rules say otherwise."""
        directory = self.company.directory
        known = directory.find(person)
        fields: dict[str, Element] = {"UserID": known.user_id if known else person}
        if left:
            directory.remove(person)
        elif known is None:
            directory.add(Resident(user_id=person, name=name or person, department=department or ""))
        else:
            directory.change(person, name=name, department=department, new_user_id=new_user_id)
        if new_user_id is not None and known is not None:
            self.company.chats.rename(known.user_id, new_user_id)
            fields["NewUserID"] = new_user_id
        if name is not None and not self.rules.contact_ids_only:
            fields["Name"] = name
        if department is not None:
            fields["Department"] = str(directory.department_id(department))
        change = "delete_user" if left else "update_user" if known else "create_user"
        content = events.change_contact(self.company, change, fields)
        return await self._send(Letter(content=content, person="sys", kind="contact"))

    async def redeliver(self, times: int = 1) -> list[Delivered]:
        if self._last is None:
            raise ValueError("nothing has been delivered yet")
        return [await self._carry(self._last, None, again=True) for _ in range(times)]

    def hold(self) -> None:
        """Keep callbacks back until `release`."""
        self._courier.holding = True

    async def release(self, *, reverse: bool = False) -> list[Delivered]:
        """Deliver what was held, in order or in reverse."""
        self._courier.holding = False
        letters, self._courier.held = self._courier.held, []
        return [await self._carry(letter, None) for letter in (reversed(letters) if reverse else letters)]

    async def _click(
        self, copy: Copy, key: str, task_id: str, card_type: str, selected: Mapping[str, Sequence[str]] | None,
        *, menu: bool, trick: Mischief | None,
    ) -> Delivered:  # fmt: skip
        code = self.company.codes.issue(
            copy.message_id, self.company.agent_id, self.company.clock.now(), clicker=copy.person
        )
        click = events.CardClick(
            event="template_card_menu_event" if menu else "template_card_event",
            key=key, task_id=task_id, card_type=card_type, response_code=code, selected=selected,
        )  # fmt: skip
        letter = Letter(
            content=events.card_click(self.company, copy.person, click), person=copy.person,
            kind="card_menu" if menu else "card", message_id=copy.message_id, task_id=task_id, response_code=code,
        )  # fmt: skip
        return await self._send(letter, trick)

    def _next_trick(self) -> Mischief | None:
        return self.mischief.pop(0) if self.mischief else None

    async def _send(self, letter: Letter, trick: Mischief | None = None) -> Delivered:
        trick = trick or self._next_trick()
        self._last = letter
        if self._courier.holding:
            self._courier.held.append(letter)
            return Delivered(status=0, attempts=0)
        return await self._carry(letter, trick)

    async def _carry(self, letter: Letter, trick: Mischief | None, *, again: bool = False) -> Delivered:
        copy = self.company.chats.copy_of(letter.person, letter.message_id)
        before: Json | None = copy.payload if copy else None
        self.company.open_clicks.add(letter.response_code)
        try:
            results = [await self._courier.once(letter)] if again else await self._courier.deliver(letter, trick)
        finally:
            self.company.open_clicks.discard(letter.response_code)
        return [act_on(self.company, self._crypto, letter, result, before) for result in results][-1]
