// The side panel: what last went over each messenger's wire, as the simulator recorded it (secrets already masked).

import { el } from "./dom.js";
import { word } from "./words.js";

const LONGEST = 20000;

export class WirePanel {
  constructor(names) {
    this.last = new Map(names.map((name) => [name, {}]));
    this.bodies = new Map();
    this.open = new Set();
    this.node = el("aside", { id: "wire", class: "wire", "aria-labelledby": "wire-title" });
    this.redraw();
  }

  take({ messenger, callback, call }) {
    this.last.set(messenger, { callback, call });
    this.fill(messenger);
  }

  redraw() {
    const parts = [...this.last.keys()].map((name) => {
      const body = el("div", { class: "wire-body" });
      this.bodies.set(name, body);
      return el("section", { class: `wire-part ${name}` }, el("h3", {}, el("span", { class: "wire-dot", "aria-hidden": "true" }), word(name)), body);
    });
    this.node.replaceChildren(el("h2", { id: "wire-title" }, word("wire"), el("small", {}, word("masked"))), ...parts);
    for (const name of this.last.keys()) this.fill(name);
  }

  fill(name) {
    const { callback, call } = this.last.get(name);
    this.bodies.get(name).replaceChildren(this.one(`${name}.callback`, "callback", callback), this.one(`${name}.call`, "call", call));
  }

  one(id, kind, exchange) {
    const head = [el("span", { class: "wire-kind" }, word(kind))];
    if (!exchange) return el("p", { class: "wire-none" }, ...head, word("none"));
    const good = exchange.status >= 200 && exchange.status < 300;
    head.push(el("code", { class: "wire-path" }, `${exchange.method} ${path(exchange.path)}`), el("span", { class: `wire-status ${good ? "good" : "bad"}` }, String(exchange.status)));
    return el("details", { class: "wire-one", open: this.open.has(id), on: { toggle: (event) => this.open[event.currentTarget.open ? "add" : "delete"](id) } },
      el("summary", {}, ...head),
      el("h4", {}, word("request")), el("pre", { tabindex: "0", "aria-label": word("request") }, pretty(exchange.request)),
      el("h4", {}, word("response")), el("pre", { tabindex: "0", "aria-label": word("response") }, pretty(exchange.response)));
  }
}

function path(address) {
  return address.replace(/^https?:\/\/[^/]+/, "");
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2).slice(0, LONGEST);
  } catch {
    return text.replace(/></g, ">\n<").slice(0, LONGEST) || "—";
  }
}
