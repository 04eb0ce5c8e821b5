// The words of the scripts, in the language of the page: they stand in look/phone.html.

const places = document.querySelector("[data-phone-words]");

// `said("waiting", {n: 3})`; of a word with a number there are two, `waiting-1` and `waiting-n`
export function said(name, values = {}) {
  const one = "n" in values ? `${name}-${values.n === 1 ? 1 : "n"}` : name;
  let text = places.content.querySelector(`[data-word="${one}"]`).textContent.trim();
  for (const [key, value] of Object.entries(values)) text = text.replaceAll(`{${key}}`, value);
  return text;
}

export function moment(value) {
  return written(value, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
}

export function day(value) {
  return written(value, { day: "numeric", month: "short" });
}

function written(value, options) {
  const format = { hourCycle: "h23", ...options };
  return new Intl.DateTimeFormat(document.documentElement.lang, format).format(new Date(value));
}

// An element with its text: texts of people never become markup
export function made(tag, text = "", attributes = {}) {
  const found = document.createElement(tag);
  if (text) found.textContent = text;
  for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
  return found;
}
