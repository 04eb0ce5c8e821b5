// A list of people becomes tokens. Each token is hashed once, under the key of its field.

const NAME_ROLES = ["given", "given_more", "paternal", "maternal", "surnames", "full"];
const BATCH = 2000; // tokens that are hashed at once: a note of progress after each

/** Which header means what, as far as we know their names: {role: number of the column}. */
function rolesOf(headers) {
  const byName = new Map();
  headers.forEach((header, i) => {
    const plain = letters(header).toLowerCase();
    if (!byName.has(plain)) byName.set(plain, i);
  });
  const found = {};
  for (const [role, names] of Object.entries(RULES.synonyms)) {
    const name = names.find((each) => byName.has(each));
    if (name !== undefined) found[role] = byName.get(name);
  }
  return found;
}

const namesPeople = (roles) => NAME_ROLES.some((role) => role in roles);

/**
 * The file of tokens, the table of ids, and the counts of a receipt.
 * rows: texts by column. roles: {role: column}. idColumn: the agency's own id.
 */
async function encodeList({ rows, roles, idColumn, key, agency, isSample, keepIds, progress }) {
  const n = rows.length;
  const year = Number(key.made.slice(0, 4));
  const column = (role) => (role in roles ? rows.map((row) => row[roles[role]]) : null);
  const texts = {};
  for (const role of Object.keys(RULES.synonyms)) if (role in roles) texts[role] = column(role);
  const consent = agreed(texts);
  const sex = texts.sex ? sexes(texts.sex) : Array(n).fill("");
  const births = texts.birth ? texts.birth.map((text) => birth(text, year)) : Array(n).fill(null);
  const dni = dniColumn(texts, n);
  const enough = enoughOf(texts, births, dni, n);
  const kept = [];
  const refused = {};
  for (let i = 0; i < n; i += 1) {
    if (consent && !consent[i]) refused[sex[i]] = (refused[sex[i]] || 0) + 1;
    else if (enough[i]) kept.push(i);
  }
  if (!kept.length) throw new Fault("nobody");
  const refusedAll = Object.values(refused).reduce((sum, count) => sum + count, 0);
  const written = { ...texts, sex };
  if (texts.given_more) {
    const first = texts.given || Array(n).fill("");
    written.given = first.map((text, i) => `${text} ${texts.given_more[i]}`);
  }
  const codes = await bitsOf(written, kept, key, progress);
  const hashes = await dniHashes(kept.map((i) => dni[i]), key);
  const own = kept.map((i) => rows[i][idColumn]);
  const ids = keepIds ? own : randomIds(kept.length);
  const order = kept.map((_row, at) => at);
  if (!keepIds) order.sort((a, b) => (ids[a] < ids[b] ? -1 : 1));
  const about = {
    kind: "convive reach tokens", version: 1, agency, schema: RULES.schemaName, key: key.name,
    rows: kept.length, words: RULES.schema.bits / 128,
    refused: Object.fromEntries(Object.keys(refused).sort().map((each) => [each, refused[each]])),
    without_fields: n - kept.length - refusedAll, sample: isSample,
  };
  const districts = texts.district ? texts.district.map(placeOf) : null;
  const quarters = texts.when ? texts.when.map((text) => quarter(text, year)) : null;
  const lines = order.map((at) => {
    const i = kept[at];
    return JSON.stringify([
      ids[at], codes[at], hashes[at], sex[i], ageBand(births[i], key.made),
      districts ? districts[i] : "", quarters ? quarters[i] : "",
    ]);
  });
  const told = texts.dni || texts.document || [];
  return {
    tokens: `${[JSON.stringify(about), ...lines].join("\n")}\n`,
    table: order.map((at) => [ids[at], own[at]]),
    receipt: {
      rows: n, encoded: kept.length, refused: refusedAll, withoutFields: about.without_fields,
      withoutConsent: consent === null, withDni: hashes.filter(Boolean).length,
      oddDni: told.filter(Boolean).length - dni.filter(Boolean).length,
      oddBirth: (texts.birth || []).filter((text, i) => text && !births[i]).length,
    },
  };
}

function agreed(texts) {
  const said = texts.consent_linkage || texts.consent;
  return said ? said.map(meansYes) : null;
}

