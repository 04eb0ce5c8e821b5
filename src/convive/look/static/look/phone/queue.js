// Entries that were written down, until the server has said that it keeps them.
//
// An entry is on the disk before anything is sent, and leaves it when the server has answered `kept`
// or `already`. It carries a mark of its own, so that what is sent twice is kept once.

import * as store from "./store.js";

const ADDRESS = document.querySelector("[data-phone-send]")?.dataset.phoneSend;
const AT_ONCE = 50;

// taken: [{kind, data, label, path, field, taken_at}]. The same field of the same page that still
// waits is written over
export async function add(taken) {
  const waiting = await store.all("entry");
  const pairs = taken.map((one) => {
    const mark = crypto.randomUUID();
    return [mark, { taken_at: new Date().toISOString(), ...one, mark, state: "waiting" }];
  });
  await store.putAll("entry", pairs);
  for (const { name, value } of waiting) {
    const again = taken.some((one) => one.field && one.field === value.field && one.path === value.path);
    if (again) await store.drop("entry", name);
  }
  return pairs.map(([mark]) => mark);
}

// Everything that is not kept by the server yet, as it was written down
export async function entries() {
  const found = (await store.all("entry")).map((one) => ({ ...one.value, until: one.until }));
  return found.sort((one, other) => (one.taken_at < other.taken_at ? -1 : 1));
}

// Send what waits. Tells what came of it: {told, answers}
//   told: nothing, sent, offline, sign-in, later (the server is busy), other (another account's)
export async function send() {
  if (!store.mine()) return { told: "nothing", answers: new Map() };
  if (!navigator.locks) return sendAll();
  return navigator.locks.request("convive-send", sendAll); // two tabs send one after the other
}

async function sendAll() {
  const answers = new Map();
  let token;
  for (;;) {
    const waiting = (await entries()).filter((one) => one.state === "waiting" && !answers.has(one.mark));
    if (!waiting.length) return { told: answers.size ? "sent" : "nothing", answers };
    if (!token) {
      const known = await whose();
      if (known.told) return { told: known.told, answers };
      token = known.token;
    }
    const batch = waiting.slice(0, AT_ONCE);
    const answer = await asked({
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({
        sent_at: new Date().toISOString(),
        entries: batch.map(({ mark, kind, taken_at, data }) => ({ mark, kind, taken_at, data })),
      }),
    });
    if (answer.told) return { told: answer.told, answers };
    for (const one of (await answer.json()).answers) {
      answers.set(one.mark, one);
      await note(one);
    }
    // Whatever came back, nothing is sent twice in one go
    for (const { mark } of batch) if (!answers.has(mark)) answers.set(mark, {});
  }
}

async function note(answer) {
  if (["kept", "already"].includes(answer.answer)) return store.drop("entry", answer.mark);
  const entry = await store.get("entry", answer.mark);
  // It may be gone: written over meanwhile, in another tab
  return entry && store.put("entry", answer.mark, { ...entry, state: answer.answer, ...answer });
}

// Who is signed in, with a token to send by
async function whose() {
  const answer = await asked({ method: "GET" });
  if (answer.told) return answer;
  const { owner, token } = await answer.json();
  return owner === store.mine() ? { token } : { told: "other" };
}

async function asked(options) {
  let answer;
  try {
    answer = await fetch(ADDRESS, { ...options, redirect: "manual", credentials: "same-origin" });
  } catch {
    return { told: "offline" };
  }
  if (answer.type === "opaqueredirect" || answer.status === 403) return { told: "sign-in" };
  if ([502, 503, 504].includes(answer.status)) return { told: "offline" };
  return answer.ok ? answer : { told: "later" };
}
