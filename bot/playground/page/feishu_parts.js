// The elements of a Feishu card. A key is an element's name or, without one, its path, as the client reports it.

import { el, fresh, webLink } from "./dom.js";
import { changed, field } from "./fields.js";
import { inline, markdown } from "./markdown.js";
import { word } from "./words.js";

const PICKERS = { date_picker: "date", picker_time: "time", picker_datetime: "moment" };
const BUTTONS = new Set(["default", "primary", "danger", "text", "primary_text", "danger_text", "primary_filled", "danger_filled", "laser"]);

const DRAW = {
  markdown: (part, key, drawing) => labelling(el("div", { class: "md fs-text" }, markdown(part.content ?? "", drawing.context.names)), drawing, false),
  plain_text: (part, key, drawing) => el("p", { class: "plain fs-text" }, ...said(part, drawing)),
  lark_md: (part, key, drawing) => el("div", { class: "md fs-text" }, markdown(part.content ?? "", drawing.context.names)),
  div: (part, key, drawing) => div(part, drawing),
  note: (part, key, drawing) => el("p", { class: "fs-text fs-notation" }, ...(part.elements ?? []).flatMap((inner) => said(inner, drawing))),
  hr: () => el("hr", { class: "fs-rule" }),
  img: (part) => el("div", { class: "fs-picture", role: "img", "aria-label": part.alt?.content || word("picture") }),
  chart: () => el("div", { class: "fs-picture", role: "img", "aria-label": word("picture") }),
  person: (part, key, drawing) => people([part.user_id], drawing),
  person_list: (part, key, drawing) => people((part.persons ?? []).map((one) => one.id), drawing),
  column_set: (part, key, drawing) => columns(part, key, drawing),
  collapsible_panel: (part, key, drawing) => el("details", { class: "fs-panel", open: Boolean(part.expanded) }, el("summary", {}, ...said(part.header?.title, drawing)), ...elements(part.elements, `${key}.elements`, drawing)),
  interactive_container: (part, key, drawing) => el("button", { type: "button", class: "fs-container", data: { key }, on: { click: (event) => drawing.context.press(event.currentTarget, key) } }, ...elements(part.elements, `${key}.elements`, drawing)),
  action: (part, key, drawing) => el("div", { class: "fs-row" }, ...elements(part.actions, `${key}.actions`, drawing)),
  form: (part, key, drawing) => form(part, key, drawing),
  table: (part, key, drawing) => table(part, drawing),
  button: (part, key, drawing) => button(part, key, drawing),
  overflow: (part, key, drawing) => overflow(part, key, drawing),
  checker: (part, key, drawing) => lone(part, key, drawing, field({ name: key, label: part.text?.content ?? "", kind: "switch", value: String(Boolean(part.checked)) })),
  input: (part, key, drawing) => input(part, key, drawing),
  select_static: (part, key, drawing) => select(part, key, drawing, "choice"),
  multi_select_static: (part, key, drawing) => select(part, key, drawing, "choices"),
  select_person: (part, key, drawing) => select(part, key, drawing, "choice"),
  multi_select_person: (part, key, drawing) => select(part, key, drawing, "choices"),
  date_picker: (part, key, drawing) => picker(part, key, drawing),
  picker_time: (part, key, drawing) => picker(part, key, drawing),
  picker_datetime: (part, key, drawing) => picker(part, key, drawing),
};

/** A list of elements. `path` is where it stands in the card. */
export function elements(listed = [], path, drawing) {
  return listed.map((part, at) => DRAW[part.tag]?.(part, part.name || `${path}[${at}]`, drawing) ?? null).filter(Boolean);
}

/** A text object: markup only where its tag says so. */
function said(text, drawing) {
  if (!text) return [];
  const content = text.content ?? "";
  return text.tag === "plain_text" ? [content] : inline(content, drawing.context.names);
}

/** Remember a paragraph: a select or date picker right after it has no label of its own but this one. */
function labelling(node, drawing, isLabel = true) {
  node.id = node.id || fresh("text");
  drawing.label = isLabel ? node.id : null;
  return node;
}

function div(part, drawing) {
  if (part.fields) {
    const cells = part.fields.map((one) => el("div", { class: one.is_short ? "fs-cell short" : "fs-cell" }, ...said(one.text, drawing)));
    return el("div", { class: "fs-fields" }, ...said(part.text, drawing), ...cells);
  }
  const quiet = part.text?.text_size === "notation" || part.text?.text_color === "grey";
  return labelling(el("p", { class: quiet ? "fs-text fs-notation" : "fs-text" }, ...said(part.text, drawing)), drawing);
}

function people(ids, drawing) {
  const chips = ids.map((id) => {
    const name = drawing.context.names(id);
    return el("span", { class: "fs-person" }, el("span", { class: "avatar tiny", "aria-hidden": "true" }, name.slice(-2)), name);
  });
  return el("p", { class: "fs-people" }, ...chips);
}

