// A spreadsheet becomes rows of texts: CSV in the encodings and with the marks that agencies use,
// and the first sheet of an XLSX.

async function tableOf(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const rows = isZip ? await sheetRows(bytes) : csvRows(decoded(bytes));
  const filled = rows.filter((row) => row.some((cell) => cell !== ""));
  if (filled.length < 2) throw new Fault("no-rows");
  const at = headerAt(filled);
  const headers = unlike(filled[at].map((cell) => cell.trim()));
  const body = filled.slice(at + 1);
  return { headers, rows: body.map((row) => headers.map((_name, i) => row[i] || "")) };
}

/** The first of the top rows that names columns which we know; else the first. */
function headerAt(rows) {
  const at = rows.slice(0, 15).findIndex((row) => namesPeople(rolesOf(row)));
  return Math.max(at, 0);
}

/** Headers that differ: an empty one or a second of the same name gets a number. */
function unlike(headers) {
  const seen = new Set();
  return headers.map((header, i) => {
    let name = header || String(i + 1);
    while (seen.has(name)) name = `${name} (${i + 1})`;
    seen.add(name);
    return name;
  });
}

function decoded(bytes) {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function csvRows(text) {
  const mark = markOf(text);
  const rows = [];
  let row = [];
  let cell = "";
  let quoted = false;
  const endCell = () => { row.push(trimmed(cell)); cell = ""; };
  const endRow = () => { endCell(); rows.push(row); row = []; };
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') { cell += '"'; i += 1; } else quoted = false;
    } else if (c === '"' && cell.trim() === "") { quoted = true; cell = ""; }
    else if (c === mark) endCell();
    else if (c === "\n") endRow();
    else if (c !== "\r") cell += c;
    else if (text[i + 1] !== "\n") endRow();
  }
  if (cell !== "" || row.length) endRow();
  return rows;
}

const trimmed = (cell) => cell.replace(/^ +| +$/g, "");

/** What parts the cells: the mark that stands most often in the first lines. */
function markOf(text) {
  const top = text.slice(0, 5000).replace(/"[^"]*"/g, "");
  const often = (mark) => top.split(mark).length;
  return [";", ",", "\t", "|"].reduce((best, mark) => (often(mark) > often(best) ? mark : best));
}

// XLSX: a zip of XML, read by what every browser has

const all = (node, name) => node.getElementsByTagNameNS("*", name);

async function sheetRows(bytes) {
  const files = zipped(bytes);
  const xml = async (name) => {
    if (!files.has(name)) return null;
    return new DOMParser().parseFromString(await unzipped(bytes, files.get(name)), "text/xml");
  };
  const book = await xml("xl/workbook.xml");
  const links = await xml("xl/_rels/workbook.xml.rels");
  if (!book || !links) throw new Fault("no-sheet");
  const first = all(book, "sheet")[0];
  const id = first && (first.getAttribute("r:id") || first.getAttributeNS(
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "id"));
  const link = [...all(links, "Relationship")]
    .find((each) => each.getAttribute("Id") === id);
  if (!link) throw new Fault("no-sheet");
  const target = link.getAttribute("Target").replace(/^\//, "");
  const sheet = await xml(target.startsWith("xl/") ? target : `xl/${target}`);
  const shared = await xml("xl/sharedStrings.xml");
  const texts = shared ? [...all(shared, "si")].map(textOf) : [];
  const isDate = dateStyles(await xml("xl/styles.xml"));
  const starts = all(book, "workbookPr")[0]?.getAttribute("date1904");
  const epoch = ["1", "true"].includes(starts) ? 24107 : 25569;
  return [...all(sheet, "row")].map((row) => {
    const cells = [];
    for (const cell of all(row, "c")) {
      cells[columnOf(cell.getAttribute("r"), cells.length)] = cellText(cell, texts, isDate, epoch);
    }
    return Array.from(cells, (text) => text || "");
  });
}

/** The runs of a text, without how it is to be spoken. */
function textOf(node) {
  return [...all(node, "t")]
    .filter((each) => each.parentNode.localName !== "rPh")
    .map((each) => each.textContent).join("");
}

function cellText(cell, texts, isDate, epoch) {
  const kind = cell.getAttribute("t");
  if (kind === "inlineStr") return trimmed(textOf(cell));
  const value = all(cell, "v")[0]?.textContent ?? "";
  if (kind === "s") return trimmed(texts[Number(value)] ?? "");
  if (kind === "e") return "";
  if ((kind === null || kind === "n") && value !== "" && isDate[cell.getAttribute("s") || 0]) {
    return new Date(Math.round((Number(value) - epoch) * 86400000)).toISOString().slice(0, 10);
  }
  return trimmed(value);
}

function columnOf(reference, otherwise) {
  const found = /^([A-Z]+)/.exec(reference || "");
  if (!found) return otherwise;
  return [...found[1]].reduce((sum, letter) => 26 * sum + letter.charCodeAt(0) - 64, 0) - 1;
}

function dateStyles(styles) {
  if (!styles) return [];
  const own = new Map([...all(styles, "numFmt")]
    .map((each) => [each.getAttribute("numFmtId"), each.getAttribute("formatCode")]));
  const isDate = (id) => {
    const code = own.get(id);
    if (code) return /[dy]/i.test(code.replace(/"[^"]*"|\[[^\]]*\]|\\./g, ""));
    return (id >= 14 && id <= 17) || id === "22";
  };
  const cells = all(styles, "cellXfs")[0];
  return [...(cells ? all(cells, "xf") : [])]
    .map((each) => isDate(each.getAttribute("numFmtId")));
}

/** Where each file of a zip begins, how it is packed and how long it is, from its directory. */
function zipped(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) throw new Fault("no-sheet");
  const files = new Map();
  let at = view.getUint32(end + 16, true);
  for (let n = view.getUint16(end + 10, true); n > 0; n -= 1) {
    if (view.getUint32(at, true) !== 0x02014b50) throw new Fault("no-sheet");
    const [nameSize, extra, comment] = [28, 30, 32].map((i) => view.getUint16(at + i, true));
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameSize));
    files.set(name, {
      method: view.getUint16(at + 10, true),
      size: view.getUint32(at + 20, true),
      start: view.getUint32(at + 42, true),
    });
    at += 46 + nameSize + extra + comment;
  }
  return files;
}

async function unzipped(bytes, { method, size, start }) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  const packed = bytes.subarray(from, from + size);
  if (method === 0) return new TextDecoder().decode(packed);
  if (method !== 8) throw new Fault("no-sheet");
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).text();
}
