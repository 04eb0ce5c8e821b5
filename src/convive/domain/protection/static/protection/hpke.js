"use strict";

// HPKE (RFC 9180), base mode, the one suite of the house: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
// AES-256-GCM; one message for each key, as `encap || ciphertext`. Over WebCrypto and nothing else.

const TEXT = new TextEncoder();
const NOTHING = new Uint8Array(0);
const P256 = { name: "ECDH", namedCurve: "P-256" };
const POINT = 65;
const KEM_SUITE = joined(TEXT.encode("KEM"), [0x00, 0x10]);
const HPKE_SUITE = joined(TEXT.encode("HPKE"), [0x00, 0x10, 0x00, 0x01, 0x00, 0x02]);

/** Seal bytes to a public key. `info` binds what it is; `ephemeral` is for published vectors alone. */
async function hpkeSeal(publicKey, info, plain, aad = NOTHING, ephemeral = null) {
  const pair = ephemeral || (await crypto.subtle.generateKey(P256, true, ["deriveBits"]));
  const encapsulated = await rawOf(pair.publicKey);
  const shared = await agreed(pair.privateKey, publicKey, encapsulated, publicKey);
  const { key, nonce } = await scheduled(shared, info);
  const how = { name: "AES-GCM", iv: nonce, additionalData: aad };
  return joined(encapsulated, new Uint8Array(await crypto.subtle.encrypt(how, key, plain)));
}

/** Open what was sealed to a pair. Throws where it was sealed to another, as another, or changed. */
async function hpkeOpen(pair, info, box, aad = NOTHING) {
  const encapsulated = box.slice(0, POINT);
  const shared = await agreed(pair.privateKey, encapsulated, encapsulated, pair.publicRaw);
  const { key, nonce } = await scheduled(shared, info);
  const how = { name: "AES-GCM", iv: nonce, additionalData: aad };
  return new Uint8Array(await crypto.subtle.decrypt(how, key, box.slice(POINT)));
}

/** A new pair: the 32 bytes of its private half, and its public half as a point of 65. */
async function newPair() {
  const pair = await crypto.subtle.generateKey(P256, true, ["deriveBits"]);
  const { d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  return { scalar: fromBase64(d), publicRaw: await rawOf(pair.publicKey) };
}

/** A pair to open with, made of both halves; its private half cannot be taken out again. */
async function pairOf(scalar, publicRaw) {
  const jwk = {
    kty: "EC", crv: "P-256", d: base64url(scalar),
    x: base64url(publicRaw.slice(1, 33)), y: base64url(publicRaw.slice(33)),
  };
  const privateKey = await crypto.subtle.importKey("jwk", jwk, P256, false, ["deriveBits"]);
  const pair = { privateKey, publicRaw };
  const check = await hpkeSeal(publicRaw, NOTHING, NOTHING); // halves that do not belong together
  await hpkeOpen(pair, NOTHING, check);
  return pair;
}

async function agreed(privateKey, other, encapsulated, recipient) {
  const publicKey = await crypto.subtle.importKey("raw", other, P256, false, []);
  const dh = await crypto.subtle.deriveBits({ name: "ECDH", public: publicKey }, privateKey, 256);
  const prk = await labeledExtract(KEM_SUITE, NOTHING, "eae_prk", new Uint8Array(dh));
  return labeledExpand(KEM_SUITE, prk, "shared_secret", joined(encapsulated, recipient), 32);
}

async function scheduled(shared, info) {
  const psk = await labeledExtract(HPKE_SUITE, NOTHING, "psk_id_hash", NOTHING);
  const hash = await labeledExtract(HPKE_SUITE, NOTHING, "info_hash", info);
  const context = joined([0], psk, hash); // 0: base mode
  const secret = await labeledExtract(HPKE_SUITE, shared, "secret", NOTHING);
  const raw = await labeledExpand(HPKE_SUITE, secret, "key", context, 32);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { key, nonce: await labeledExpand(HPKE_SUITE, secret, "base_nonce", context, 12) };
}

function labeledExtract(suite, salt, label, material) {
  return hmac(salt, joined(TEXT.encode("HPKE-v1"), suite, TEXT.encode(label), material));
}

async function labeledExpand(suite, prk, label, info, length) {
  const labeled = joined(
    [length >> 8, length & 255], TEXT.encode("HPKE-v1"), suite, TEXT.encode(label), info,
  );
  return (await hmac(prk, joined(labeled, [1]))).slice(0, length); // one block: never more than 32
}

async function hmac(key, message) {
  // No key is the same as zeros (RFC 5869), and browsers refuse an empty one
  const raw = key.length ? key : new Uint8Array(32);
  const how = { name: "HMAC", hash: "SHA-256" };
  const made = await crypto.subtle.importKey("raw", raw, how, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", made, message));
}

async function rawOf(publicKey) {
  return new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
}

function joined(...parts) {
  const found = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    found.set(part, at);
    at += part.length;
  }
  return found;
}

function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

function base64url(bytes) {
  return base64(bytes).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Either alphabet. */
function fromBase64(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}
