"use strict";

// A record: its answers, filled up to one of a few sizes so that its length tells nothing, and
// sealed to the key of the unit as this version of this record of this unit.

const SIZES = Array.from({ length: 7 }, (_, step) => 4096 << step);

class TooLong extends Error {}

function filled(bytes) {
  const size = SIZES.find((each) => bytes.length + 4 <= each);
  if (!size) throw new TooLong();
  const found = new Uint8Array(size);
  new DataView(found.buffer).setUint32(0, bytes.length);
  found.set(bytes, 4);
  return found;
}

function unfilled(found) {
  const length = new DataView(found.buffer, found.byteOffset).getUint32(0);
  return found.slice(4, 4 + length);
}

/** head : code, survivor, month, district and number, which stand in clear beside it too. */
async function sealRecord(unit, publicRaw, head, answers) {
  const content = filled(TEXT.encode(JSON.stringify({ ...head, answers })));
  const sealed = await hpkeSeal(publicRaw, bound("record", unit, head.code, head.number), content);
  content.fill(0);
  return base64(sealed);
}

/** The answers. Throws where what stands in clear is not what was sealed: somebody moved it. */
async function openRecord(unit, pair, head, sealed) {
  const about = bound("record", unit, head.code, head.number);
  const content = await hpkeOpen(pair, about, fromBase64(sealed));
  const found = JSON.parse(new TextDecoder().decode(unfilled(content)));
  content.fill(0);
  for (const name of ["code", "survivor", "month", "district", "number"]) {
    if (found[name] !== head[name]) throw new Error("moved");
  }
  return found.answers;
}
