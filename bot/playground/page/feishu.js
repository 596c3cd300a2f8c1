// Feishu's messages: text, posts and card JSON (2.0, and what 1.0 shares with it), drawn from the card alone.

import { el } from "./dom.js";
import { elements } from "./feishu_parts.js";
import { inline, markdown } from "./markdown.js";
import { word } from "./words.js";

const TEMPLATES = new Set([
  "blue", "wathet", "turquoise", "green", "yellow", "orange", "red", "carmine", "violet", "purple", "indigo", "grey",
]);

/** One Feishu message. */
export function drawFeishu(seen, context) {
  const { kind, payload } = seen;
  if (kind === "card" || kind === "interactive") return { card: true, node: card(payload, seen, context) };
  if (kind === "text") return { card: false, node: el("p", { class: "plain" }, ...mentions(payload.text ?? seen.text, context)) };
  if (kind === "post" && Array.isArray(payload.content)) return { card: false, node: post(payload, context) };
  return { card: false, node: el("p", { class: "plain" }, seen.text) };
}

/** A text message knows no markup but mentions. */
function mentions(text, context) {
  const parts = text.split(/(<at user_id="[^"]*">.*?<\/at>)/s);
  return parts.map((part) => {
    const found = /^<at user_id="([^"]*)">(.*?)<\/at>$/s.exec(part);
    return found ? el("span", { class: "md-at" }, `@${found[2] || context.names(found[1])}`) : part;
  });
}

function post(payload, context) {
  const run = (part) => {
    if (part.tag === "at") return el("span", { class: "md-at" }, `@${part.user_name ?? context.names(part.user_id)}`);
    if (part.tag === "md") return markdown(part.text ?? "", context.names);
    return part.text ?? "";
  };
  return el("div", { class: "md" }, payload.title && el("strong", {}, payload.title), ...payload.content.map((line) => el("p", {}, ...line.map(run))));
}

function card(payload, seen, context) {
  const header = payload.header;
  const title = header?.title?.content ?? "";
  const isNew = payload.schema === "2.0";
  const listed = isNew ? payload.body?.elements ?? [] : payload.elements ?? [];
  const drawing = { context, seen, locale: "zh_cn", label: null, submit: null };
  return el("article", { class: "card feishu-card", "aria-label": word("card", { title }) },
    header && top(header, context),
    el("div", { class: "fs-body" }, ...elements(listed, isNew ? "body.elements" : "elements", drawing)));
}

function top(header, context) {
  const colour = TEMPLATES.has(header.template) ? header.template : "plain";
  const said = (text) => (text?.tag === "lark_md" ? inline(text.content ?? "", context.names) : [text?.content ?? ""]);
  const tags = (header.text_tag_list ?? []).map((tag) => el("span", { class: `md-tag tone-${TEMPLATES.has(tag.color) ? tag.color : "neutral"}` }, ...said(tag.text)));
  return el("header", { class: `fs-header fs-${colour}` },
    el("h3", { class: "fs-title" }, ...said(header.title), ...tags),
    header.subtitle?.content && el("p", { class: "fs-subtitle" }, ...said(header.subtitle)));
}
