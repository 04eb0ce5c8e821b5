"use strict";

// The page of keys: one's own key, the key of the unit, handing it over, parts on paper, a new key.

function startKeys() {
  if (!ready()) return;
  showFingerprints();
  const unlockBox = one("#unlock");
  if (unlockBox) lockable();
  on("#make-own", "own", makeOwn);
  on("#make-unit", "unit-key", () => makeUnitKey(1));
  on("#turn", "turn", () => makeUnitKey(PAGE.keys.at(-1).number + 1));
  on("#rebuild", "rebuild", rebuild);
  on("#new-words", "new-words", newWords);
  all("[data-hand]").forEach((button) => {
    whenPressed(button, "hand", () => handOver(+button.dataset.hand));
  });
}

function on(selector, where, deed) {
  const button = one(selector);
  if (button) whenPressed(button, where, deed);
}

function showFingerprints() {
  all("[data-public]").forEach(async (each) => {
    each.textContent = await fingerprint(fromBase64(each.dataset.public));
  });
}

/** Own key: the first, or another after the passphrase was lost. */
async function makeOwn() {
  const first = one("#own-first");
  const again = one("#own-again");
  const fault = passphraseFault(first.value, again.value);
  if (fault) throw new Error(fault);
  say("own", word("working"), "info");
  const pair = await newPair();
  const kept = await wrapped(first.value, pair.scalar, PAGE.unit, PAGE.account);
  pair.scalar.fill(0);
  await ask(PAGE.urls.own, { public: base64(pair.publicRaw), wrapped: kept });
  first.value = again.value = "";
  window.location.reload();
}

/** Another passphrase for the same key. */
async function newWords() {
  const first = one("#new-first");
  const again = one("#new-again");
  const old = one("#old-words");
  const fault = passphraseFault(first.value, again.value);
  if (fault) throw new Error(fault);
  say("new-words", word("working"), "info");
  let scalar;
  try {
    scalar = await unwrapped(old.value, PAGE.own.wrapped, PAGE.unit, PAGE.account);
  } catch {
    throw new Error(word("wrong-passphrase"));
  }
  const kept = await wrapped(first.value, scalar, PAGE.unit, PAGE.account);
  scalar.fill(0);
  await ask(PAGE.urls.own, { public: PAGE.own.public, wrapped: kept });
  PAGE.own.wrapped = kept;
  for (const field of [first, again, old]) field.value = "";
  say("new-words", word("new-words-kept"), "ok");
}

/** A key of the unit: sealed to every member who has a key, and parted on paper. */
async function makeUnitKey(number) {
  const [need, parts] = [+one("#need").value, +one("#parts").value];
  if (!(need >= 2 && parts >= need && parts <= 20)) throw new Error(word("parts-wrong"));
  const where = number === 1 ? "unit-key" : "turn";
  if (number > 1) onlyToChecked();
  say(where, word("working"), "info");
  const pair = await newPair();
  const copies = {};
  for (const member of PAGE.members.filter((each) => each.public)) {
    const isOwn = member.account === PAGE.account;
    if (isOwn || (number > 1 && member.holds)) {
      copies[member.account] = await copyFor(
        fromBase64(member.public), pair.scalar, PAGE.unit, number, member.account,
      );
    }
  }
  await ask(PAGE.urls.unit, { number, public: base64(pair.publicRaw), need, parts, copies });
  await showParts(number, need, splitBytes(pair.scalar, need, parts));
  pair.scalar.fill(0);
  say(where, word("key-made"), "ok");
}

function onlyToChecked() {
  if (!one("#turn-sure").checked) throw new Error(word("compare-first"));
}

async function showParts(number, need, parts) {
  const sheets = await Promise.all(parts.map(async (bytes, i) => {
    const sheet = element("section", "", { class: "part-sheet" });
    sheet.append(
      element("h3", word("part", { part: i + 1, parts: parts.length })),
      element("p", word("part-told", { need, unit: PAGE.name })),
      element("p", await paperPart(PAGE.unit, number, need, i + 1, bytes), { class: "secret" }),
    );
    bytes.fill(0);
    return sheet;
  }));
  one("#parts-shown").replaceChildren(...sheets);
  one("#parts-box").hidden = false;
  all("[data-before-parts]").forEach((each) => { each.hidden = true; });
  one("#parts-box h2").focus();
}

/** Seal every key that one holds to another member, whose fingerprint was compared. */
async function handOver(account) {
  if (!state.keys) throw new Error(word("unlock-first"));
  if (!one(`#sure-${account}`).checked) throw new Error(word("compare-first"));
  const member = PAGE.members.find((each) => each.account === account);
  const copies = {};
  for (const number of state.keys.unit.keys()) {
    const secret = await openCopy(
      state.keys.own, PAGE.copies[number], PAGE.unit, number, PAGE.account,
    );
    copies[number] = await copyFor(
      fromBase64(member.public), secret, PAGE.unit, number, account,
    );
    secret.fill(0);
  }
  await ask(PAGE.urls.hand, { account, copies });
  one(`#sure-${account}`).closest("li").remove();
  say("hand", word("handed"), "ok");
}

/** A key of the unit from its parts on paper, sealed to oneself. */
async function rebuild() {
  const lines = one("#typed-parts").value.split("\n").filter((line) => line.trim());
  const read = await Promise.all(lines.map(partRead));
  const wrong = read.findIndex((each) => !each);
  if (wrong >= 0) throw new Error(word("part-wrong", { line: wrong + 1 }));
  const [first] = read;
  const fits = (each) => each.unit === PAGE.unit && each.number === first.number;
  if (!first || !read.every(fits)) throw new Error(word("parts-mixed"));
  const parts = new Map(read.map((each) => [each.part, each.bytes]));
  if (parts.size < first.need) {
    throw new Error(word("parts-few", { have: parts.size, need: first.need }));
  }
  const key = PAGE.keys.find((each) => each.number === first.number);
  if (!key) throw new Error(word("parts-mixed"));
  const secret = joinShares(new Map([...parts].slice(0, first.need)));
  try {
    await pairOf(secret, fromBase64(key.public));
  } catch {
    throw new Error(word("parts-mixed"));
  }
  const sealed = await copyFor(
    fromBase64(PAGE.own.public), secret, PAGE.unit, first.number, PAGE.account,
  );
  secret.fill(0);
  one("#typed-parts").value = "";
  await ask(PAGE.urls.hand, { account: PAGE.account, copies: { [first.number]: sealed } });
  say("rebuild", word("rebuilt"), "ok");
}

startKeys();
