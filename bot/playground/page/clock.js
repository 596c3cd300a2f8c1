// The simulated time: shown, ticking, and moved forward by buttons.

import { act } from "./api.js";
import { moment, word } from "./words.js";

export class ClockBar {
  constructor(node, moved) {
    this.node = node;
    this.time = node.querySelector("time");
    this.shift = 0;
    this.moved = moved;
    for (const button of node.querySelectorAll("[data-advance]")) button.addEventListener("click", () => this.advance(button));
    setInterval(() => this.show(), 1000);
  }

  set(now) {
    this.shift = Date.parse(now) - Date.now();
    this.show();
  }

  show() {
    const at = Date.now() + this.shift;
    const text = moment(at, { year: "numeric" });
    if (this.time.textContent !== text) this.time.textContent = text;
    this.time.dateTime = new Date(at).toISOString();
  }

  async advance(button) {
    button.setAttribute("aria-busy", "true");
    const done = await act("clock", { seconds: Number(button.dataset.advance) });
    button.removeAttribute("aria-busy");
    if (!done.ok) return;
    this.set(done.now);
    this.moved(word("moved", { now: this.time.textContent }));
  }
}
