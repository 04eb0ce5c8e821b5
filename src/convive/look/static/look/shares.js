"use strict";

// A secret in n parts of which any k give it back and fewer say nothing (Shamir, over GF(256) with
// the polynomial of AES). Used by the encoder of lists and by the wall; the same in Python stands
// in domain/reach/coded/shares.py.

function times(a, b) {
  let product = 0;
  for (let bit = 0; bit < 8; bit += 1) {
    if (b & 1) product ^= a;
    b >>= 1;
    a = (a << 1) ^ (a >> 7 ? 0x11b : 0);
  }
  return product;
}

function inverse(a) {
  let power = 1;
  for (let step = 0; step < 254; step += 1) power = times(power, a);
  return power;
}

/** The parts of some bytes, those of number 1 first. */
function splitBytes(secret, need, parts) {
  const found = Array.from({ length: parts }, () => new Uint8Array(secret.length));
  secret.forEach((byte, at) => {
    const polynomial = [byte, ...crypto.getRandomValues(new Uint8Array(need - 1))];
    found.forEach((part, i) => {
      part[at] = polynomial.reduceRight((value, each) => times(value, i + 1) ^ each, 0);
    });
  });
  return found;
}

/** The bytes of as many parts as are needed, by their number. Other parts give other bytes. */
function joinShares(parts) {
  const found = new Uint8Array([...parts.values()][0].length);
  for (const [x, part] of parts) {
    let weight = 1;
    for (const other of parts.keys()) {
      if (other !== x) weight = times(weight, times(other, inverse(other ^ x)));
    }
    part.forEach((byte, i) => { found[i] ^= times(weight, byte); });
  }
  return found;
}
