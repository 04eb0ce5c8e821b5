// How names, dates and places are written before they are coded. The rules stand in RULES, which
// the house writes out of the same tables that its command line reads; here is only how they run.

const ACCENTS = /[\u0300-\u036f]/g;
const SOUNDS = RULES.sounds.map(([pattern, by]) => [new RegExp(pattern, "g"), by]);
const LEFT_OUT = new Set(RULES.leftOut);
const ARTICLES = new Set(RULES.articles);
const MARRIED = new Set(RULES.married);
const OWN = new Set(RULES.own.map((pair) => pair.join(" ")));
const soundsKnown = new Map();

function letters(text) {
  return text.normalize("NFKD").replace(ACCENTS, "").toUpperCase()
    .replace(/[^A-Z0-9]+/g, " ").trim();
}

function split(text) {
  const plain = letters(text);
  return plain ? plain.split(" ") : [];
}

function sound(word) {
  let found = soundsKnown.get(word);
  if (found === undefined) {
    found = isDigits(word) ? word
      : SOUNDS.reduce((text, [pattern, by]) => text.replace(pattern, by), word);
    soundsKnown.set(word, found);
  }
  return found;
}

const isDigits = (word) => /^[0-9]+$/.test(word);
const counts = (word) => !LEFT_OUT.has(word);

function givenWords(text) {
  return split(text).filter(counts)
    .map((word) => sound(Object.hasOwn(RULES.short, word) ? RULES.short[word] : word));
}

function surnameWords(text) {
  const words = split(text);
  // Not the first and not the last: there a particle is no husband's
  const end = words.findIndex((word, at) => at > 0 && at < words.length - 1 && MARRIED.has(word)
    && !ARTICLES.has(words[at + 1]) && !OWN.has(`${words[at - 1]} ${words[at + 1]}`));
  return (end < 0 ? words : words.slice(0, end)).filter(counts).map(sound);
}

const plainWords = (text) => split(text).map(sound);

/** Year, month and day as digits; null where the text is no date. */
function birth(text, thisYear) {
  const trimmed = text.trim();
  const whole = /^(\d{4})(\d{2})(\d{2})$/.exec(trimmed);
  if (whole) return whole.slice(1, 4);
  const found = /^(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})(?:[ T].*)?$/.exec(trimmed);
  if (!found) return null;
  const [, first, middle, last] = found;
  let [year, month, day] = first.length > 2 ? [first, middle, last] : [last, middle, first];
  if (first.length <= 2 && Number(month) > 12 && Number(day) <= 12) [day, month] = [month, day];
  if (year.length <= 2) {
    const full = Math.floor(thisYear / 100) * 100 + Number(year);
    year = String(full > thisYear ? full - 100 : full);
  }
  if (year.length !== 4 || day.length > 2) return null;
  return [year, month.padStart(2, "0"), day.padStart(2, "0")];
}

/** F, M or nothing for each value of a column. */
function sexes(texts) {
  const plain = texts.map(letters);
  const all = new Set(plain);
  const means = { ...RULES.sex };
  if (all.has("H") && !all.has("F") && !all.has("V")) means.M = "F";
  return plain.map((text) => (Object.hasOwn(means, text) ? means[text] : ""));
}

/** The eight digits of a DNI; nothing where there are not eight, or they fill a gap. */
function dniOf(text) {
  const digits = text.trim().replace(/\.0$/, "").replace(/[ .-]/g, "");
  const isDni = /^[0-9]{8}$/.test(digits);
  return isDni && new Set(digits).size > 1 && digits !== "12345678" ? digits : "";
}

function ageBand(born, made) {
  if (!born) return "";
  const [year, month, day] = born.map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31) return "";
  const [thisYear, thisMonth, thisDay] = made.split("-").map(Number);
  const isBefore = thisMonth < month || (thisMonth === month && thisDay < day);
  const age = thisYear - year - (isBefore ? 1 : 0);
  if (age < 0 || age > 120) return "";
  return RULES.ages.filter(([least]) => age >= least).at(-1)[1];
}

function quarter(text, thisYear) {
  const found = /^(\d{4})\s*-?\s*[QT]\s*([1-4])$/i.exec(text.trim());
  if (found) return `${found[1]}-Q${found[2]}`;
  const day = birth(text, thisYear);
  if (!day || Number(day[1]) < 1 || Number(day[1]) > 12) return "";
  return `${day[0]}-Q${Math.floor((Number(day[1]) + 2) / 3)}`;
}

function placeOf(text) {
  const plain = letters(text);
  return Object.hasOwn(RULES.schema.places, plain) ? RULES.schema.places[plain] : plain;
}

/** Whether a person agreed to linkage, by what stands in the column of consent. */
function meansYes(text) {
  const words = split(text);
  if (words.some((word) => RULES.no.includes(word))) return false;
  return words.length > 0
    && (RULES.yes.includes(words[0]) || words.some((word) => RULES.linkage.includes(word)));
}
