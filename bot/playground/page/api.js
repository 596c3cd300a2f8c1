// The page's only door to the playground's server.

const BASE = "/playground/api";

async function answer(response) {
  const data = await response.json().catch(() => ({ error: response.statusText }));
  return { ok: response.ok, code: response.status, ...data };
}

/** Who lives in which messenger. */
export async function company() {
  return answer(await fetch(`${BASE}/company`));
}

/** Do something: say, click, open_chat, menu or clock. Never throws; `ok` tells. */
export async function act(what, body) {
  try {
    const headers = { "Content-Type": "application/json" };
    return await answer(await fetch(`${BASE}/${what}`, { method: "POST", headers, body: JSON.stringify(body) }));
  } catch {
    return { ok: false, code: 0 };
  }
}

/** Live updates of the chats in `watches` ({messenger, person, chat}). `heard`: event name → function of its data. */
export function live(watches, heard) {
  const query = new URLSearchParams();
  for (const { messenger, person, chat } of watches) {
    query.set(messenger, person);
    if (chat !== person) query.set(`${messenger}.chat`, chat);
  }
  const source = new EventSource(`${BASE}/live?${query}`);
  for (const name of ["chat", "wire", "clock"]) {
    source.addEventListener(name, (event) => heard[name](JSON.parse(event.data)));
  }
  source.addEventListener("open", () => heard.connected(true));
  source.addEventListener("error", () => heard.connected(false));
  return source;
}
