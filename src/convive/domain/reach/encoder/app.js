// The page itself: what a person chooses, what they are told, what they save.

const state = { language: "es", key: null, table: null, roles: null, made: null };
const $ = (id) => document.getElementById(id);
const AGENCY = /^[a-z0-9][a-z0-9_-]{0,39}$/;

function say(name, values = {}) {
  const text = WORDS[state.language][name];
  return text.replace(/\{(\w+)\}/g, (_all, each) => values[each]);
}

const number = (n) => n.toLocaleString(state.language === "es" ? "es-PE" : "en");

function speak(language) {
  state.language = language;
  document.documentElement.lang = language;
  document.title = `Convive: ${say("title")}`;
  for (const node of document.querySelectorAll("[data-say]")) {
    node.textContent = say(node.dataset.say);
  }
  $("language").textContent = say("other");
  $("language").lang = language === "es" ? "en" : "es";
  for (const retell of [tellKey, tellTable, tellMade, tellDone]) retell();
}

function make(tag, attributes = {}, ...inside) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...inside);
  return node;
}

/** Run what a person asked for; where it fails, say why in the box beside it. */
async function attempt(box, work) {
  $(box).replaceChildren();
  try {
    await work();
  } catch (error) {
    const known = error instanceof Fault ? `fault-${error.message}` : "fault-other";
    if (!(error instanceof Fault)) console.error(error);
    const values = { ...error, role: WORDS[state.language].roles[error.role] };
    $(box).replaceChildren(make("p", { class: "fault", role: "alert" }, say(known, values)));
  }
}

function link(name, content, type, text, hint) {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const a = make("a", { class: "btn", href: url, download: name }, text);
  return make("p", {}, a, ...(hint ? [make("span", { class: "hint" }, ` ${hint}`)] : []));
}

/** Empty a box; what could be saved from it is gone. */
function clear(box) {
  for (const a of $(box).querySelectorAll("a")) URL.revokeObjectURL(a.href);
  $(box).replaceChildren();
}

// Making a key

async function makeParts() {
  const [parts, need] = [Number($("parts").value), Number($("need").value)];
  if (!(need >= 2 && need <= parts && parts <= 20)) throw new Fault("parts");
  const now = new Date();
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()]
    .map((each) => String(each).padStart(2, "0")).join("-");
  state.made = splitKey(await makeKey(day), need, parts);
  tellMade();
  $("made").focus();
}

function tellMade() {
  const keys = state.made;
  if (!keys) return;
  clear("made");
  const buttons = keys.map((key) => link(
    `${key.name}-${key.part}.key`, keyText(key), "application/octet-stream",
    say("part", { n: key.part, all: keys.length })));
  const forget = make("button", { class: "btn quiet", type: "button" }, say("forget"));
  forget.addEventListener("click", () => {
    clear("made");
    state.made = null;
    $("made").replaceChildren(make("p", {}, say("forgotten")));
    $("made").focus();
  });
  $("made").replaceChildren(
    make("p", {}, `${say("made")} `, make("code", { id: "made-name" }, keys[0].name)),
    make("p", {}, say("keepParts")), ...buttons, make("p", {}, say("keepIt")), forget);
}

// Coding a list

async function readKey() {
  state.key = null;
  tellKey();
  const files = [...$("key").files];
  if (!files.length) return;
  state.key = await keyOf(await Promise.all(files.map((file) => file.text())));
  tellKey();
}

function tellKey() {
  $("key-told").textContent = state.key ? say("keyRead", { name: state.key.name }) : "";
}

async function readTable() {
  [state.table, state.roles] = [null, null];
  tellTable();
  const [file] = $("list").files;
  if (!file) return;
  state.table = await tableOf(file);
  state.roles = rolesOf(state.table.headers);
  tellTable();
}

