// A page that works without a line: kept on this phone, its forms written down here and sent later.
//
//   <div data-phone-page="TITLE">        what is kept: sealed, as the server wrote it
//   <form data-phone="KIND"              what its entries are
//         data-phone-data='{"a": 1}'     what goes with each of them
//         data-phone-each                each choice is an entry of its own, with its own moment
//         data-phone-label="TEXT"        what tells its entry apart; or by what is filled in:
//         data-phone-name="given paternal"
//         data-phone-next="ADDRESS">     where to go once it was sent
//   <section data-keep hidden>           where somebody says that the page is kept (look/keep.html)

import * as queue from "./queue.js";
import * as store from "./store.js";
import { day, made, said } from "./words.js";

const NOT_KEPT = ["csrfmiddlewaretoken", "sheet"];
export const here = () => location.pathname;

// The forms of the page, and its button. told: called when something waits, or was sent
export async function enhance(region, told) {
  for (const form of region.querySelectorAll("form[data-phone]")) {
    // Listened to before anything is waited for: somebody may touch it while it is being filled in
    form.phoneBefore = fields(form);
    form.phoneTimes = {};
    form.addEventListener("input", () => store.mine() && draft(form));
    form.addEventListener("submit", (event) => {
      if (!store.mine()) return; // nobody said that this is their phone: sent as by any form
      event.preventDefault();
      submit(form, event.submitter, told);
    });
    if (store.mine()) drafting = next(() => filled(form));
  }
  await settled();
  await keeping(region);
}

// The page as it is kept: without what belongs to one session
export function bare(region) {
  const copy = region.cloneNode(true);
  for (const name of NOT_KEPT) for (const one of copy.querySelectorAll(`[name=${name}]`)) one.remove();
  for (const one of copy.querySelectorAll("[data-keep], [data-phone-told]")) one.remove();
  return copy.outerHTML;
}

// Ask again for every kept page that is older than this: who may no longer open one keeps it no
// longer. age: in milliseconds
export async function refresh(age) {
  for (const { name, value } of await store.all("page")) {
    if (Date.now() - Date.parse(value.taken) < age) continue;
    const answer = await fetch(name, { redirect: "manual" }).catch(() => undefined);
    if (answer?.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const region = page.querySelector("[data-phone-page]");
      if (region) await store.put("page", name, kept(region));
      else await store.drop("page", name);
    } else if (answer && [403, 404].includes(answer.status)) await store.drop("page", name);
  }
}

function kept(region) {
  return { html: bare(region), title: region.dataset.phonePage, taken: new Date().toISOString() };
}

async function keeping(region) {
  const place = region.querySelector("[data-keep]");
  const owner = document.querySelector("[data-phone-owner]")?.dataset.phoneOwner;
  if (!place || !owner || !store.can) return;
  place.hidden = false;
  const [on, off] = [place.querySelector("[data-keep-on]"), place.querySelector("[data-keep-off]")];
  const show = async () => {
    const rows = store.mine() ? await store.all("page") : [];
    const found = rows.find((row) => row.name === here());
    on.hidden = Boolean(found);
    off.hidden = !found;
    if (found) off.querySelector("p").textContent = said("kept-until", { day: day(found.until) });
  };
  on.querySelector("button").addEventListener("click", async () => {
    try {
      await working(await navigator.serviceWorker.register("/sw.js"));
      await store.take(owner);
      await store.put("page", here(), kept(region));
    } catch {
      on.querySelector("p").textContent = said("keep-failed");
      return;
    }
    await show();
    off.querySelector("button").focus();
  });
  off.querySelector("button").addEventListener("click", async () => {
    await store.drop("page", here());
    await show();
    on.querySelector("button").focus();
  });
  await show();
}

// Done when the service worker has all that it needs
function working({ installing, active }) {
  return new Promise((done, failed) => {
    if (active || !installing) return done();
    installing.addEventListener("statechange", () => {
      if (installing.state === "activated") done();
      if (installing.state === "redundant") failed(new Error("not all of it could be fetched"));
    });
  });
}

// As it was left: what waits to be sent of this page, and over it what is half filled in
async function filled(form) {
  const waiting = await queue.entries();
  const left = await store.get("draft", here());
  for (const entry of waiting) {
    if (entry.path === here() && entry.field && entry.state === "waiting") {
      choose(form, entry.field, [entry.data.value]);
      for (const one of fieldsOf(form, entry.field)) one.dataset.said = entry.data.value;
    }
  }
  if (left?.form === numberOf(form)) {
    for (const [name, values] of Object.entries(left.fields)) choose(form, name, values);
    form.phoneTimes = { ...left.times, ...form.phoneTimes };
  }
  form.phoneBefore = fields(form);
}

