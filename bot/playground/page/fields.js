// Inputs as the three clients have them: native controls with real labels, and what the person has changed in them.

import { el, fresh } from "./dom.js";
import { word } from "./words.js";

/**
 * A labelled native control. `kind`: text, long, number, date, time, choice, choices or switch. `options` are
 * {value, label}. `labelledBy`: id of a text that is the label when the card draws it elsewhere.
 */
export function field({ name, label = "", kind, value = "", options = [], required = false, placeholder = "", readOnly = false, maxLength = null, rows = 2, disabled = false, labelledBy = "" }) {
  if (kind === "choices") return group({ name, label, value, options, disabled, many: true, labelledBy, required });
  if (kind === "radios") return group({ name, label, value, options, disabled, many: false, labelledBy, required });
  const id = fresh("field");
  const named = labelledBy ? { "aria-labelledby": labelledBy } : label ? {} : { "aria-label": placeholder || name };
  const common = { id, required, disabled, ...named, data: { field: name, kind } };
  const control = make(kind, common, { value: String(value), options, placeholder, readOnly, maxLength, rows });
  control.dataset.initial = kind === "switch" ? String(control.checked) : control.value;
  const caption = label ? el("label", { for: id, class: "field-label" }, label, required && mark()) : null;
  return el("div", { class: `field field-${kind}` }, caption, kind === "choice" ? el("span", { class: "select" }, control) : control);
}

function make(kind, common, { value, options, placeholder, readOnly, maxLength, rows }) {
  if (kind === "choice") {
    const preset = options.some((option) => option.value === value);
    const empty = preset ? [] : [el("option", { value: "" }, placeholder || word("choose"))];
    const listed = options.map((option) => el("option", { value: option.value, selected: option.value === value }, option.label));
    return el("select", common, ...empty, ...listed);
  }
  if (kind === "long") {
    const area = el("textarea", { ...common, placeholder, readonly: readOnly, maxlength: maxLength, rows });
    area.value = value;
    return area;
  }
  if (kind === "switch") return el("input", { ...common, required: false, type: "checkbox", checked: value === "true" });
  const types = { number: "number", date: "date", time: "time", moment: "datetime-local" };
  const step = kind === "number" ? { step: "any", inputmode: "decimal" } : {};
  return el("input", { ...common, ...step, type: types[kind] ?? "text", value, placeholder, readonly: readOnly, maxlength: maxLength, autocomplete: "off" });
}

function group({ name, label, value, options, disabled, many, labelledBy, required }) {
  const chosen = new Set(Array.isArray(value) ? value : value ? [value] : []);
  const own = fresh("group");
  const items = options.map((option) =>
    el("label", { class: "tick" },
      el("input", { type: many ? "checkbox" : "radio", name: own, value: option.value, checked: chosen.has(option.value), disabled, required: required && !many }),
      el("span", {}, option.label)));
  const caption = label ? el("legend", { class: "field-label" }, label, required && mark()) : null;
  const named = label ? {} : labelledBy ? { "aria-labelledby": labelledBy } : { "aria-label": name };
  const initial = JSON.stringify(options.filter((option) => chosen.has(option.value)).map((option) => option.value));
  return el("fieldset", { class: "field field-choices", ...named, data: { field: name, kind: many ? "choices" : "radios", initial } }, caption, ...items);
}

function mark() {
  return el("span", { class: "must", title: word("required") }, "*");
}

/** What the person changed in a form: name → text or list of texts. Untouched fields are left to the client. */
export function changed(form) {
  const values = {};
  for (const control of form.querySelectorAll("[data-field]")) {
    const { field: name, kind, initial } = control.dataset;
    const now = reading(control, kind);
    if ((Array.isArray(now) ? JSON.stringify(now) : now) !== initial) values[name] = shaped(now, kind);
  }
  return values;
}

function reading(control, kind) {
  if (kind === "choices") return [...control.querySelectorAll("input:checked")].map((box) => box.value);
  if (kind === "radios") return [...control.querySelectorAll("input:checked")].map((box) => box.value);
  return kind === "switch" ? String(control.checked) : control.value;
}

function shaped(now, kind) {
  if (kind === "radios") return now[0] ?? "";
  if (kind === "moment") return now.replace("T", " ");
  return now;
}

/** Put what was typed back after a card was drawn anew, where the field is still there and is still the same. */
export function restore(card, values) {
  for (const control of card.querySelectorAll("[data-field]")) {
    const { field: name, kind } = control.dataset;
    if (!(name in values)) continue;
    if (kind === "choices" || kind === "radios") {
      const wanted = new Set([values[name]].flat());
      for (const box of control.querySelectorAll("input")) box.checked = wanted.has(box.value);
    } else if (kind === "switch") control.checked = values[name] === "true";
    else if (kind !== "choice" || [...control.options].some((option) => option.value === values[name])) control.value = values[name];
  }
}
