// Puts the page together: three phones, the clock, the wire panel, one live stream for all of them.

import { company, live } from "./api.js";
import { ClockBar } from "./clock.js";
import { el } from "./dom.js";
import { Phone } from "./phone.js";
import { Tabs } from "./tabs.js";
import { WirePanel } from "./wire.js";
import { onLanguage, switchLanguage, translate, word } from "./words.js";

const stage = document.getElementById("stage");
const connection = document.getElementById("connection");
let source = null;
const AGAIN = 2000;

function watch(phones, wire, clock) {
  source?.close();
  const byName = new Map(phones.map((phone) => [phone.name, phone]));
  source = live(phones.map((phone) => ({ messenger: phone.name, person: phone.person, chat: phone.chat })), {
    chat: (update) => byName.get(update.messenger)?.take(update),
    wire: (update) => wire.take(update),
    clock: (update) => clock.set(update.now),
    connected: (well) => {
      connection.textContent = well ? "" : word("offline");
      // The browser itself tries again after a broken connection, but not after a refusal.
      if (!well && source.readyState === EventSource.CLOSED) setTimeout(() => watch(phones, wire, clock), AGAIN);
    },
  });
}

function remembered() {
  return new URLSearchParams(location.hash.slice(1));
}

function remember(phones) {
  const chosen = new URLSearchParams(phones.map((phone) => [phone.name, phone.person]));
  history.replaceState(null, "", `#${chosen}`);
}

function wireSwitch(tabs) {
  const button = document.getElementById("wire-switch");
  const show = (open) => {
    document.body.classList.toggle("with-wire", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  show(matchMedia("(min-width: 1360px)").matches);
  tabs.onNarrow(() => show(false));
}

async function begin() {
  translate(document);
  const house = await company();
  const before = remembered();
  const wire = new WirePanel(house.messengers.map((one) => one.name));
  const clock = new ClockBar(document.getElementById("clock"), (text) => {
    connection.textContent = text;
    setTimeout(() => (connection.textContent = ""), 2500);
  });
  clock.set(house.now);
  const phones = [];
  const moved = () => {
    remember(phones);
    watch(phones, wire, clock);
  };
  for (const one of house.messengers) phones.push(new Phone(one, { person: before.get(one.name) ?? "", moved }));
  stage.append(...phones.map((phone) => phone.node), wire.node);
  const tabs = new Tabs(document.getElementById("tabs"), [...phones.map((phone) => [phone.name, phone.node]), ["wire", wire.node]]);
  wireSwitch(tabs);
  const relabel = () => {
    const button = document.getElementById("language");
    button.textContent = word("other");
    button.setAttribute("aria-label", word("otherLabel"));
    button.lang = document.documentElement.lang === "en" ? "zh-CN" : "en";
    tabs.relabel();
    for (const phone of phones) phone.relabel();
    wire.redraw();
    clock.show();
  };
  onLanguage(relabel);
  translate(document);
  relabel();
  document.getElementById("language").addEventListener("click", switchLanguage);
  watch(phones, wire, clock);
}

begin().catch((error) => {
  console.error(error);
  stage.append(el("p", { class: "broken", role: "alert" }, word("failed")));
});
