// Pictures: what the simulated platform keeps for a message, and our catalogue pictures, which this page's own server
// draws as well. Nothing is ever fetched from elsewhere.

import { el } from "./dom.js";
import { word } from "./words.js";

/** An image message: the upload it shows. */
export function upload(messenger, name) {
  const src = `/playground/api/picture?${new URLSearchParams({ messenger, upload: name })}`;
  return el("img", { class: "shot", src, alt: word("picture"), decoding: "async" });
}

/** A catalogue picture by its public address; null for any other address. */
export function catalogue(address, alt, className) {
  const found = /^https?:\/\/[^/]+\/pictures\/([a-z_]+)\.png$/.exec(address ?? "");
  return found && el("img", { class: `catalogue ${className}`, src: `/pictures/${found[1]}.png`, alt: alt ?? "", decoding: "async" });
}
