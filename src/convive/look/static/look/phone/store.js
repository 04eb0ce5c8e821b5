// What this phone keeps, sealed: boxes in IndexedDB that only this browser opens.
//
// AES-GCM under a key that no script can read out, made when somebody says that the phone is theirs
// and deleted with everything when they sign out or give it up. A box is bound to its name. What
// is older than its days is deleted when the store is opened. See docs/offline.md for the limits.

const NAME = "convive";
// Whose phone this is: the number of the account. It stands in the database, where it survives a
// battery that dies; localStorage, which is written seconds later, repeats it for who cannot wait
const MINE = "convive-phone";
const WHOSE = "whose"; // among the keys
const NOBODYS = "-"; // ... or that it is that of others, and not of whoever was here last
// A page that was prepared; a form that is half filled in; an entry that is not yet sent
const DAYS = { page: 7, draft: 7, entry: 30 };
const A_DAY = 24 * 3600 * 1000;

let opening;

export const can = Boolean(
  window.indexedDB && window.crypto?.subtle && navigator.serviceWorker && window.isSecureContext,
);

// Whose phone this is; empty where nobody said so. Asked before anything is opened
export function mine() {
  return can && noted() !== NOBODYS ? noted() : "";
}

function noted() {
  try {
    return localStorage.getItem(MINE) || "";
  } catch {
    return ""; // a browser that keeps nothing at all
  }
}

// owner: who is signed in, if anybody. The phone is theirs from here on if they said so before;
// without a line it is still that of whoever was here last
export async function meet(owner) {
  const before = await recalled();
  if (!before) return;
  const who = owner || before;
  const key = who !== NOBODYS && (await ask("keys", "readonly", (keys) => keys.get(who)));
  await note(key ? who : NOBODYS, before);
}

// What the database says of whose phone this is, else what was noted: a browser short of space may
// have thrown the database away. It is not made for being asked
async function recalled() {
  if (!can) return "";
  const bases = await indexedDB.databases?.().catch(() => undefined);
  const isThere = bases?.some(({ name }) => name === NAME) ?? noted();
  const found = isThere && (await ask("keys", "readonly", (keys) => keys.get(WHOSE)));
  return found?.who ?? noted();
}

async function note(who, before) {
  if (who !== before) await ask("keys", "readwrite", (keys) => keys.put({ owner: WHOSE, who }));
  localStorage.setItem(MINE, who);
}

// Somebody says that this phone is theirs
export async function take(owner) {
  if (!(await ask("keys", "readonly", (keys) => keys.get(owner)))) {
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
    await ask("keys", "readwrite", (keys) => keys.add({ owner, key }));
  }
  await note(owner);
  await navigator.storage?.persist?.(); // else a browser short of space may throw it away
}

export async function put(what, name, value) {
  await putAll(what, [[name, value]]);
}

// All of them in one transaction, or none
export async function putAll(what, pairs) {
  const owner = mine();
  const until = Date.now() + DAYS[what] * A_DAY;
  const boxes = [];
  for (const [name, value] of pairs) {
    const id = `${owner} ${what} ${name}`;
    const nonce = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify({ until, value }));
    const box = await crypto.subtle.encrypt(bound(id, nonce), await key(owner), plain);
    boxes.push({ id, owner, what, name, until, nonce, box });
  }
  await ask("boxes", "readwrite", (store) => boxes.map((box) => store.put(box)).pop());
}

export async function get(what, name) {
  const found = await ask("boxes", "readonly", (store) => store.get(`${mine()} ${what} ${name}`));
  return found ? (await opened(found)).value : undefined;
}

// Everything of one sort: [{name, until, value}], what was put first at the head
export async function all(what) {
  const owner = mine();
  if (!owner) return [];
  const every = await ask("boxes", "readonly", (store) => store.getAll());
  const found = [];
  for (const row of every.filter((one) => one.owner === owner && one.what === what)) {
    const box = await opened(row).catch(() => undefined); // damaged: nobody opens it any more
    if (box) found.push({ name: row.name, ...box });
  }
  return found.sort((one, other) => one.until - other.until);
}

// How many there are, without opening any
export async function count(what) {
  const owner = mine();
  if (!owner) return 0;
  const every = await ask("boxes", "readonly", (store) => store.getAll());
  return every.filter((one) => one.owner === owner && one.what === what).length;
}

export async function drop(what, name) {
  await ask("boxes", "readwrite", (store) => store.delete(`${mine()} ${what} ${name}`));
}

// Give the phone up: the key goes first, so that no box opens any more; then all the rest
export async function forget() {
  const owner = mine();
  if (!owner) return;
  await ask("keys", "readwrite", (keys) => keys.delete(owner));
  const every = await ask("boxes", "readonly", (store) => store.getAll());
  const own = every.filter((row) => row.owner === owner);
  await ask("boxes", "readwrite", (store) => own.map((row) => store.delete(row.id)).pop());
  await note(NOBODYS);
  const left = await ask("keys", "readonly", (keys) => keys.getAllKeys());
  if (left.some((one) => one !== WHOSE)) return; // somebody else's phone too
  localStorage.removeItem(MINE);
  (await opening).close();
  opening = undefined;
  await deleted();
  for (const name of await caches.keys()) if (name.startsWith("convive-")) await caches.delete(name);
  for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
}

// Done when the database is gone, or goes as soon as another tab lets go of it. What is in it is
// deleted by then: where it stays, it is empty
function deleted() {
  return new Promise((done) => {
    const asked = indexedDB.deleteDatabase(NAME);
    asked.onsuccess = asked.onblocked = asked.onerror = () => done();
  });
}

async function opened(row) {
  const plain = await crypto.subtle.decrypt(bound(row.id, row.nonce), await key(row.owner), row.box);
  return JSON.parse(new TextDecoder().decode(plain));
}

function bound(id, iv) {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(id) };
}

async function key(owner) {
  const found = await ask("keys", "readonly", (keys) => keys.get(owner));
  if (!found) throw new Error("this phone has no key of this account");
  return found.key;
}

// One request of one store, done when its transaction is: what was put is then on the disk
async function ask(store, mode, request) {
  const base = await (opening ??= open());
  return new Promise((done, failed) => {
    const deed = base.transaction(store, mode, { durability: "strict" });
    const asked = request(deed.objectStore(store));
    deed.oncomplete = () => done(asked?.result);
    deed.onerror = deed.onabort = () => failed(deed.error);
  });
}

function open() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("keys", { keyPath: "owner" });
      asked.result.createObjectStore("boxes", { keyPath: "id" });
    };
    asked.onerror = () => failed(asked.error);
    asked.onsuccess = () => {
      const base = asked.result;
      base.onversionchange = () => {
        base.close(); // another tab gives the phone up
        opening = undefined;
      };
      const deed = base.transaction("boxes", "readwrite");
      const rows = deed.objectStore("boxes");
      rows.getAll().onsuccess = (event) => {
        const now = Date.now();
        for (const row of event.target.result) if (row.until < now) rows.delete(row.id);
      };
      deed.oncomplete = () => done(base);
      deed.onerror = deed.onabort = () => failed(deed.error);
    };
  });
}
