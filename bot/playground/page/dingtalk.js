// DingTalk's cards and robot messages, drawn from the merged template variables or the message's own parameters.

import { el, webLink } from "./dom.js";
import { changed, field } from "./fields.js";
import { markdown } from "./markdown.js";
import { word } from "./words.js";

const SAY = "dtmd://dingtalkclient/sendMessage?content=";
const KINDS = {
  TEXT: "text", TEXT_AREA: "long", TEXT_ARRAY: "long", NUMBER: "number", SELECT: "choice", MULTI_SELECT: "choices",
  CHECKBOX: "switch", SWITCH: "switch", CHECKBOX_GROUP: "radios", MULTI_CHECKBOX_GROUP: "choices", DATE: "date",
  TIME: "time", DATETIME: "moment",
};

/** One DingTalk message. */
export function drawDingtalk(seen, context) {
  const { kind, payload } = seen;
  if (kind === "card" && payload.merged) return { card: true, node: template(payload.merged, seen, context) };
  const said = message(payload);
  if (kind === "actionCard") return { card: true, node: actionCard(said, seen, context) };
  if (kind === "markdown") return { card: false, node: el("div", { class: "md" }, markdown(said.text ?? "", context.names)) };
  if (kind === "text") return { card: false, node: el("p", { class: "plain" }, said.content ?? seen.text) };
  return { card: false, node: el("p", { class: "plain" }, seen.text) };
}

function message(payload) {
  if (payload.msgParam) return payload.msgParam;
  return payload[payload.msgtype] ?? {};
}

/** The universal template: title, body, notices, form, buttons, footer. */
function template(shown, seen, context) {
  const fields = shown.has_form === "true" ? parsed(shown.form)?.fields ?? [] : [];
  const buttons = parsed(shown.btns) ?? [];
  return el("article", { class: "card ding-card", "aria-label": word("card", { title: shown.title ?? "" }) },
    shown.title && el("h3", { class: "dt-title" }, shown.title),
    shown.notice && el("p", { class: "dt-notice" }, shown.notice),
    shown.error && el("p", { class: "dt-error" }, shown.error),
    shown.body && el("div", { class: "md dt-body" }, markdown(shown.body, context.names)),
    fields.length ? form(fields, shown, context) : null,
    buttons.length ? row(buttons, seen, context) : null,
    shown.footer && el("p", { class: "dt-footer" }, shown.footer));
}

function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function form(fields, shown, context) {
  const disabled = shown.form_status === "disabled";
  const made = el("form", { class: "dt-form" },
    ...fields.filter((item) => !item.hidden).map((item) => input(item, disabled)),
    el("button", { type: "submit", class: "dt-submit", data: { key: "form" }, disabled }, shown.form_btn_text || "提交"));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    context.press(event.submitter ?? made, "form", changed(made));
  });
  return made;
}

function input(item, disabled) {
  if (item.readOnly) return el("div", { class: "dt-read" }, el("strong", {}, item.label ?? ""), el("span", {}, String(item.defaultValue ?? "")));
  const options = (item.options ?? []).map((option) => ({ value: option.value, label: option.text }));
  return field({
    name: item.name, label: item.label ?? "", kind: KINDS[item.type] ?? "text", value: initial(item), options, disabled,
    required: Boolean(item.required), placeholder: item.placeholder ?? "", rows: item.minRows ?? 2,
  });
}

function initial(item) {
  const value = item.defaultValue;
  const inner = value !== null && typeof value === "object" && !Array.isArray(value) ? value.value : value;
  if (Array.isArray(inner)) return item.type === "TEXT_ARRAY" ? inner.join("\n") : inner;
  return inner === undefined || inner === null ? "" : String(inner);
}

/** Buttons in the order of the payload; the simulator's keys come in the same order, after the form's own. */
function row(buttons, seen, context) {
  const keys = seen.buttons.filter((press) => !press.submits).map((press) => press.key);
  return el("div", { class: "dt-buttons" }, ...buttons.map((button, at) => {
    const style = `dt-button dt-${button.color ?? "blue"}`;
    if (button.event?.type === "openLink") {
      const url = button.event.params.url;
      return webLink(typeof url === "string" ? url : url.pc ?? "", style, button.text);
    }
    return pressed(style, button.text, keys[at], context, button.status === "disabled");
  }));
}

function pressed(style, label, key, context, disabled = false) {
  return el("button", { type: "button", class: style, disabled, data: { key }, on: { click: (event) => context.press(event.currentTarget, key) } }, label);
}

/** A robot ActionCard: words, then stacked buttons; `dtmd` links make the person say something. */
function actionCard(said, seen, context) {
  const entries = said.btns?.map((one) => [one.title, one.actionURL])
    ?? Object.keys(said).filter((key) => /^(actionTitle\d|buttonTitle\d|singleTitle)$/.test(key)).sort()
      .map((key) => [said[key], said[key.replace("Title", "URL")] ?? said[key.replace("Title", "Url")]]);
  if (said.btns && said.singleTitle) entries.splice(0, entries.length, [said.singleTitle, said.singleURL]);
  const heading = said.title && !(said.text ?? "").includes(said.title) ? el("h3", { class: "dt-title" }, said.title) : null;
  return el("article", { class: "card ding-card ding-action", "aria-label": word("card", { title: said.title ?? "" }) },
    heading,
    el("div", { class: "md dt-body" }, markdown(said.text ?? "", context.names)),
    el("div", { class: "dt-stack" }, ...entries.map(([label, url], at) =>
      String(url).startsWith(SAY)
        ? pressed("dt-line", label, seen.buttons[at]?.key ?? `button${at + 1}`, context)
        : webLink(url, "dt-line", label))));
}
