// WeCom's template cards, drawn from the template_card dict alone.

import { el, fresh, webLink } from "./dom.js";
import { changed, field } from "./fields.js";
import { markdown } from "./markdown.js";
import { catalogue } from "./picture.js";
import { word } from "./words.js";

const SOURCE_COLOURS = ["grey", "black", "red", "green"];

/** One WeCom message. */
export function drawWecom(seen, context) {
  const payload = seen.payload;
  if (seen.kind === "template_card") return { card: true, node: card(payload, context) };
  if (seen.kind === "markdown") return { card: false, node: el("div", { class: "md" }, markdown(payload.content ?? "", context.names)) };
  if (seen.kind === "text") return { card: false, node: el("p", { class: "plain" }, payload.content ?? "") };
  if (seen.kind === "textcard") return { card: true, node: textcard(payload) };
  return { card: false, node: el("p", { class: "plain" }, seen.text) };
}

function textcard(payload) {
  return el("article", { class: "card wecom-card" }, el("h3", { class: "wc-title" }, payload.title), el("p", { class: "wc-sub" }, payload.description), webLink(payload.url, "wc-jump", payload.btntxt || word("more")));
}

function card(payload, context) {
  const title = payload.main_title ?? {};
  const emphasis = payload.emphasis_content;
  return el("article", { class: "card wecom-card", "aria-label": word("card", { title: title.title ?? "" }) },
    source(payload, context),
    picture(payload),
    title.title && el("h3", { class: "wc-title" }, title.title),
    title.desc && el("p", { class: "wc-desc" }, title.desc),
    emphasis && el("p", { class: "wc-emphasis" }, el("strong", {}, emphasis.title ?? ""), el("span", {}, emphasis.desc ?? "")),
    payload.sub_title_text && el("p", { class: "wc-sub" }, payload.sub_title_text),
    quote(payload.quote_area),
    pairs(payload.vertical_content_list),
    rows(payload.horizontal_content_list, context),
    answers(payload, context),
    jumps(payload),
  );
}

function source(payload, context) {
  const said = payload.source ?? {};
  if (!said.desc && !payload.action_menu) return null;
  const colour = SOURCE_COLOURS[said.desc_color ?? 0] ?? "grey";
  return el("div", { class: "wc-source" },
    el("span", { class: "wc-source-icon", "aria-hidden": "true" }),
    el("span", { class: `wc-source-desc wc-${colour}` }, said.desc ?? ""),
    menu(payload.action_menu, context));
}

function menu(found, context) {
  if (!found) return null;
  const items = found.action_list.map((item) =>
    el("button", { type: "button", data: { key: item.key }, on: { click: (event) => context.press(event.currentTarget, item.key) } }, item.text));
  return el("details", { class: "wc-menu" }, el("summary", { "aria-label": found.desc || word("more") }, "⋯"), el("div", { class: "wc-menu-list" }, ...items));
}

function picture(payload) {
  const area = payload.image_text_area;
  if (area) return el("div", { class: "wc-image-text" }, el("span", { class: "wc-picture small", role: "img", "aria-label": word("picture") }), el("div", {}, el("strong", {}, area.title ?? ""), el("p", {}, area.desc ?? "")));
  const known = catalogue(payload.card_image?.url, word("picture"), "wc-image");
  if (known) return known;
  return payload.card_image ? el("div", { class: "wc-picture", role: "img", "aria-label": word("picture") }) : null;
}

function quote(area) {
  if (!area || !(area.title || area.quote_text)) return null;
  const words = [area.title && el("strong", {}, area.title), area.quote_text && el("span", {}, area.quote_text)];
  return el("blockquote", { class: "wc-quote" }, area.type === 1 ? webLink(area.url, "", ...words) : words);
}

function pairs(listed = []) {
  return listed.map((item) => el("div", { class: "wc-vertical" }, el("strong", {}, item.title), item.desc && el("p", {}, item.desc)));
}

function rows(listed = [], context) {
  if (!listed.length) return null;
  return el("dl", { class: "wc-rows" }, ...listed.map((row) => {
    const value = row.type === 1 ? webLink(row.url, "", row.value ?? "") : row.type === 3 ? context.names(row.userid) : row.value ?? "";
    return el("div", {}, el("dt", {}, row.keyname), el("dd", {}, value));
  }));
}

function answers(payload, context) {
  const asked = questions(payload);
  const grey = payload.replace_text ?? "";
  const buttons = payload.submit_button ? [{ ...payload.submit_button, text: payload.submit_button.text || "提交", submit: true }] : payload.button_list ?? [];
  if (!asked.length && !buttons.length) return null;
  const row = grey
    ? [el("button", { type: "button", class: "wc-button wc-done", disabled: true }, grey)]
    : buttons.map((button) => press(button, asked.length > 0, context));
  const shape = grey ? "one" : layout(buttons);
  const form = el("form", { class: "wc-form", novalidate: false }, ...asked, el("div", { class: `wc-buttons wc-${shape}` }, ...row));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const values = asked.length ? changed(form) : {};
    context.press(event.submitter ?? form, event.submitter?.dataset.key ?? "", values);
  });
  return form;
}

function layout(buttons) {
  const longest = Math.max(...buttons.map((button) => button.text.length));
  if (buttons.length === 2 || (longest <= 5 && buttons.length % 2 === 0)) return "side2";
  return longest <= 4 && buttons.length % 3 === 0 ? "side3" : "one";
}

function press(button, asks, context) {
  if (button.type === 1) return webLink(button.url, "wc-button wc-style-2", button.text);
  const style = button.submit ? "wc-submit" : `wc-style-${button.style ?? 1}`;
  const how = asks ? { type: "submit" } : { type: "button", on: { click: (event) => context.press(event.currentTarget, button.key) } };
  return el("button", { class: `wc-button ${style}`, data: { key: button.key }, ...how }, button.text);
}

function questions(payload) {
  const grey = Boolean(payload.replace_text);
  if (payload.checkbox) {
    const asked = payload.checkbox;
    const options = asked.option_list.map((option) => ({ value: option.id, label: option.text }));
    const value = asked.option_list.filter((option) => option.is_checked).map((option) => option.id);
    const title = fresh("vote");
    return [el("div", { class: "wc-vote" }, el("span", { id: title, class: "unseen" }, payload.main_title?.title ?? ""),
      field({ name: asked.question_key, kind: asked.mode === 1 ? "choices" : "radios", options, value, labelledBy: title, disabled: grey || Boolean(asked.disable), required: true }))];
  }
  const selects = payload.select_list ?? (payload.button_selection ? [payload.button_selection] : []);
  return selects.map((select) => {
    const options = select.option_list.map((option) => ({ value: option.id, label: option.text }));
    const value = options.some((option) => option.value === select.selected_id) ? select.selected_id : options[0]?.value ?? "";
    return field({ name: select.question_key, label: select.title || payload.main_title?.title || "", kind: "choice", options, value, disabled: grey || Boolean(select.disable) });
  });
}

function jumps(payload) {
  const listed = (payload.jump_list ?? []).map((jump) => jump.type === 1 ? webLink(jump.url, "wc-jump", jump.title) : el("span", { class: "wc-jump" }, jump.title));
  const whole = payload.card_action?.type === 1 && !payload.button_list ? webLink(payload.card_action.url, "wc-jump", word("wecomDetails")) : null;
  return listed.length ? el("div", { class: "wc-jumps" }, ...listed) : whole && el("div", { class: "wc-jumps" }, whole);
}