function dniColumn(texts, n) {
  if (texts.dni) return texts.dni.map(dniOf);
  if (!texts.document || !texts.document_type) return Array(n).fill("");
  const isDni = texts.document_type.map((text) => split(text).includes("DNI"));
  return texts.document.map((text, i) => (isDni[i] ? dniOf(text) : ""));
}

/** Whether a row tells a person apart. */
function enoughOf(texts, births, dni, n) {
  const has = (i, ...roles) => roles.some((role) => texts[role] && texts[role][i] !== "");
  return Array.from({ length: n }, (_each, i) => {
    const full = has(i, "full");
    const main = (has(i, "given", "given_more") || full)
      + (has(i, "paternal", "maternal", "surnames") || full) + (births[i] !== null);
    return dni[i] !== "" || main >= 2 || (main === 1 && has(i, "street"));
  });
}

function tokensOf(kind, text, role, year) {
  if (kind === "date") {
    const found = birth(text, year);
    return found ? dateTokens(...found) : [];
  }
  if (kind === "exact") {
    const plain = placeOf(text);
    return plain ? [plain] : [];
  }
  if (kind === "words") return pairs(plainWords(text));
  return pairs(role === "given" ? givenWords(text) : surnameWords(text));
}

function pairs(words) {
  const found = new Set();
  for (const word of words) {
    if (!word) continue;
    const edged = `_${word}_`;
    for (let at = 0; at < edged.length - 1; at += 1) found.add(edged.slice(at, at + 2));
  }
  return [...found];
}

function dateTokens(year, month, day) {
  const [low, high] = [month, day].sort();
  return [`y${year}`, `p${low}`, `q${high}`, `b${low}${high}`,
    ...[...year.slice(1)].map((digit, at) => `d${at}${digit}`)];
}

/** The code of each kept row, in base64. */
async function bitsOf(texts, kept, key, progress) {
  const { fields, bits } = RULES.schema;
  const year = Number(key.made.slice(0, 4));
  const numbers = new Map(); // "field token" -> number
  const wanted = []; // {key, text, weight} of each token
  const columns = []; // of each column: the tokens of each kept row, as numbers
  for (const field of fields) {
    const secret = await fieldKey(key, field.name);
    const numberOf = (text) => {
      const name = `${field.name} ${text}`;
      if (!numbers.has(name)) {
        numbers.set(name, wanted.length);
        wanted.push({ secret, text, weight: field.weight });
      }
      return numbers.get(name);
    };
    for (const role of field.roles) {
      if (!texts[role]) continue;
      const known = new Map([["", []]]);
      columns.push(kept.map((i) => {
        const text = texts[role][i];
        if (!known.has(text)) {
          known.set(text, tokensOf(field.kind, text, role, year).map(numberOf));
        }
        return known.get(text);
      }));
    }
  }
  const positions = [];
  for (let from = 0; from < wanted.length; from += BATCH) {
    const batch = wanted.slice(from, from + BATCH);
    positions.push(...await Promise.all(batch.map((each) => positionsOf(each, bits))));
    if (progress) progress(positions.length / wanted.length);
    await new Promise((resolve) => { setTimeout(resolve); });
  }
  return kept.map((_row, at) => {
    const row = new Uint8Array(bits / 8);
    for (const tokens of columns) {
      for (const token of tokens[at]) {
        for (const p of positions[token]) row[p >> 3] |= 1 << (p & 7);
      }
    }
    const half = bits / 16;
    return base64(Uint8Array.from({ length: half }, (_each, i) => row[i] ^ row[half + i]));
  });
}

async function positionsOf({ secret, text, weight }, bits) {
  const bytes = new DataView(await crypto.subtle.sign("HMAC", secret, UTF8.encode(text)));
  return Array.from({ length: weight }, (_each, i) => bytes.getUint16(2 * i) % bits);
}

async function dniHashes(numbers, key) {
  const secret = await fieldKey(key, "dni");
  const found = [];
  for (let from = 0; from < numbers.length; from += BATCH) {
    found.push(...await Promise.all(numbers.slice(from, from + BATCH).map(async (number) => {
      if (!number) return "";
      const code = await crypto.subtle.sign("HMAC", secret, UTF8.encode(number));
      return hex(new Uint8Array(code).subarray(0, 16));
    })));
  }
  return found;
}

const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

function randomIds(n) {
  const found = new Set();
  while (found.size < n) found.add(hex(random(8)));
  return [...found];
}
