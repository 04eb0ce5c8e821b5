// The page of the phone: what is kept here and what waits. Without a line the service worker answers
// with it whatever was asked for: a page that is kept is then shown from here.

import "./bar.js";
import { enhance, here, reason } from "./form.js";
import * as queue from "./queue.js";
import * as store from "./store.js";
import { day, made, moment, said } from "./words.js";
import { told } from "./bar.js";

const main = document.querySelector("[data-phone-main]");
const isHome = here() === main.dataset.phoneMain;
const lists = { waiting: main.querySelector("[data-list=waiting]"), kept: main.querySelector("[data-list=kept]") };

let listing = Promise.resolve();

if (!isHome) await instead();
document.addEventListener("phone-told", list); // before it is looked: what is told meanwhile counts
await list();
for (const one of main.querySelectorAll("[data-phone-forget]")) {
  one.addEventListener("click", async () => {
    if (!one.dataset.sure) {
      one.dataset.sure = "1";
      one.textContent = said("sure");
      return;
    }
    await store.forget();
    location.assign(main.dataset.phoneMain);
  });
}

// What was asked for is not to be had now: the page as it was kept, or that it was not
async function instead() {
  const kept = store.mine() ? await store.get("page", here()) : undefined;
  const note = document.querySelector("[data-phone-note]");
  note.hidden = false;
  if (!kept) {
    note.querySelector("p").textContent = said("not-kept");
    return;
  }
  note.querySelector("p").textContent = said("as-it-was", { when: moment(kept.taken) });
  const page = new DOMParser().parseFromString(kept.html, "text/html");
  document.title = kept.title;
  main.replaceChildren(...page.body.childNodes);
  main.className = "";
  await enhance(main, told);
}

// One after another: who looked last draws last
function list() {
  listing = listing.catch(() => {}).then(draw);
  return listing;
}

async function draw() {
  if (!lists.waiting.isConnected) return;
  const entries = store.mine() ? await queue.entries() : [];
  const pages = store.mine() ? await store.all("page") : [];
  lists.waiting.replaceChildren(...entries.map(entryRow));
  lists.waiting.setAttribute("aria-busy", "false"); // an empty list now says that nothing waits
  lists.kept.replaceChildren(...pages.map(pageRow));
  for (const part of main.querySelectorAll("[data-when]")) {
    const [what, how] = part.dataset.when.split(" ");
    const count = { waiting: entries.length, kept: pages.length, mine: store.mine() ? 1 : 0 }[what];
    part.hidden = how === "none" ? count > 0 : count === 0;
  }
}

function entryRow(entry) {
  const row = made("li");
  row.append(made("h3", entry.label));
  const meta = made("p", "", { class: "meta" });
  meta.append(made("span", said("taken", { when: moment(entry.taken_at) })));
  const isSettled = entry.state === "conflict" && !entry.ways?.length;
  const state = said(`state-${isSettled ? "settled" : entry.state}`);
  meta.append(made("span", state, { class: `tag ${entry.state === "waiting" ? "" : "warn"}` }));
  meta.append(made("span", said("until", { day: day(entry.until) })));
  row.append(meta);
  for (const problem of entry.problems ?? []) row.append(made("p", reason(problem)));
  const deeds = made("div", "", { class: "deeds" });
  for (const way of entry.ways ?? []) deeds.append(deed(entry, way.label, () => go(entry, way)));
  if (entry.state !== "waiting") {
    if (entry.data.fields) deeds.append(deed(entry, said("correct"), () => correct(entry)));
    if (entry.state === "refused") deeds.append(deed(entry, said("again"), () => go(entry, {})));
    deeds.append(deed(entry, said(isSettled ? "seen" : "delete"), () => remove(entry)));
  }
  if (deeds.childElementCount) row.append(deeds);
  return row;
}

function pageRow({ name, until, value }) {
  const row = made("li");
  const title = made("h3");
  title.append(made("a", value.title, { href: name }));
  row.append(title, made("p", said("kept-until", { day: day(until) }), { class: "meta" }));
  return row;
}

function deed(entry, text, act) {
  const button = made("button", text, { class: "btn slim quiet", type: "button" });
  button.append(made("span", `: ${entry.label}`, { class: "vh" }));
  button.addEventListener("click", act);
  return button;
}

// Send it in the way that was chosen, as an entry of its own; where nothing is left to send, drop it
async function go(entry, way) {
  if (way.kind !== "") {
    const { label, path, taken_at, form } = entry;
    const data = { ...entry.data, ...way.data };
    await queue.add([{ kind: way.kind ?? entry.kind, data, label, path, taken_at, form }]);
  }
  await store.drop("entry", entry.mark);
  await told(await queue.send());
}

// Back to the form, filled in as it was
async function correct(entry) {
  await store.put("draft", entry.path, { form: entry.form ?? 0, fields: entry.data.fields, times: {} });
  await store.drop("entry", entry.mark);
  location.assign(entry.path);
}

async function remove(entry) {
  await store.drop("entry", entry.mark);
  await told({ told: "nothing" });
}
