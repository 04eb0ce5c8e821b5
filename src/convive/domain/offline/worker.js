// The service worker: where there is no line, a page that shows what this phone keeps.
//
// VERSION, SHELLS and FILES stand above, written by the server. In the cache lie styles, scripts and
// the empty page of the phone, asked for without a cookie: never a page of anybody. What the phone
// keeps of people is sealed, in IndexedDB, and is opened by look/phone/store.js.
"use strict";

const CACHE = `convive-${VERSION}`;
const PATIENCE = 15000; // milliseconds: where a page is kept, an answer that late is no answer
const NO_SERVER = [502, 503, 504]; // what a proxy says while the server behind it is down

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, url));
  else if (FILES.includes(url.pathname)) event.respondWith(file(request, url));
});

async function install() {
  const cache = await caches.open(CACHE);
  const wanted = [...SHELLS, ...FILES];
  await cache.addAll(wanted.map((url) => new Request(url, { credentials: "omit", cache: "reload" })));
  await self.skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith("convive-") && name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
}

async function page(request, url) {
  const answer = await asked(request, await isKept(url.pathname));
  if (answer && !NO_SERVER.includes(answer.status)) return answer;
  const english = url.pathname.startsWith("/en/");
  const shell = await kept(SHELLS.find((path) => path.startsWith("/en/") === english));
  return shell || answer || Response.error();
}

async function file(request, url) {
  const answer = await asked(request, true);
  return answer && answer.ok ? answer : (await kept(url.pathname)) || answer || Response.error();
}

async function kept(path) {
  return (await caches.open(CACHE)).match(path);
}

// The answer of the server; nothing where there is none, or none in time where something is kept
async function asked(request, hasOther) {
  try {
    return await (hasOther ? Promise.race([fetch(request), later()]) : fetch(request));
  } catch {
    return undefined;
  }
}

function later() {
  return new Promise((done) => setTimeout(done, PATIENCE));
}

// Whether somebody keeps this page on the phone. Their names tell; nothing is opened
function isKept(path) {
  return new Promise((done) => {
    const asked = indexedDB.open("convive");
    asked.onupgradeneeded = () => asked.transaction.abort(); // there is none: none is made
    asked.onerror = () => done(false);
    asked.onsuccess = () => {
      const base = asked.result;
      const ids = base.transaction("boxes").objectStore("boxes").getAllKeys();
      ids.onsuccess = () => done(ids.result.some((id) => id.endsWith(` page ${path}`)));
      ids.onerror = () => done(false);
      base.close(); // once its transaction is over
    };
  });
}
