// One chat's messages: drawn once, changed in place, never moving what somebody is looking at.

import { el } from "./dom.js";
import { changed, restore } from "./fields.js";
import { LOOKS } from "./look_of.js";
import { upload } from "./picture.js";
import { moment, word } from "./words.js";

const GAP = 5 * 60 * 1000;
const NEAR_END = 80;
const HEAD = 40;

export class MessageList {
  /** `context`: {messenger, names(id), press(node, messageId, key, values, confirm), toast(text)}. */
  constructor(context) {
    this.context = context;
    this.entries = new Map();
    this.me = "";
    this.following = true;
    this.touched = -Infinity;
    const touch = () => (this.touched = performance.now());
    this.spacer = el("li", { class: "spacer", role: "presentation", "aria-hidden": "true" });
    this.empty = el("li", { class: "empty" }, el("strong", {}, word("empty")), el("span", {}, word("emptyHint")));
    this.list = el("ol", { class: "messages" }, this.empty, this.spacer);
    this.latest = el("button", { type: "button", class: "to-latest", hidden: true, data: { word: "toLatest" }, on: { click: () => this.toEnd(true) } }, word("toLatest"));
    this.scroller = el("div", { class: "scroller", tabindex: "0", role: "log", "aria-live": "off", on: { scroll: () => this.scrolled(), wheel: touch, touchmove: touch, pointerdown: touch, keydown: touch } }, this.list);
    this.node = el("div", { class: "chat" }, this.scroller, this.latest);
  }

  clear(me) {
    this.me = me;
    this.entries.clear();
    this.list.replaceChildren(this.empty, this.spacer);
    this.room(0);
  }

  redraw() {
    this.scroller.setAttribute("aria-label", word("messages"));
    this.empty.replaceChildren(el("strong", {}, word("empty")), el("span", {}, word("emptyHint")));
    for (const [key, entry] of this.entries) this.draw(key, entry.message, entry);
    this.stamp();
  }

  /** Take an update: {order, changed}. Returns the messages that are new since the chat was opened. */
  take({ order, changed: arrived }, isFirst) {
    const fresh = [];
    for (const key of [...this.entries.keys()]) {
      if (!order.includes(key)) {
        this.entries.get(key).node.remove();
        this.entries.delete(key);
      }
    }
    for (const message of arrived) {
      const entry = this.entries.get(message.key);
      if (!entry) {
        this.add(message, !isFirst);
        fresh.push(message);
      } else if (JSON.stringify(entry.message.seen) !== JSON.stringify(message.seen)) this.change(entry, message);
    }
    this.empty.hidden = this.entries.size > 0;
    this.stamp();
    if (fresh.length) this.show(fresh, isFirst);
    return isFirst ? [] : fresh;
  }

  add(message, isNew) {
    const entry = { message, node: el("li", {}), busy: false };
    this.entries.set(message.key, entry);
    this.draw(message.key, message, entry);
    if (isNew) entry.node.classList.add("is-new");
    this.room(0);
    this.list.insertBefore(entry.node, this.spacer);
  }

  /** Draw a message anew without moving it: what was typed stays, the focus stays, and the card is lit up briefly. */
  change(entry, message) {
    const { node } = entry;
    const focused = node.contains(document.activeElement) ? document.activeElement : null;
    const top = node.offsetTop - this.scroller.scrollTop;
    const bottom = top + node.offsetHeight;
    const typed = entry.busy ? {} : Object.assign({}, ...[...node.querySelectorAll("form")].map(changed));
    const toast = message.seen.toast && message.seen.toast !== entry.message.seen.toast ? message.seen.toast : "";
    entry.message = message;
    entry.busy = false;
    this.draw(message.key, message, entry);
    restore(node, typed);
    this.hold(node, top, bottom);
    if (focused) this.refocus(node, focused);
    light(node);
    if (toast) this.context.toast(toast);
  }

  drawn(seen, context) {
    if (seen.recalled) return { card: false, node: el("p", { class: "recalled" }, word("recalled")) };
    if (seen.picture) return { card: true, node: upload(this.context.messenger, seen.picture) };
    return safely(this.context.messenger, seen, context);
  }

