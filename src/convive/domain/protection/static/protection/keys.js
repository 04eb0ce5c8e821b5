"use strict";

// The keys of a unit. Each member has a pair of their own, whose private half a passphrase wraps;
// the private half of the unit's key is sealed to the pair of each member. Parts on paper give the
// unit's key back.

const ROUNDS = 600000; // of PBKDF2-SHA256
const PASSPHRASE = 16; // letters, the least
const LETTERS = "23456789bcdfghjkmnpqrstvwxz"; // as codes are made of in the rest of the house

/** What something sealed is: it opens as nothing else. */
function bound(...names) {
  return TEXT.encode(["convive wall 1", ...names].join("|"));
}

function random(size) {
  return crypto.getRandomValues(new Uint8Array(size));
}

/** Twelve letters that say nothing of anybody. */
function newCode() {
  let code = "";
  while (code.length < 12) {
    const [byte] = random(1);
    if (byte < 243) code += LETTERS[byte % 27]; // 243 = 9 · 27: each letter is as likely
  }
  return code;
}

async function wrapKey(passphrase, salt, rounds) {
  const words = TEXT.encode(passphrase.normalize("NFKC"));
  const base = await crypto.subtle.importKey("raw", words, "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, [
    "encrypt", "decrypt",
  ]);
}

/** A private half under a passphrase, bound to the unit and the account. */
async function wrapped(passphrase, scalar, unit, account) {
  const salt = random(16);
  const nonce = random(12);
  const key = await wrapKey(passphrase, salt, ROUNDS);
  const how = { name: "AES-GCM", iv: nonce, additionalData: bound("own", unit, account) };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(how, key, scalar));
  return { rounds: ROUNDS, salt: base64(salt), nonce: base64(nonce), sealed: base64(sealed) };
}

/** Throws where the passphrase is another. */
async function unwrapped(passphrase, kept, unit, account) {
  if (kept.rounds < ROUNDS) throw new Error("too few rounds"); // a server must not weaken them
  const key = await wrapKey(passphrase, fromBase64(kept.salt), kept.rounds);
  const how = {
    name: "AES-GCM", iv: fromBase64(kept.nonce), additionalData: bound("own", unit, account),
  };
  return new Uint8Array(await crypto.subtle.decrypt(how, key, fromBase64(kept.sealed)));
}

/** The private half of a key of the unit, sealed to the public key of a member. */
async function copyFor(publicRaw, scalar, unit, number, account) {
  return base64(await hpkeSeal(publicRaw, bound("key", unit, number, account), scalar));
}

function openCopy(own, sealed, unit, number, account) {
  return hpkeOpen(own, bound("key", unit, number, account), fromBase64(sealed));
}

/** By which people tell over the telephone that they see the same key: five groups of four. */
async function fingerprint(publicRaw) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", publicRaw));
  return grouped(hex(hash.slice(0, 10)));
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function grouped(text) {
  return text.match(/.{1,4}/g).join(" ");
}

// Parts on paper: unit, number of the key, how many are needed, which one this is, 32 bytes, and
// four bytes by which a slip of the pen is found

async function paperPart(unit, number, need, part, bytes) {
  const head = `${unit}-${number}-${need}-${part}`;
  return `${head}: ${grouped(hex(bytes) + (await partCheck(head, bytes)))}`;
}

async function partCheck(head, bytes) {
  const all = joined(TEXT.encode(`convive part|${head}|`), bytes);
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", all)).slice(0, 4));
}

/** What was typed in from paper; null where it was not typed as it is printed. */
async function partRead(line) {
  const found = /^\s*([2-9a-z]{12})-(\d+)-(\d+)-(\d+)\s*:?\s*([0-9a-f\s]+)$/i.exec(line);
  if (!found) return null;
  const [, unit, number, need, part] = found;
  const digits = found[5].replace(/\s/g, "").toLowerCase();
  if (digits.length !== 72) return null;
  const bytes = Uint8Array.from(digits.slice(0, 64).match(/../g), (pair) => parseInt(pair, 16));
  const head = `${unit.toLowerCase()}-${number}-${need}-${part}`;
  if ((await partCheck(head, bytes)) !== digits.slice(64)) return null;
  return { unit: unit.toLowerCase(), number: +number, need: +need, part: +part, bytes };
}
