"use strict";

// The columns of the GBVIMS Incident Recorder, in the order of Primero's export. No name, no
// account, nothing written freely but the country and the occupation.

const COLUMNS = [
  "incident_id", "survivor_code", "case_manager_code", "date_of_interview", "date_of_incident",
  "date_of_birth", "sex", "ethnicity", "country_of_origin", "marital_status",
  "displacement_status", "disability_type", "unaccompanied_separated_status",
  "stage_of_displacement", "time_of_day", "location", "county", "district", "camp_town",
  "gbv_type", "harmful_traditional_practice", "goods_money_exchanged", "abduction_type",
  "previously_reported", "gbv_previous_incidents", "number_primary_perpetrators",
  "perpetrator.sex", "perpetrator.former", "perpetrator.age_group", "perpetrator.relationship",
  "perpetrator.occupation", "service.referred_from", "service.safehouse", "service.medical",
  "service.psycho", "service.wants_legal", "service.legal", "service.police",
  "service.livelihoods", "service.protection_referral", "consent", "agency_code",
];

function recorderRow(record, given) {
  const row = {
    incident_id: record.code, survivor_code: record.survivor,
    case_manager_code: given.case_manager_code,
    district: PAGE.districts[record.district] || "", agency_code: PAGE.agency,
  };
  for (const question of questionsOf(PAGE.form)) {
    const value = given[question.key];
    if (question.column && value) row[question.column] = Array.isArray(value) ? value.join(";") : value;
  }
  return row;
}

function questionsOf(form) {
  return form.flatMap((section) => section.questions);
}

function recorderCsv(rows) {
  const lines = [COLUMNS, ...rows.map((row) => COLUMNS.map((name) => row[name] || ""))];
  return `\ufeff${lines.map((cells) => cells.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** A cell that no spreadsheet takes for a formula (OWASP: CSV injection). */
function cell(text) {
  const inert = /^[\s]*[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n;]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
