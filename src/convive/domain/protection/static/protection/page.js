"use strict";

// What every page of the wall shares: what the server said, what the page says back, the passphrase
// that opens, and the lock. Keys and opened records live in memory only; nothing is stored.

const IDLE = 5 * 60 * 1000; // ms until an open page locks itself
const PAGE = JSON.parse(document.getElementById("wall").textContent);
const state = { keys: null, timer: 0, onLock: [] };

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function word(name, values = {}) {
  return PAGE.words[name].replace(/%\((\w+)\)s/g, (_all, key) => values[key]);
}

/** Say something in the live region of a part of the page; a fault takes the focus. */
function say(where, text, kind = "error") {
  const box = one(`[data-said="${where}"]`);
  box.className = text ? `notice ${kind}` : "";
  box.replaceChildren(...(text ? [element("p", text)] : []));
  if (text && kind === "error") box.focus();
}

/** Ask the server. Throws an error with the words of its refusal, or `no-answer`. */
async function ask(url, data) {
  const how = data && {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
    body: JSON.stringify(data),
  };
  let answer;
  try {
    answer = await fetch(url, { credentials: "same-origin", cache: "no-store", ...how });
  } catch {
    throw new Error(word("no-answer"));
  }
  const isJson = (answer.headers.get("Content-Type") || "").includes("json");
  if (!isJson) throw new Error(word("no-answer"));
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.problems.map((each) => `${each.why} ${each.remedy}`).join(" "));
  return told;
}

function csrf() {
  return one("[name=csrfmiddlewaretoken]").value;
}

/** Do something that takes a moment, once at a time, and say beside it why it failed. */
function whenPressed(button, where, deed) {
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    say(where, "");
    try {
      await deed();
    } catch (error) {
      say(where, error.message || word("failed"));
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
}

/** Open one's own key and those of the unit with a passphrase. */
async function unlock(passphrase) {
  const { unit, account } = PAGE;
  let scalar;
  try {
    scalar = await unwrapped(passphrase, PAGE.own.wrapped, unit, account);
  } catch {
    throw new Error(word("wrong-passphrase"));
  }
  const own = await pairOf(scalar, fromBase64(PAGE.own.public));
  scalar.fill(0);
  const keys = new Map();
  for (const { number, public: publicKey } of PAGE.keys) {
    if (PAGE.copies[number]) {
      try {
        const secret = await openCopy(own, PAGE.copies[number], unit, number, account);
        keys.set(number, await pairOf(secret, fromBase64(publicKey)));
        secret.fill(0);
      } catch {
        throw new Error(word("key-changed"));
      }
    }
  }
  state.keys = { own, unit: keys };
  stayAwake();
}

function lock() {
  state.keys = null;
  clearTimeout(state.timer);
  for (const deed of state.onLock) deed();
}

function stayAwake() {
  clearTimeout(state.timer);
  if (state.keys) state.timer = setTimeout(lock, IDLE);
}

/** The box with the passphrase, and what shows while the page is open. */
function lockable() {
  const box = one("#unlock");
  const open = all("[data-open]");
  const show = (isOpen) => {
    box.hidden = isOpen;
    open.forEach((each) => { each.hidden = !isOpen; });
  };
  state.onLock.push(() => show(false));
  show(false);
  const field = one("#passphrase");
  const button = one("#unlock-it");
  whenPressed(button, "unlock", async () => {
    const words = field.value;
    field.value = "";
    say("unlock", word("opening"), "info");
    await unlock(words);
    say("unlock", "");
    show(true);
    one("[data-open] h2")?.focus();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") button.click();
  });
  all("[data-lock]").forEach((each) => each.addEventListener("click", lock));
  for (const kind of ["keydown", "pointerdown", "scroll"]) {
    document.addEventListener(kind, stayAwake, { passive: true });
  }
  window.addEventListener("pagehide", lock);
}

/** Whether a passphrase was written twice alike and is long; else why not. */
function passphraseFault(first, again) {
  if (first.length < PASSPHRASE) return word("short-passphrase");
  return first === again ? "" : word("unlike-passphrases");
}

function ready() {
  if (!window.isSecureContext || !crypto.subtle) return say("page", word("no-crypto"));
  all("[data-needs-script]").forEach((each) => { each.hidden = false; });
  all("[data-no-script]").forEach((each) => each.remove());
  return true;
}
