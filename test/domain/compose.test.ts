import { describe, expect, it } from "vitest";
import { composeMail, composeSms, plainName } from "../../src/domain/compose.ts";
import { LANGUAGES } from "../../src/domain/language.ts";
import { LINK_PATHS, type Mail, type MailKind } from "../../src/domain/mail.ts";

const issuer = "https://auth.example.com";
const token = "VGhpcyBpcyBhIHRva2Vu_-8";
const link = { token, lifetimeSeconds: 86_400 };

const MAILS: { [Kind in MailKind]: Mail<Kind> } = {
  verify_email: { kind: "verify_email", ...link },
  reset_password: { kind: "reset_password", ...link },
  password_changed: { kind: "password_changed" },
  account_deleted: { kind: "account_deleted" },
  address_taken: { kind: "address_taken" },
  confirm_email_change: { kind: "confirm_email_change", ...link },
  email_change_notice: { kind: "email_change_notice", newEmail: "new@example.com", ...link },
  email_code: { kind: "email_code", code: "482913", lifetimeSeconds: 300 },
  login_code_used: { kind: "login_code_used" },
  identity_linked: { kind: "identity_linked" },
  phone_added: { kind: "phone_added", phone: "+15557122661" },
  invitation: { kind: "invitation", organization: "Analytical Engines", inviter: "Ada Lovelace", ...link },
};

describe.each(LANGUAGES)("mail in %s", (language) => {
  const composed = Object.values(MAILS).map((mail) => ({ mail, ...composeMail({ issuer, language, mail }) }));

  it.each(composed)(
    "$mail.kind: a subject of one line, and the same words as text and as HTML",
    ({ subject, text, html }) => {
      expect(subject).toMatch(/^[^\p{C}]{5,80}$/u);
      expect(html).toContain(`<html lang="${language}">`);
      const paragraphs = text.split("\n\n").filter((block) => !/^(https:|--|\d{6}$)/.test(block));
      expect(paragraphs.length).toBeGreaterThanOrEqual(2);
      for (const paragraph of paragraphs) {
        expect(html).toContain(paragraph.replaceAll('"', "&quot;").replaceAll("'", "&#39;"));
      }
    },
  );

  it.each(composed)("$mail.kind: its link, if any, alone on one line and nowhere else, and on the button", (one) => {
    const path = Object.entries(LINK_PATHS).find(([kind]) => kind === one.mail.kind)?.[1];
    const links = path === undefined ? [] : [`${issuer}${path}?token=${token}`];
    expect(one.text.split("\n").filter((line) => line.includes("://"))).toEqual(links);
    const hrefs = [...one.html.matchAll(/href="([^"]*)"/g)].map((match) => match[1]);
    expect(new Set(hrefs)).toEqual(new Set(links));
  });

  it.each(composed)("$mail.kind: loads nothing and runs nothing", ({ html }) => {
    expect(html).not.toMatch(/<(script|img|link|style|iframe|form)|url\(|\son\w+=/i);
  });

  it("a code stands in the subject, and alone on a line", () => {
    const { subject, text, html } = composeMail({ issuer, language, mail: MAILS.email_code });
    expect(subject).toContain("482913");
    expect(text.split("\n")).toContain("482913");
    expect(html).toContain(">482913</p>");
  });

  it("an SMS fits one or two segments and names the host", () => {
    const text = composeSms({ issuer, language, sms: { kind: "sms_code", code: "482913", lifetimeSeconds: 300 } });
    expect(text).toContain("482913");
    expect(text).toContain("auth.example.com");
    expect(text.length).toBeLessThan(134); // two segments of UCS-2
  });

  it("says how long a link or code is good", () => {
    const { text } = composeMail({ issuer, language, mail: { ...MAILS.reset_password, lifetimeSeconds: 1_800 } });
    expect(text).toMatch(/30 minut[eo]s/);
  });
});

it("no two languages have a paragraph in common", () => {
  const paragraphs = LANGUAGES.map((language) =>
    Object.values(MAILS).flatMap((mail) =>
      composeMail({ issuer, language, mail })
        .text.split("\n\n")
        .filter((block) => / \S+ /.test(block)),
    ),
  );
  const all = paragraphs.flatMap((blocks) => [...new Set(blocks)]);
  expect(all.length).toBeGreaterThan(3 * 15);
  expect(new Set(all).size).toBe(all.length);
});

describe("a name that somebody chose", () => {
  const invite = (organization: string, inviter = "Ada") =>
    composeMail({ issuer, language: "en", mail: { kind: "invitation", organization, inviter, ...link } });

  it("is no HTML", () => {
    const { html, subject } = invite(`<img src=x onerror=alert(1)>`, `"><script>alert(1)</script>`);
    expect(html).not.toMatch(/<(img|script)/);
    expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(subject).toContain("<img"); // a header is no HTML
  });

  it("adds no line, neither to the subject nor to the text", () => {
    const { subject, text } = invite("Acme\r\nBcc: everybody@example.com\u2028x", "Ada\n\nhttps://evil.example/");
    expect(subject).not.toMatch(/[\r\n\u2028]/);
    expect(text.split("\n").filter((line) => line.startsWith("Bcc") || line.startsWith("https://evil"))).toEqual([]);
  });

  it("holds nothing that a mail program would make a link of", () => {
    const { text, html, subject } = invite("Win at www.evil.example/prize now", "support@evil.example");
    for (const written of [text, html, subject]) {
      expect(written).not.toMatch(/\w\.evil|evil\.example|@evil|example\/prize/);
      expect(written.replaceAll("\u2060", "")).toContain("Win at www.evil.example/prize now");
    }
  });

  it("keeps what names are made of", () => {
    expect(plainName("Ada Lovelace, Ltd.")).toBe("Ada Lovelace, Ltd.");
    expect(plainName("J. R. R. Tolkien")).toBe("J. R. R. Tolkien");
    expect(plainName("محمد می\u200cخواهم 李小龍 👩\u200d🔬")).toBe("محمد می\u200cخواهم 李小龍 👩\u200d🔬");
  });

  it("can't turn the direction of writing", () => {
    expect(plainName("Acme \u202egnisinrut\u202c \u2066x\u2069")).toBe("Acme gnisinrut x");
  });

  it("is cut after 80 characters, never within one", () => {
    expect([...plainName("👩".repeat(300))]).toHaveLength(80);
    expect(plainName("👩".repeat(300))).toMatch(/^(👩)+…$/u);
  });
});
