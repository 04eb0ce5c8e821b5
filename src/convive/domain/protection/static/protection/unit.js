"use strict";

// The register of a unit: the list in clear, what is opened in memory, the export that is made here.

const shown = { record: null, version: 0, answers: null };

function startRegister() {
  if (!ready()) return;
  lockable();
  state.onLock.push(close);
  all("[data-record]").forEach((button) => {
    whenPressed(button, "list", () => openOne(button.dataset.record));
  });
  whenPressed(one("#close"), "record", close);
  whenPressed(one("#erase"), "record", erase);
  whenPressed(one("#sheet"), "record", sheet);
  whenPressed(one("#export"), "export", exported);
  one("#version").addEventListener("change", (event) => showVersion(+event.target.value));
}

async function openOne(code) {
  if (!state.keys) {
    one("#passphrase").focus();
    throw new Error(word("unlock-first"));
  }
  const [record] = (await ask(`${PAGE.urls.sealed}?text=${code}`)).records.filter(
    (each) => each.code === code,
  );
  if (!record) throw new Error(word("gone"));
  shown.record = record;
  one("#version").replaceChildren(...record.versions.map((each) => element(
    "option", word("version", { number: each.number }), { value: each.number },
  )));
  await showVersion(record.versions.length);
}

async function showVersion(number) {
  const { record } = shown;
  shown.answers = await opened(record, number);
  shown.version = number;
  one("#version").value = number;
  one("#record-title").textContent = word("record", { code: record.code });
  one("#correct").href = PAGE.urls.correct.replace("CODE", record.code);
  one("#sheet").hidden = shown.answers.cem_referral !== "yes";
  one("#answers").replaceChildren(...sections(shown.answers));
  one("#paper").hidden = true;
  one("#record").hidden = false;
  one("#record-title").focus();
}

function opened(record, number) {
  const version = record.versions[number - 1];
  const pair = state.keys.unit.get(version.key);
  if (!pair) throw new Error(word("no-copy"));
  const { code, survivor, month, district } = record;
  return openRecord(PAGE.unit, pair, { code, survivor, month, district, number }, version.sealed)
    .catch(() => { throw new Error(word("not-opened", { code })); });
}

function sections(given) {
  return PAGE.form.flatMap((section) => {
    const rows = section.questions.filter((question) => given[question.key]);
    if (!rows.length) return [];
    const list = element("dl", "", { class: "facts" });
    for (const question of rows) {
      list.append(element("dt", question.label), element("dd", told(question, given[question.key])));
    }
    return [element("h3", section.title), list];
  });
}

function close() {
  Object.assign(shown, { record: null, version: 0, answers: null });
  for (const id of ["answers", "paper", "file"]) one(`#${id}`).replaceChildren();
  URL.revokeObjectURL(shown.file);
  one("#record").hidden = true;
  one("#erase-sure").checked = false;
}

async function erase() {
  if (!one("#erase-sure").checked) throw new Error(word("sure-first"));
  await ask(PAGE.urls.erase, { code: shown.record.code });
  one(`[data-record="${shown.record.code}"]`).closest("tr").remove();
  close();
  say("list", word("erased"), "ok");
}

/** What the CEM is told, on paper: codes, what she asked for, and what the worker wrote for it. */
function sheet() {
  const paper = one("#paper");
  const byKey = new Map(PAGE.form.flatMap((each) => each.questions).map((each) => [each.key, each]));
  const list = element("dl", "", { class: "facts" });
  const put = (name, text) => list.append(element("dt", name), element("dd", text));
  put(word("code-of-record"), shown.record.code);
  put(word("from-unit"), PAGE.name);
  for (const key of ["cem_note", "consent", "plan_safe_contact"]) {
    if (shown.answers[key]) put(byKey.get(key).label, told(byKey.get(key), shown.answers[key]));
  }
  paper.replaceChildren(
    element("h3", word("sheet-title")), element("p", word("sheet-intro")), list,
    element("p", word("sheet-answer")),
  );
  paper.hidden = false;
  window.print();
}

async function exported() {
  if (!state.keys) throw new Error(word("unlock-first"));
  const asked = new URLSearchParams();
  for (const name of ["first", "last", "district"]) asked.set(name, one(`#export-${name}`).value);
  const { records } = await ask(`${PAGE.urls.sealed}?${asked}`);
  if (!records.length) throw new Error(word("nothing-there"));
  const rows = [];
  for (const record of records) {
    const given = await opened(record, record.versions.length);
    if (given.consent_reporting === "yes") rows.push(recorderRow(record, given));
  }
  if (!rows.length) throw new Error(word("none-agreed", { left: records.length }));
  URL.revokeObjectURL(shown.file);
  shown.file = URL.createObjectURL(new Blob([recorderCsv(rows)], { type: "text/csv" }));
  const link = element("a", word("take-file", {
    count: rows.length, left: records.length - rows.length,
  }), {
    href: shown.file, download: `incident-recorder-${asked.get("first") || PAGE.today}.csv`,
    class: "btn",
  });
  one("#file").replaceChildren(link);
  link.focus();
}

startRegister();
