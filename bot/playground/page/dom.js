// Making elements. Text only ever becomes text nodes: nothing on this page is parsed as HTML.

/** An element. `props`: `class`, `on` (listeners), `data`, anything else an attribute; null and false are left out. */
export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") made.className = value;
    else if (name === "on") for (const [event, heard] of Object.entries(value)) made.addEventListener(event, heard);
    else if (name === "data") Object.assign(made.dataset, value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return made;
}

let counter = 0;

/** An id nobody else on the page has. */
export function fresh(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

/** The address if it leads to the web, else "". */
export function webAddress(url) {
  return typeof url === "string" && /^https?:\/\/[^\s"<>\\]+$/i.test(url) ? url : "";
}

/** A link to the web that opens elsewhere; just its words when the address does not lead to the web. */
export function webLink(url, className, ...children) {
  const href = webAddress(url);
  if (!href) return el("span", { class: className }, ...children);
  return el("a", { class: className, href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}
