import type { Language } from "./language.ts";
import type { Letter, LinkLetter } from "./mail.ts";

/** All that one mail is made of. */
export interface Parts {
  readonly letter: Letter | LinkLetter;
  readonly language: Language;
  /** of a mail that has one, alone on its line */
  readonly link: string | null;
  readonly code: string | null;
  /** who writes: the issuer's host */
  readonly host: string;
}

export function textOf({ letter, link, code, host }: Parts): string {
  const highlight = link ?? code;
  const blocks = [...letter.opening, ...(highlight === null ? [] : [highlight]), ...letter.closing, `-- \n${host}`];
  return `${blocks.join("\n\n")}\n`;
}

const FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const MUTED = "color:#6b7280;font-size:13px";

/** Styles stand in the elements: mail programs drop style sheets. No image and nothing from elsewhere: opening tells nobody. */
export function htmlOf({ letter, language, link, code, host }: Parts): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(letter.subject)}</title>
</head>
<body style="margin:0;padding:24px;${FONT};font-size:16px;line-height:1.5">
<div style="max-width:520px;margin:0 auto">
<h1 style="font-size:20px;line-height:1.3;margin:0 0 16px">${escapeHtml(letter.subject)}</h1>
${paragraphs(letter.opening)}
${link === null ? "" : buttonOf(letter, link)}${code === null ? "" : codeOf(code)}${paragraphs(letter.closing)}
<p style="margin:24px 0 0;${MUTED}">${escapeHtml(host)}</p>
</div>
</body>
</html>
`;
}

function paragraphs(lines: readonly string[]): string {
  return lines.map((line) => `<p style="margin:0 0 16px">${escapeHtml(line)}</p>`).join("\n");
}

function buttonOf(letter: Letter | LinkLetter, link: string): string {
  const href = escapeHtml(link);
  const label = "button" in letter ? escapeHtml(letter.button) : href;
  const style =
    "display:inline-block;padding:12px 20px;border-radius:6px;background:#1d4ed8;color:#ffffff;text-decoration:none";
  return `<p style="margin:0 0 16px"><a href="${href}" style="${style}">${label}</a></p>
<p style="margin:0 0 16px;${MUTED};word-break:break-all"><a href="${href}" style="color:inherit">${href}</a></p>
`;
}

function codeOf(code: string): string {
  const style = "margin:0 0 16px;font-size:32px;letter-spacing:4px;font-family:ui-monospace,Menlo,Consolas,monospace";
  return `<p style="${style}">${escapeHtml(code)}</p>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