// Not over what somebody has touched since the page was opened
function choose(form, name, values) {
  if (name in form.phoneTimes) return;
  for (const one of fieldsOf(form, name)) {
    if (["radio", "checkbox"].includes(one.type)) one.checked = values.includes(one.value);
    else if (one.type !== "hidden") one.value = values[0] ?? "";
  }
}

function fieldsOf(form, name) {
  return [...form.elements].filter((one) => one.name === name);
}

function numberOf(form) {
  return [...document.querySelectorAll("form[data-phone]")].indexOf(form);
}

function fields(form) {
  const found = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && !NOT_KEPT.includes(name)) (found[name] ??= []).push(value);
  }
  return found;
}

let drafting = Promise.resolve();

// Done when all that was begun is, whatever of it failed
const settled = () => drafting.catch(() => {});
const next = (deed) => settled().then(deed); // one after another

// What is half filled in: on the disk at every touch, so that a tab that dies loses nothing.
// data-phone-draft tells whether all of it is there
function draft(form) {
  const before = form.phoneBefore;
  const now = fields(form);
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (String(before[name]) !== String(now[name])) form.phoneTimes[name] = new Date().toISOString();
  }
  form.phoneBefore = now;
  form.dataset.phoneDraft = "writing";
  const written = next(async () => {
    await store.put("draft", here(), { form: numberOf(form), fields: fields(form), times: form.phoneTimes });
    if (drafting === written) form.dataset.phoneDraft = "kept";
  });
  drafting = written;
  return written;
}

async function submit(form, button, told) {
  await settled();
  if (form.dataset.phoneEach !== undefined && button?.value) {
    for (const one of form.querySelectorAll(`input[type=radio][value="${button.value}"]`)) {
      if (!fieldsOf(form, one.name).some((each) => each.checked)) one.checked = true;
    }
  }
  const taken = form.dataset.phoneEach === undefined ? [whole(form)] : each(form);
  if (!taken.length) return tell(form, "info", [said("nothing-new")]);
  const marks = await queue.add(taken);
  await settled(); // what was touched meanwhile: no draft comes after it is dropped
  await store.drop("draft", here());
  const came = await queue.send();
  const answers = marks.map((mark) => came.answers.get(mark)).filter(Boolean);
  await told(came);
  if (answers.length < marks.length) return stays(form, marks);
  const faulty = answers.filter((one) => !["kept", "already"].includes(one.answer));
  if (!faulty.length) {
    await refresh(0);
    return location.assign(form.dataset.phoneNext);
  }
  if (form.dataset.phoneEach === undefined && faulty[0].answer === "refused") {
    // It is corrected here and now: nothing waits
    await store.drop("entry", marks[0]);
    await draft(form);
    await told(came);
    return tell(form, "error", faulty[0].problems.map(reason));
  }
  return location.assign(document.querySelector("[data-phone-see]").href);
}

// One entry for each choice that is new, taken when it was made
function each(form) {
  const data = JSON.parse(form.dataset.phoneData ?? "{}");
  const chosen = [...form.querySelectorAll("input[type=radio]:checked")];
  return chosen.filter((one) => !(one.dataset.said ? one.dataset.said === one.value : one.defaultChecked)).map((one) => ({
    kind: form.dataset.phone,
    data: { ...data, field: one.name, value: one.value },
    field: one.name,
    path: here(),
    label: `${one.closest("fieldset").querySelector("legend").firstChild.textContent.trim()}: ${one.closest("label").textContent.trim()}`,
    taken_at: form.phoneTimes[one.name] ?? new Date().toISOString(),
  }));
}

function whole(form) {
  const given = fields(form);
  const names = (form.dataset.phoneName ?? "").split(" ");
  return {
    kind: form.dataset.phone,
    data: { ...JSON.parse(form.dataset.phoneData ?? "{}"), fields: given },
    path: here(),
    label: form.dataset.phoneLabel || names.flatMap((name) => given[name] ?? []).join(" "),
    form: numberOf(form),
  };
}

// There is no line: it stays on the phone, and the page is ready for the next
function stays(form, marks) {
  if (form.dataset.phoneEach === undefined) {
    form.reset();
    form.phoneTimes = {};
    form.phoneBefore = fields(form);
  } else {
    for (const one of form.querySelectorAll("input[type=radio]:checked")) {
      for (const same of fieldsOf(form, one.name)) same.dataset.said = one.value;
    }
  }
  tell(form, "ok", [said("stays", { n: marks.length })]);
}

function tell(form, kind, texts) {
  document.querySelector("[data-phone-told]")?.remove();
  const place = made("div", "", { class: `notice ${kind}`, "data-phone-told": "", role: "alert", tabindex: "-1" });
  const inner = made("div");
  inner.append(...texts.map((text) => made("p", text)));
  place.append(made("span"), inner);
  form.before(place);
  place.focus();
}

export function reason({ why, remedy }) {
  return `${why} ${remedy}`.trim();
}