function columns(part, key, drawing) {
  const onlyButtons = part.columns.every((column) => (column.elements ?? []).every((inner) => inner.tag === "button"));
  const made = part.columns.map((column, at) => {
    const weight = column.width === "weighted" ? `fs-weight-${Math.min(5, column.weight ?? 1)}` : column.width === "auto" ? "" : "fs-weight-1";
    return el("div", { class: `fs-column ${weight}` }, ...elements(column.elements, `${key}.columns[${at}].elements`, drawing));
  });
  return el("div", { class: onlyButtons ? "fs-row" : "fs-columns" }, ...made);
}

function form(part, key, drawing) {
  const inner = { ...drawing, form: true };
  const made = el("form", { class: "fs-form" }, ...elements(part.elements, `${key}.elements`, inner));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    const pressed = event.submitter;
    if (pressed) drawing.context.press(pressed, pressed.dataset.key, changed(made), confirmation(pressed));
  });
  return made;
}

const asked = new WeakMap();

function confirmation(node) {
  return asked.get(node) ?? null;
}

function button(part, key, drawing) {
  const kind = BUTTONS.has(part.type) ? part.type : "default";
  const look = `fs-button fs-button-${kind}${part.width === "fill" ? " fs-fill" : ""}`;
  const label = said(part.text, drawing);
  const calls = part.form_action_type === "submit" || "value" in part || (part.behaviors ?? []).some((one) => one.type === "callback");
  const url = (part.behaviors ?? []).find((one) => one.type === "open_url")?.default_url ?? part.url;
  if (!calls && url) return webLink(url, look, ...label);
  const how = part.form_action_type === "submit" ? "submit" : part.form_action_type === "reset" ? "reset" : "button";
  const made = el("button", { type: how, class: look, disabled: Boolean(part.disabled), data: { key } }, ...label);
  if (part.confirm) asked.set(made, { title: part.confirm.title?.content ?? "", text: part.confirm.text?.content ?? "" });
  if (how === "button") made.addEventListener("click", () => drawing.context.press(made, key, {}, confirmation(made)));
  return made;
}

function overflow(part, key, drawing) {
  const items = part.options.map((option) => {
    const url = option.multi_url?.url ?? option.multi_url?.default_url;
    if (url) return webLink(url, "", ...said(option.text, drawing));
    return el("button", { type: "button", data: { key: `${key}/${option.value}` }, on: { click: (event) => drawing.context.press(event.currentTarget, `${key}/${option.value}`) } }, ...said(option.text, drawing));
  });
  return el("details", { class: "wc-menu fs-overflow" }, el("summary", { "aria-label": word("more") }, "⋯"), el("div", { class: "wc-menu-list" }, ...items));
}

// --- inputs ---------------------------------------------------------------------------------------------------------

function input(part, key, drawing) {
  const kind = part.input_type === "multiline_text" ? "long" : "text";
  return lone(part, key, drawing, field({
    name: key, kind, label: part.label?.content ?? "", value: part.default_value ?? "", required: Boolean(part.required), rows: part.rows ?? 3,
    placeholder: part.placeholder?.content ?? "", maxLength: part.max_length ?? 1000, disabled: Boolean(part.disabled),
  }));
}

function select(part, key, drawing, kind) {
  const offered = drawing.seen.fields.find((one) => one.name === key)?.options ?? [];
  const options = part.options?.length && !part.tag.endsWith("person") ? part.options.map((option) => ({ value: option.value, label: option.text?.content ?? "" })) : offered;
  const index = part.initial_index ? options[part.initial_index - 1]?.value : "";
  return lone(part, key, drawing, field({
    name: key, kind, options, value: kind === "choices" ? part.selected_values ?? [] : part.initial_option || index || "", labelledBy: taken(drawing),
    required: Boolean(part.required), placeholder: part.placeholder?.content ?? "", disabled: Boolean(part.disabled),
  }));
}

function picker(part, key, drawing) {
  const value = part.initial_date ?? part.initial_time ?? (part.initial_datetime ?? "").replace(" ", "T");
  return lone(part, key, drawing, field({
    name: key, kind: PICKERS[part.tag], value, labelledBy: taken(drawing), required: Boolean(part.required),
    placeholder: part.placeholder?.content ?? "", disabled: Boolean(part.disabled),
  }));
}

function taken(drawing) {
  const label = drawing.label;
  drawing.label = null;
  return label ?? "";
}

/** Outside a form every input calls back at once, as soon as it holds another value. */
function lone(part, key, drawing, node) {
  if (!drawing.form) node.addEventListener("change", () => drawing.context.press(node, key, changed(node.parentElement)));
  return node;
}

function table(part, drawing) {
  const cell = (column, row) => {
    const value = row[column.name] ?? "";
    if (column.data_type === "persons") return [value].flat().map((id) => drawing.context.names(id)).join("、");
    if (column.data_type === "options") return [value].flat().map((one) => one.text ?? String(one)).join(" ");
    return column.data_type === "lark_md" || column.data_type === "markdown" ? inline(String(value), drawing.context.names) : String(value);
  };
  return el("div", { class: "fs-table" }, el("table", {},
    el("thead", {}, el("tr", {}, ...part.columns.map((column) => el("th", { scope: "col" }, column.display_name ?? column.name)))),
    el("tbody", {}, ...part.rows.map((row) => el("tr", {}, ...part.columns.map((column) => el("td", {}, cell(column, row))))))));
}