function tellTable() {
  const { table } = state;
  $("columns").hidden = !table;
  $("list-told").textContent = table ? say("listRead", { rows: number(table.rows.length) }) : "";
  if (!table) return;
  const kept = $("id").value || "0";
  const roles = Object.keys(WORDS.es.roles);
  const fields = table.headers.map((header, i) => {
    const select = make("select", { id: `column-${i}` }, make("option", { value: "" }, say("unused")),
      ...roles.map((role) => make("option", { value: role }, WORDS[state.language].roles[role])));
    select.value = roles.find((role) => state.roles[role] === i) || "";
    select.addEventListener("change", () => { state.roles = chosen(); });
    return make("div", { class: "column" }, make("label", { for: `column-${i}` }, header), select);
  });
  $("fields").replaceChildren(...fields);
  $("id").replaceChildren(
    ...table.headers.map((header, i) => make("option", { value: i }, header)));
  $("id").value = Number(kept) < table.headers.length ? kept : "0";
}

/** {role: column} as the person left it; where two columns say the same, the first. */
function chosen() {
  const found = {};
  state.table.headers.forEach((_header, i) => {
    const role = $(`column-${i}`).value;
    if (role && !(role in found)) found[role] = i;
  });
  return found;
}

function firstTwice() {
  const said = state.table.headers.map((_header, i) => $(`column-${i}`).value).filter(Boolean);
  return said.find((role, i) => said.indexOf(role) !== i);
}

async function encodeIt() {
  clear("done");
  state.coded = null;
  if (!state.key) throw new Fault("key-first");
  if (!state.table) throw new Fault("list-first");
  const role = firstTwice();
  if (role) throw Object.assign(new Fault("twice"), { role });
  const roles = chosen();
  if (!namesPeople(roles)) throw new Fault("no-names");
  const agency = $("agency").value.trim();
  if (!AGENCY.test(agency)) throw new Fault("agency");
  $("working").hidden = false;
  const progress = (share) => {
    $("bar").value = share;
    $("bar-said").textContent = say("of100", { n: Math.round(100 * share) });
  };
  progress(0);
  try {
    const coded = await encodeList({
      rows: state.table.rows, roles, idColumn: Number($("id").value), key: state.key, agency,
      isSample: $("practice").checked, keepIds: false, progress,
    });
    state.coded = { ...coded, agency };
  } finally {
    $("working").hidden = true;
  }
  tellDone();
  $("done").focus();
}

function tellDone() {
  if (!state.coded) return;
  clear("done");
  const { tokens, table, receipt, agency } = state.coded;
  const told = [say("counted", {
    encoded: number(receipt.encoded), rows: number(receipt.rows), dni: number(receipt.withDni),
  })];
  for (const [name, n] of [["refused", receipt.refused], ["thin", receipt.withoutFields],
    ["oddDni", receipt.oddDni], ["oddBirth", receipt.oddBirth]]) {
    if (n > 0) told.push(say(name, { n: number(n) }));
  }
  const cell = (text) => `"${text.replaceAll('"', '""')}"`;
  const csv = `token_id,own_id\n${table.map((row) => row.map(cell).join(",")).join("\n")}\n`;
  $("done").replaceChildren(
    make("h3", {}, say("done")),
    make("ul", {}, ...told.map((text) => make("li", {}, text))),
    ...(receipt.withoutConsent ? [make("p", { class: "warn" }, say("noConsent"))] : []),
    link(`${agency}.tokens`, tokens, "application/octet-stream", say("saveTokens"),
      say("saveTokensHint")),
    link(`${agency}.tokens.ids.csv`, csv, "text/csv", say("saveTable"), say("saveTableHint")),
    make("p", {}, say("after")));
}

function begin() {
  $("language").addEventListener("click", () => speak(state.language === "es" ? "en" : "es"));
  $("make-it").addEventListener("click", () => attempt("make-fault", makeParts));
  $("key").addEventListener("change", () => attempt("key-fault", readKey));
  $("list").addEventListener("change", () => attempt("list-fault", readTable));
  $("go").addEventListener("click", () => attempt("go-fault", encodeIt));
  speak(navigator.language.startsWith("en") ? "en" : "es");
  $("needs-script").remove();
  $("all").hidden = false;
  if (!globalThis.crypto?.subtle || !globalThis.DecompressionStream) {
    attempt("top-fault", () => { throw new Fault("old"); });
  }
}

begin();