  draw(key, message, entry) {
    const { seen } = message;
    const mine = seen.by === this.me;
    const who = seen.by === "bot" ? word("bot") : mine ? word("you") : this.context.names(seen.by);
    const context = { ...this.context, press: (node, button, values, confirm) => this.press(key, entry, node, button, values, confirm) };
    const drawn = this.drawn(seen, context);
    entry.node.className = `message ${mine ? "mine" : "theirs"} ${drawn.card ? "with-card" : ""} ${seen.recalled ? "is-recalled" : ""}`;
    entry.node.dataset.key = key;
    entry.node.replaceChildren(
      el("span", { class: `avatar ${seen.by === "bot" ? "bot" : ""}`, "aria-hidden": "true" }, seen.by === "bot" ? "B" : who === word("you") ? this.context.names(seen.by).slice(-2) : who.slice(-2)),
      el("span", { class: "unseen" }, word("message", { who })),
      el("div", { class: drawn.card ? "card-holder" : "bubble" }, drawn.node),
    );
  }

  async press(key, entry, node, button, values = {}, confirm = null) {
    if (entry.busy) return;
    entry.busy = true;
    const before = entry.message;
    const card = entry.node;
    card.setAttribute("aria-busy", "true");
    node.classList.add("is-pressed");
    const done = await this.context.press(entry.message.seen.message_id, button, values, confirm);
    card.removeAttribute("aria-busy");
    node.classList.remove("is-pressed");
    if (entry.message === before || !done) entry.busy = false;
  }

  /** Bring new messages into view, unless somebody has scrolled away or is filling something in. */
  show(fresh, isFirst) {
    const mine = fresh.some((message) => message.seen.by === this.me);
    const typing = this.list.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");
    if (isFirst || mine || (this.following && !typing)) this.toEnd(!isFirst, this.entries.get(fresh[0].key).node);
    else this.latest.hidden = false;
  }

  // --- places --------------------------------------------------------------------------------------------------------

  isAtEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    return scrollTop + clientHeight >= scrollHeight - this.spacer.offsetHeight - NEAR_END;
  }

  /** Scroll to the end, but no further than the beginning of `first`: a tall card is read from its top. */
  toEnd(smooth, first = null) {
    this.room(0);
    const calm = !smooth || matchMedia("(prefers-reduced-motion: reduce)").matches;
    const end = this.scroller.scrollHeight - this.scroller.clientHeight;
    const top = first && smooth ? Math.min(end, first.offsetTop) : end;
    this.scroller.scrollTo({ top, behavior: calm ? "instant" : "smooth" });
    this.following = true;
    this.latest.hidden = true;
  }

  /** Only scrolling by hand says that somebody wants to stay where they are. */
  scrolled() {
    if (performance.now() - this.touched < 1000) this.following = this.isAtEnd();
    if (this.isAtEnd()) this.latest.hidden = true;
  }

  /** Keep a changed message where it was on the screen: its top if that was in view, else its bottom, where the
   * pressed button was. A shrunken last card gets room below it instead of sliding down. */
  hold(node, top, bottom) {
    this.room(0);
    const wanted = Math.max(0, top >= -HEAD ? node.offsetTop - top : node.offsetTop + node.offsetHeight - bottom);
    const most = this.scroller.scrollHeight - this.scroller.clientHeight;
    if (wanted > most) this.room(wanted - most);
    this.scroller.scrollTop = wanted;
  }

  room(height) {
    this.spacer.style.height = `${height}px`;
  }

  refocus(node, focused) {
    const { key } = focused.dataset;
    const name = focused.dataset.field;
    const same = [...node.querySelectorAll("[data-key], [data-field]")].find((one) => (key ? one.dataset.key === key && one.textContent === focused.textContent : name && one.dataset.field === name));
    const target = same && !same.disabled ? same : node.querySelector(".card") ?? node;
    if (!same || same.disabled) target.setAttribute("tabindex", "-1");
    target.focus({ preventScroll: true });
  }

  // --- time ----------------------------------------------------------------------------------------------------------

  /** Write the time above a message when some time has passed since the one before. */
  stamp() {
    let last = 0;
    for (const { node, message } of this.entries.values()) {
      node.querySelector(".stamp")?.remove();
      const at = Date.parse(message.at);
      if (at - last > GAP) node.prepend(el("time", { class: "stamp", datetime: message.at }, moment(at)));
      last = at;
    }
  }
}

/** A payload the look cannot draw is shown as its plain text, and the mistake goes to the console. */
function safely(messenger, seen, context) {
  try {
    return LOOKS[messenger](seen, context);
  } catch (error) {
    console.error("cannot draw", messenger, error);
    return { card: false, node: el("p", { class: "plain" }, seen.text) };
  }
}

function light(node) {
  const card = node.querySelector(".card, .bubble");
  if (!card) return;
  card.classList.remove("is-changed");
  void card.offsetWidth;
  card.classList.add("is-changed");
  card.addEventListener("animationend", () => card.classList.remove("is-changed"), { once: true });
}
