"use strict";

// The questions of the intake on a page: what was answered, what is missing, what was answered
// before. Fields have no name and stand in no form, so no browser sends them anywhere.

const UNDER_AGE = ["0-11", "12-17"];

function questions() {
  return PAGE.form.flatMap((section) => section.questions);
}

function fieldOf(key) {
  return one(`[data-key="${key}"]`);
}

function answered(question) {
  const field = fieldOf(question.key);
  if (question.kind === "choices") return all("input:checked", field).map((each) => each.value);
  if (question.kind === "pick") return one("input:checked", field)?.value || "";
  return field.value.trim();
}

/** Every answer that was given, by key. */
function answers() {
  const given = questions().map((question) => [question.key, answered(question)]);
  return Object.fromEntries(given.filter(([, value]) => value.length));
}

function fill(given) {
  for (const question of questions()) {
    const value = given[question.key];
    const field = fieldOf(question.key);
    if (["choices", "pick"].includes(question.kind)) {
      all("input", field).forEach((each) => {
        each.checked = Array.isArray(value) ? value.includes(each.value) : value === each.value;
      });
    } else {
      field.value = value || "";
    }
  }
}

/** What is wrong: pairs of the key of a question and a sentence. */
function faults(given) {
  const found = questions()
    .filter((question) => question.required && !given[question.key])
    .map((question) => [question.key, word("missing", { label: question.label })]);
  const { date_of_interview: interview, date_of_incident: incident } = given;
  if (interview && interview > PAGE.today) found.push(["date_of_interview", word("not-yet")]);
  if (interview && incident && incident > interview) {
    found.push(["date_of_incident", word("after-interview")]);
  }
  const mustReport = UNDER_AGE.includes(given.age_group) || given.imminent_danger === "yes";
  if (mustReport && given.report_made === "not_due") found.push(["report_made", word("must-report")]);
  if (mustReport && !given.report_to) found.push(["report_to", word("report-to")]);
  if (mustReport && !given.report_on) found.push(["report_on", word("report-on")]);
  if (given.cem_referral === "yes" && given.consent === "no") {
    found.push(["cem_referral", word("cem-consent")]);
  }
  return found;
}

/** Mark what is wrong beside each question, and list it above the form with links. */
function showFaults(found) {
  all(".err[data-fault]").forEach((each) => each.remove());
  all(".bad").forEach((each) => each.classList.remove("bad"));
  const summary = one("#faults");
  summary.hidden = !found.length;
  one("ul", summary).replaceChildren(...found.map(([key, text]) => {
    const item = element("li");
    item.append(element("a", text, { href: `#q-${key}` }));
    return item;
  }));
  for (const [key, text] of found) {
    const box = fieldOf(key).closest(".field");
    box.classList.add("bad");
    const fault = element("p", text, { class: "err", "data-fault": key });
    box.insertBefore(fault, box.children[1] || null);
  }
  if (found.length) summary.focus();
}

/** The words of an answer, as the reader's language has them. */
function told(question, value) {
  const label = (code) => question.options.find(([each]) => each === code)?.[1] || code;
  if (Array.isArray(value)) return value.map(label).join(" · ");
  if (question.kind === "date") return dayInWords(value);
  return question.options.length ? label(value) : value;
}

/** `15 oct 2026`: a day as every page writes it. */
function dayInWords(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  if (!day) return iso;
  const locale = document.documentElement.lang === "es" ? "es-PE" : "en-US";
  const name = new Intl.DateTimeFormat(locale, { month: "short", timeZone: "UTC" })
    .format(Date.UTC(year, month - 1, day));
  return `${day} ${name.replace(".", "")} ${year}`;
}
