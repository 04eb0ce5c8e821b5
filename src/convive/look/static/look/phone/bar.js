// The bar of a page: what waits on this phone, and when it was last sent. Does nothing where nobody
// said that the phone is theirs, but for the pages that offer to be kept.

import { enhance, refresh } from "./form.js";
import * as queue from "./queue.js";
import * as store from "./store.js";
import { moment, said } from "./words.js";

const bar = document.querySelector("[data-phone-bar]");
const text = bar.querySelector("[data-phone-text]");
const now = bar.querySelector("[data-phone-now]");
const see = bar.querySelector("[data-phone-see]");
const enter = bar.querySelector("[data-phone-enter]");
const EVERY = 60000; // milliseconds
const OLD = 600000; // a kept page is asked for again after so long

const owner = document.querySelector("[data-phone-owner]")?.dataset.phoneOwner;
await store.meet(owner);
const region = document.querySelector("[data-phone-page]");
if (region && owner) await enhance(region, told);
if (store.mine()) begin();

function begin() {
  now.addEventListener("click", sendNow);
  window.addEventListener("online", sendNow);
  setInterval(async () => (await queue.entries()).some(isWaiting) && sendNow(), EVERY);
  leaving();
  sendNow();
}

async function sendNow() {
  const came = await queue.send();
  await told(came);
  if (came.told === "sent" || (owner && came.told === "nothing")) {
    await refresh(came.told === "sent" ? 0 : OLD);
  }
}

const isWaiting = (one) => one.state === "waiting";

// What came of sending, in words
export async function told(came) {
  const every = await queue.entries();
  const waiting = every.filter(isWaiting).length;
  const stuck = every.length - waiting;
  const parts = [];
  if (came.told === "sent" && !every.length) parts.push(said("sent", { when: moment(Date.now()) }));
  if (waiting) parts.push(said("waiting", { n: waiting }));
  if (waiting && came.told !== "sent" && came.told !== "nothing") parts.push(said(came.told));
  if (!waiting && came.told === "offline") parts.push(said("offline"));
  if (stuck) parts.push(said("stuck", { n: stuck }));
  bar.hidden = !parts.length;
  text.textContent = parts.join(" ");
  now.hidden = !waiting || came.told === "sign-in" || came.told === "other";
  see.hidden = !every.length;
  enter.hidden = !waiting || came.told !== "sign-in";
  document.dispatchEvent(new CustomEvent("phone-told"));
}

// Signing out empties the phone; what waits is told before
function leaving() {
  const form = document.querySelector("form[data-phone-leave]");
  if (!form) return;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await store.forget().catch(() => {}); // whatever else fails, they are signed out
    form.submit();
  });
  store.count("entry").then((waiting) => {
    const place = form.querySelector("[data-phone-loses]");
    place.hidden = !waiting;
    document.querySelector("[data-phone-safe]").hidden = Boolean(waiting);
    place.querySelector("p").textContent = said("loses", { n: waiting });
  });
}
