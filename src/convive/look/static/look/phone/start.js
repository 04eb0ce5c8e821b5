// Of every page of the workspace: most people keep nothing on a phone, and load nothing more.
const region = document.querySelector("[data-phone-page], [data-phone-main]");
if (region || isUsed()) import("./bar.js");

// What store.js notes, without loading it
function isUsed() {
  try {
    return localStorage.getItem("convive-phone") !== null;
  } catch {
    return false;
  }
}
