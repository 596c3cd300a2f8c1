// One messenger on the page: whose phone it is, which chat is open, what is said and pressed in it.

import { act } from "./api.js";
import { confirmed } from "./confirm.js";
import { el, fresh } from "./dom.js";
import { BADGES } from "./look_of.js";
import { MessageList } from "./messages.js";
import { Picker } from "./picker.js";
import { word } from "./words.js";

const CHIPS = ["打卡", "/okr", "/kudos", "/points", "/shop", "/help"];
const TOAST_TIME = 4000;

export class Phone {
  /** `house`: {name, people, rooms, menu, first}; `moved()` is called when another chat must be watched. */
  constructor(house, { person, moved }) {
    this.house = house;
    this.name = house.name;
    this.person = house.people.some((one) => one.id === person) ? person : house.first;
    this.chat = this.person;
    this.moved = moved;
    this.called = new Map(house.people.map((one) => [one.id, one.name]));
    this.isFirst = true;
    this.build();
  }

  names = (id) => (id === "bot" ? "Bida" : this.called.get(id) ?? id);

  build() {
    const heading = fresh("phone");
    this.picker = new Picker({ people: this.house.people, current: this.person, label: word("person"), chosen: (id) => this.become(id) });
    this.list = new MessageList({
      messenger: this.name, names: this.names, toast: (text) => this.toast(text),
      press: (message, key, values, confirm) => this.press(message, key, values, confirm),
    });
    this.chats = el("div", { class: "chats", role: "group", data: { label: "chats" } });
    this.said = el("div", { class: "unseen", role: "status", "aria-live": "polite" });
    this.toasts = el("div", { class: "toasts", role: "status", "aria-live": "polite" });
    this.title = el("h2", { id: heading, data: { word: this.name } });
    this.node = el("section", { class: `phone ${this.name}`, id: `phone-${this.name}`, "aria-labelledby": heading, data: { messenger: this.name } },
      el("header", { class: "phone-top" }, el("span", { class: "badge", "aria-hidden": "true" }, BADGES[this.name] ?? "?"), this.title, this.picker.node),
      this.chats, this.list.node, this.toasts, this.said, this.composer());
    this.list.clear(this.person);
    this.rooms();
  }

  composer() {
    const box = fresh("say");
    this.box = el("input", { id: box, class: "say", type: "text", autocomplete: "off", enterkeyhint: "send", maxlength: 2000, data: { hint: "placeholder" } });
    const chips = CHIPS.map((text) => el("button", { type: "button", class: "chip", on: { click: () => this.say(text) } }, text));
    const items = this.house.menu.map((item) => el("button", { type: "button", class: "chip menu-chip", on: { click: () => this.act("menu", { key: item.value }) } }, item.label));
    const form = el("form", { class: "composer" },
      el("label", { for: box, class: "unseen", data: { word: "type" } }), this.box,
      el("button", { type: "submit", class: "send", data: { word: "send" } }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.box.value;
      this.box.value = "";
      if (text.trim()) this.say(text);
    });
    return el("footer", { class: "phone-bottom" },
      el("div", { class: "chips-row" },
        el("div", { class: "chips", role: "group", data: { label: "quick" } }, ...chips),
        items.length ? el("div", { class: "chips", role: "group", data: { label: "menu" } }, ...items) : null),
      form);
  }

  /** The page's language changed. */
  relabel() {
    this.picker.relabel(`${word(this.name)} · ${word("person")}`);
    this.rooms();
    this.list.redraw();
  }

  // --- whose phone, which chat ---------------------------------------------------------------------------------------

  become(person) {
    this.person = person;
    this.open(person);
  }

  open(chat) {
    this.chat = chat;
    this.isFirst = true;
    this.list.clear(this.person);
    this.rooms();
    this.moved(this);
  }

  rooms() {
    const mine = this.house.rooms.filter((room) => room.members.includes(this.person));
    const tab = (chat, label) => el("button", { type: "button", class: "chat-tab", "aria-pressed": String(chat === this.chat), on: { click: () => chat !== this.chat && this.open(chat) } }, label);
    this.chats.replaceChildren(...(mine.length ? [tab(this.person, word("direct")), ...mine.map((room) => tab(room.chat, room.title))] : []));
    this.chats.hidden = !mine.length;
    this.box.dataset.hint = this.chat === this.person ? "placeholder" : "placeholderGroup";
    this.box.placeholder = word(this.box.dataset.hint);
  }

  // --- acting --------------------------------------------------------------------------------------------------------

  say(text) {
    return this.act("say", { text, chat: this.chat });
  }

  async press(message, key, values, confirm) {
    if (confirm && !(await confirmed(confirm))) return null;
    return this.act("click", { message_id: message, key, values });
  }

  async act(what, body) {
    const done = await act(what, { messenger: this.name, person: this.person, ...body });
    if (done.code === 409) this.toast(word("refused", { why: done.error }), "bad");
    else if (!done.ok) this.toast(word("failed"), "bad");
    else if (done.attempts === 0 && what === "say") this.toast(word("notHeard"));
    else if (done.attempts > 0 && done.status !== 200) this.toast(word("noAnswer"), "bad");
    return done.ok ? done : null;
  }

  toast(text, tone = "") {
    const shown = el("p", { class: `toast ${tone}` }, text);
    this.toasts.replaceChildren(shown);
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => shown.remove(), TOAST_TIME);
  }

  // --- seeing --------------------------------------------------------------------------------------------------------

  /** News of the watched chat. A late one of another chat is not for us. */
  take(update) {
    if (update.person !== this.person || update.chat !== this.chat) return;
    const fresh = this.list.take(update, this.isFirst);
    const heard = fresh.filter((message) => message.seen.by !== this.person).at(-1);
    if (heard) this.said.textContent = word("newMessage", { who: this.names(heard.seen.by), text: heard.seen.text });
    else if (!this.isFirst && !fresh.length && update.changed.length) this.said.textContent = `${word("changed")} ${update.changed.at(-1).seen.text}`;
    this.isFirst = false;
    this.node.dataset.ready = "true";
  }
}
