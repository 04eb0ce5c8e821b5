// The key of a run: made here, parted here, put together here. It goes nowhere but into files that
// a person keeps.

const KEY_KIND = "convive reach key";
const UTF8 = new TextEncoder();

class Fault extends Error {}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

function unhex(text) {
  if (!/^([0-9a-f]{2})+$/.test(text)) throw new Fault("no-key");
  return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
}

function random(size) {
  return crypto.getRandomValues(new Uint8Array(size));
}

async function derived(secret, run, info, length) {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const how = {
    name: "HKDF", hash: "SHA-256", salt: UTF8.encode(run),
    info: UTF8.encode(`convive reach ${info}`),
  };
  return new Uint8Array(await crypto.subtle.deriveBits(how, base, 8 * length));
}

async function keyName(secret, run) {
  return hex(await derived(secret, run, "name of the key", 8));
}

async function fieldKey(key, field) {
  const raw = await derived(key.secret, key.run, `field ${field}`, 32);
  return crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

async function makeKey(made) {
  const secret = random(32);
  const run = hex(random(8));
  return { run, made, secret, name: await keyName(secret, run), part: 0, need: 0 };
}

function keyText(key) {
  const data = { kind: KEY_KIND, version: 1, run: key.run, made: key.made, name: key.name };
  if (key.part) Object.assign(data, { part: key.part, need: key.need });
  return `${JSON.stringify({ ...data, secret: hex(key.secret) }, null, 1)}\n`;
}

/** The key of a file, or of enough of its parts. Throws a Fault that says why not. */
async function keyOf(texts) {
  const found = await Promise.all(texts.map(keyRead));
  const [first] = found;
  if (found.length === 1 && !first.part) return first;
  if (found.some((key) => key.name !== first.name || !key.part)) throw new Fault("key-mixed");
  const parts = new Map(found.map((key) => [key.part, key.secret]));
  if (parts.size < first.need) {
    throw Object.assign(new Fault("key-few"), { have: parts.size, need: first.need });
  }
  const secret = joinShares(new Map([...parts].slice(0, first.need)));
  if ((await keyName(secret, first.run)) !== first.name) throw new Fault("key-changed");
  return { ...first, secret, part: 0, need: 0 };
}

async function keyRead(text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    throw new Fault("no-key");
  }
  const isKey = data && data.kind === KEY_KIND && data.version === 1
    && [data.run, data.name, data.secret].every((each) => typeof each === "string")
    && /^\d{4}-\d{2}-\d{2}$/.test(data.made);
  if (!isKey) throw new Fault("no-key");
  const key = {
    run: data.run, made: data.made, name: data.name, secret: unhex(data.secret),
    part: Number(data.part || 0), need: Number(data.need || 0),
  };
  if (key.secret.length !== 32) throw new Fault("no-key");
  if (!key.part && (await keyName(key.secret, key.run)) !== key.name) throw new Fault("no-key");
  return key;
}

function splitKey(key, need, parts) {
  const found = splitBytes(key.secret, need, parts);
  return found.map((secret, i) => ({ ...key, secret, part: i + 1, need }));
}
