"use strict";

// The intake: who is here, the limits of confidentiality, the questions; sealed in this window and
// sent sealed. A correction opens what there is first, and is a new version beside the old one.

const draft = { code: newCode(), number: 1, sent: null, isKept: false };

function start() {
  if (!ready()) return;
  const correcting = PAGE.record;
  one("#form").hidden = true;
  if (correcting) {
    lockable();
    state.onLock.push(() => {
      fill({});
      one("#form").hidden = true;
    });
    whenOpened(correcting);
  } else {
    all("[data-who]").forEach((each) => each.addEventListener("change", whoIsHere));
    whenPressed(one("#limits-said"), "limits", limitsSaid);
  }
  whenPressed(one("#keep"), "keep", keep);
  window.addEventListener("beforeunload", (event) => {
    if (!one("#form").hidden && !draft.isKept) event.preventDefault();
  });
}

function whoIsHere(event) {
  const isHer = event.target.value === "survivor";
  one("#limits").hidden = !isHer;
  one("#third").hidden = isHer;
  if (!isHer) one("#form").hidden = true;
}

function limitsSaid() {
  const missing = all("#limits input:not(:checked)");
  if (missing.length) throw new Error(word("limits-first"));
  one("#first").hidden = true;
  one("#form").hidden = false;
  one("#form h2").focus();
}

function whenOpened(record) {
  whenPressed(one("#show-it"), "show", async () => {
    const newest = record.versions.at(-1);
    const head = headOf(record, newest.number);
    const pair = state.keys.unit.get(newest.key);
    if (!pair) throw new Error(word("no-copy"));
    fill(await openRecord(PAGE.unit, pair, head, newest.sealed));
    Object.assign(draft, { code: record.code, number: newest.number + 1 });
    one("#survivor").value = record.survivor;
    one("#district").value = record.district;
    for (const id of ["survivor", "district"]) one(`#${id}`).disabled = true;
    one("#form").hidden = false;
    one("#form h2").focus();
  });
}

function headOf(record, number) {
  const { code, survivor, month, district } = record;
  return { code, survivor, month, district, number };
}

async function keep() {
  const given = answers();
  const found = faults(given);
  const month = (given.date_of_interview || "").slice(0, 7);
  if (PAGE.record && month && month !== PAGE.record.month) {
    found.push(["date_of_interview", word("same-month")]);
  }
  showFaults(found);
  if (found.length) return;
  say("keep", word("sealing"), "info");
  const head = headOf({
    code: draft.code, survivor: one("#survivor").value.trim() || draft.survivor || newSurvivor(),
    month, district: one("#district").value,
  }, draft.number);
  const text = JSON.stringify([head, given]);
  if (draft.sent?.text !== text) {
    const key = PAGE.keys.at(-1);
    const sealed = await sealOrSay(head, given, key);
    draft.sent = { text, data: { ...head, key: key.number, sealed } };
  }
  await ask(PAGE.urls.keep, draft.sent.data); // asked again, it is the same record
  draft.isKept = true;
  draft.sent = null;
  fill({});
  if (state.keys) lock();
  all("#form, #first, #unlock, #opened").forEach((each) => { each.hidden = true; });
  one("#kept-code").textContent = head.code;
  one("#kept-survivor").textContent = head.survivor;
  one("#kept").hidden = false;
  one("#kept").focus();
}

function newSurvivor() {
  draft.survivor = newCode();
  return draft.survivor;
}

async function sealOrSay(head, given, key) {
  try {
    const told = { case_manager_code: PAGE.worker, limits_said: true };
    return await sealRecord(PAGE.unit, fromBase64(key.public), head, { ...given, ...told });
  } catch (error) {
    throw error instanceof TooLong ? new Error(word("too-long")) : error;
  }
}

start();
