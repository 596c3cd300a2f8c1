// Choosing a person: a combobox one can type into (ARIA 1.2 pattern, list below, focus stays in the box).

import { el, fresh } from "./dom.js";
import { word } from "./words.js";

const MOST = 80;

/** A searchable picker. `people`: {id, name, department}; `chosen(id)` is called when another person is picked. */
export class Picker {
  constructor({ people, current, label, chosen }) {
    this.people = people;
    this.current = current;
    this.chosen = chosen;
    this.active = -1;
    this.shown = [];
    const list = fresh("people");
    this.list = el("ul", { id: list, class: "people", role: "listbox", hidden: true, "aria-label": word("people"), data: { label: "people" } });
    this.box = el("input", {
      class: "person", type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list",
      "aria-expanded": "false", "aria-controls": list, "aria-label": label,
      on: { focus: () => this.box.select(), click: () => this.open(), input: () => this.open(this.box.value), keydown: (event) => this.key(event), blur: () => this.close() },
    });
    this.node = el("div", { class: "picker" }, this.box, el("span", { class: "picker-arrow", "aria-hidden": "true" }), this.list);
    this.show();
  }

  relabel(label) {
    this.box.setAttribute("aria-label", label);
    this.box.placeholder = word("findPerson");
  }

  show() {
    const person = this.people.find((one) => one.id === this.current);
    this.box.value = person ? (person.department ? `${person.name} · ${person.department}` : person.name) : "";
    this.box.placeholder = word("findPerson");
  }

  open(search = "") {
    const wanted = search.trim().toLowerCase();
    const fits = (one) => `${one.name} ${one.department} ${one.id}`.toLowerCase().includes(wanted);
    this.shown = this.people.filter(fits).slice(0, MOST);
    this.active = this.shown.findIndex((one) => one.id === this.current);
    if (this.active < 0 && this.shown.length && wanted) this.active = 0;
    const rows = this.shown.map((one) => this.row(one));
    this.list.replaceChildren(...(rows.length ? rows : [el("li", { class: "people-none", role: "option", "aria-disabled": "true" }, word("nobody"))]));
    this.list.hidden = false;
    this.box.setAttribute("aria-expanded", "true");
    this.mark();
  }

  row(one) {
    return el("li", {
      id: fresh("option"), role: "option", "aria-selected": "false",
      on: { mousedown: (event) => event.preventDefault(), click: () => this.pick(one.id) },
    }, el("span", { class: "people-name" }, one.name), el("span", { class: "people-department" }, one.department));
  }

  close() {
    this.list.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
    this.show();
  }

  mark() {
    const rows = [...this.list.children];
    rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === this.active)));
    const row = rows[this.active];
    if (row && this.active >= 0) {
      this.box.setAttribute("aria-activedescendant", row.id);
      this.list.scrollTop = Math.max(0, row.offsetTop - this.list.clientHeight / 2);
    } else this.box.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.isComposing) return;
    if (event.key in steps) {
      event.preventDefault();
      if (this.list.hidden) this.open();
      else if (this.shown.length) this.active = (this.active + steps[event.key] + this.shown.length) % this.shown.length;
      this.mark();
    } else if (event.key === "Enter" && !this.list.hidden) {
      event.preventDefault();
      if (this.shown[this.active]) this.pick(this.shown[this.active].id);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.close();
    }
  }

  pick(id) {
    const changed = id !== this.current;
    this.current = id;
    this.close();
    if (changed) this.chosen(id);
  }
}
