/** RFC 4180: every field quoted, CRLF after every line. */
export function csv(rows: readonly (readonly (string | number | null)[])[]): string {
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

/** What a spreadsheet takes for a formula (OWASP, CSV injection) is made text by an apostrophe: others wrote these fields. */
const FORMULA = /^[=+\-@\t\r]/;

function field(value: string | number | null): string {
  if (value === null) return "";
  const text = String(value);
  const plain = typeof value === "string" && FORMULA.test(text) ? `'${text}` : text;
  return `"${plain.replaceAll('"', '""')}"`;
}
