// On a narrow screen one messenger at a time, chosen by tabs (arrow keys move between them); columns otherwise.

import { el } from "./dom.js";
import { word } from "./words.js";

const NARROW = matchMedia("(max-width: 859px)");

export class Tabs {
  /** `panels`: [name, node] pairs; the first is shown first. */
  constructor(bar, panels) {
    this.panels = new Map(panels);
    this.tabs = panels.map(([name, node]) =>
      el("button", {
        type: "button", role: "tab", id: `tab-${name}`, "aria-controls": node.id, class: name === "wire" ? "tab" : `tab ${name}`, data: { name },
        on: { click: () => this.show(name), keydown: (event) => this.key(event) },
      }));
    bar.append(...this.tabs);
    NARROW.addEventListener("change", () => this.show(this.current));
    this.show(panels[0][0]);
  }

  onNarrow(heard) {
    NARROW.addEventListener("change", (event) => event.matches && heard());
  }

  relabel() {
    for (const tab of this.tabs) tab.textContent = word(tab.dataset.name);
  }

  show(name) {
    this.current = name;
    for (const tab of this.tabs) {
      const chosen = tab.dataset.name === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    for (const [each, node] of this.panels) node.classList.toggle("is-shown", each === name);
    const shown = this.panels.get(name).querySelector(".scroller");
    if (NARROW.matches && shown) shown.scrollTop = shown.scrollHeight;
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = this.tabs.indexOf(event.currentTarget);
    const next = this.tabs[(at + step + this.tabs.length) % this.tabs.length];
    this.show(next.dataset.name);
    next.focus();
  }
}
