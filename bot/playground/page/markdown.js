// Card markdown as DOM nodes: the common ground of the three dialects. Nothing is ever parsed as HTML; what is not
// understood stays the text it is. Entities are resolved last, so escaped markup stays text.

import { el, webAddress, webLink } from "./dom.js";
import { catalogue } from "./picture.js";

const ENTITIES = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'", nbsp: "\u00a0" };
const COLOURS = new Set([
  "blue", "wathet", "turquoise", "green", "yellow", "orange", "red", "carmine", "violet", "purple", "indigo", "grey",
  "neutral", "info", "comment", "warning",
]);

const INLINE = new RegExp(
  [
    /`(?<code>[^`\n]+)`/,
    /!\[(?<alt>[^\]\n]*)\]\((?<image>[^)\s]*)\)/,
    /\[(?<label>[^\]\n]*)\]\((?<url>[^)\s]*)\)/,
    /\*\*(?<bold>(?=\S).+?)\*\*/,
    /~~(?<gone>(?=\S).+?)~~/,
    /\*(?<slanted>(?=[^\s*])[^*\n]+?)\*/,
    /<at\s+(?:id|user_id|ids)=["']?(?<at>[^\s"'>]*)["']?\s*>(?<atName>[^<]*)<\/at>/,
    /<a\s+atId=["']?(?<mention>[^\s"'>]*)["']?\s*>(?<mentionName>[^<]*)<\/a>/,
    /<person\s+id\s*=\s*["']?(?<person>[^\s"'>]*)["']?[^>]*>[^<]*<\/person>/,
    /<a\s+href=["']?(?<href>[^\s"'>]*)["']?[^>]*>(?<anchor>[^<]*)<\/a>/,
    /<font\b(?<font>[^>]*)>(?<coloured>.*?)<\/font>/,
    /<text_tag\b(?<tag>[^>]*)>(?<tagged>.*?)<\/text_tag>/,
    /(?<br><br\s*\/?>)/,
  ].map((part) => part.source).join("|"),
  "is",
);

/** Entities resolved: only the named ones above and numbers. */
export function unescaped(text) {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, number, hex, name) => {
    if (name) return ENTITIES[name.toLowerCase()] ?? whole;
    const point = number ? Number(number) : parseInt(hex, 16);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

/** Markdown → a fragment. `names(id)` gives the name behind a mentioned id. */
export function markdown(text, names = (id) => id) {
  const made = document.createDocumentFragment();
  let paragraph = [];
  let list = null;
  const close = () => {
    if (paragraph.length) made.append(el("p", {}, ...lines(paragraph, names)));
    paragraph = [];
    list = null;
  };
  const block = (node) => {
    close();
    made.append(node);
  };
  const rows = String(text).replace(/\r/g, "").replace(/<hr\s*\/?>/gi, "\n---\n").split("\n");
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at].trim();
    const heading = /^(#{1,6})\s+(.*)$/.exec(row);
    const item = /^(?:[-*+]|(\d+)[.)])\s+(.*)$/.exec(row);
    if (row.startsWith("```")) {
      const end = rows.findIndex((later, index) => index > at && later.trim().startsWith("```"));
      const last = end < 0 ? rows.length : end;
      block(el("pre", {}, rows.slice(at + 1, last).join("\n")));
      at = last;
    } else if (!row) close();
    else if (/^(-{3,}|\*{3,})$/.test(row)) block(el("hr"));
    else if (heading) block(el("p", { class: `md-h md-h${heading[1].length}` }, ...inline(heading[2], names)));
    else if (row.startsWith(">")) {
      const before = made.lastElementChild;
      const words = inline(row.slice(1).trim(), names);
      if (!paragraph.length && before?.tagName === "BLOCKQUOTE") before.append(el("br"), ...words);
      else block(el("blockquote", {}, ...words));
    } else if (item) {
      const kind = item[1] ? "ol" : "ul";
      if (list?.tagName.toLowerCase() !== kind) {
        const next = el(kind, item[1] ? { start: item[1] } : {});
        block(next);
        list = next;
      }
      list.append(el("li", {}, ...inline(item[2], names)));
    } else {
      list = null;
      paragraph.push(row);
    }
  }
  close();
  return made;
}

function lines(rows, names) {
  return rows.flatMap((row, at) => (at ? [el("br"), ...inline(row, names)] : inline(row, names)));
}

/** Inline markup → nodes. */
export function inline(text, names = (id) => id, depth = 0) {
  const made = [];
  let rest = text;
  while (rest) {
    const found = depth < 6 ? INLINE.exec(rest) : null;
    if (!found) break;
    if (found.index) made.push(unescaped(rest.slice(0, found.index)));
    made.push(span(found.groups, names, depth + 1));
    rest = rest.slice(found.index + found[0].length);
  }
  if (rest) made.push(unescaped(rest));
  return made;
}

function span(found, names, depth) {
  if (found.code !== undefined) return el("code", {}, unescaped(found.code));
  if (found.alt !== undefined) return catalogue(found.image, unescaped(found.alt), "") ?? el("span", { class: "md-picture" }, unescaped(found.alt) || "▣");
  if (found.label !== undefined) return webLink(webAddress(unescaped(found.url)), "md-link", ...inline(found.label, names, depth));
  if (found.bold !== undefined) return el("strong", {}, ...inline(found.bold, names, depth));
  if (found.gone !== undefined) return el("s", {}, ...inline(found.gone, names, depth));
  if (found.slanted !== undefined) return el("em", {}, ...inline(found.slanted, names, depth));
  if (found.at !== undefined) return mention(found.at, found.atName, names);
  if (found.mention !== undefined) return mention(found.mention, found.mentionName, names);
  if (found.person !== undefined) return mention(found.person, "", names);
  if (found.href !== undefined) return webLink(unescaped(found.href), "md-link", unescaped(found.anchor));
  if (found.font !== undefined) return el("span", { class: colour("md-font", found.font) }, ...inline(found.coloured, names, depth));
  if (found.tag !== undefined) return el("span", { class: colour("md-tag", found.tag) }, ...inline(found.tagged, names, depth));
  return el("br");
}

function mention(id, written, names) {
  const known = names(id);
  return el("span", { class: "md-at" }, `@${id === "all" ? "所有人" : known === id && written ? unescaped(written) : known}`);
}

function colour(base, attributes) {
  const named = /colou?r\w*\s*=\s*["']?([\w-]+)/i.exec(attributes)?.[1]?.toLowerCase();
  return COLOURS.has(named) ? `${base} tone-${named}` : base;
}
