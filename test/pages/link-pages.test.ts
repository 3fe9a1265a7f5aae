import { beforeEach, describe, expect, it } from "vitest";
import { REFUSALS } from "../../src/domain/error.ts";
import { LANGUAGES } from "../../src/domain/language.ts";
import { LINK_PAGES } from "../../src/pages/link-pages.tsx";
import { ANSWERS } from "../../src/pages/problems.ts";
import { STYLE } from "../../src/pages/style.ts";
import { WORDS } from "../../src/pages/words.ts";
import { linkToken } from "../mail.ts";
import { post } from "../pages.ts";
import { ADA, emptyStorage, logIn, register, startWorld, type World } from "../world.ts";

const NEW_EMAIL = "ada@lovelace.example";
const NEW_PASSWORD = "another horse battery";
const RECIPIENTS = {
  verify_email: ADA.email,
  reset_password: ADA.email,
  confirm_email_change: NEW_EMAIL,
  undo_email_change: ADA.email,
};

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  await register(world);
});

/** Asks for every mail that bears a link. */
async function mailEverything(): Promise<void> {
  await world.ask("/api/forgot-password", { json: { email: ADA.email } });
  const token = await logIn(world);
  await world.ask("/v1/auth/me", { method: "PATCH", token, json: { email: NEW_EMAIL } });
}

/** Everything stored that a use of a link would change. */
async function state(): Promise<unknown> {
  const { DB } = world.bindings;
  const tables = ["users", "challenges", "sessions", "organizations", "projects", "outbox", "audit_log"];
  return Promise.all(tables.map(async (table) => (await DB.prepare(`SELECT * FROM ${table}`).all()).results));
}

describe.each(LINK_PAGES)("$path", ({ kind, path, forms, asksPassword }) => {
  const action = forms[0]?.action ?? "";
  const fieldsFor = (token: string) => ({ token, ...(asksPassword ? { new_password: NEW_PASSWORD } : {}) });
  const mailedToken = async () => {
    await mailEverything();
    return linkToken(world, { to: RECIPIENTS[kind], path });
  };

  it("asks by GET, and spends nothing by GET or HEAD, however often a scanner looks", async () => {
    const token = await mailedToken();
    const before = await state();
    for (const method of ["GET", "HEAD", "GET"]) {
      const answer = await world.ask(`${path}?token=${token}`, { method });
      expect(answer.status).toBe(200);
      expect(answer.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
    }
    expect(await state()).toEqual(before);
    expect((await post(world, action, fieldsFor(token))).status).toBe(200);
    expect(await state()).not.toEqual(before);
  });

  it("shows a form that posts the token to its own address, and for which account it is", async () => {
    const token = await mailedToken();
    const { text } = await world.ask(`${path}?token=${token}`);
    expect(text).toContain(`<form method="post" action="${action}">`);
    expect(text).toContain(`<input type="hidden" name="token" value="${token}"/>`);
    expect(text).toContain(`<p class="who">${RECIPIENTS[kind]}</p>`);
    expect(text.includes('type="password"')).toBe(asksPassword);
  });

  it("works once: then the link, like an unknown or missing one, is 404 with words", async () => {
    const token = await mailedToken();
    expect((await post(world, action, fieldsFor(token))).text).toContain(WORDS.en.links[kind].done.title);
    const again = [
      await post(world, action, fieldsFor(token)),
      await post(world, action, fieldsFor("A".repeat(43))),
      await world.ask(`${path}?token=${token}`),
      await world.ask(path),
    ];
    for (const { status, text } of again) {
      expect(status).toBe(404);
      expect(text).toContain("This link doesn&#39;t work any more");
    }
  });

  it("refuses a post that another site sent, and spends nothing", async () => {
    const token = await mailedToken();
    const before = await state();
    const origin = (value: string) => ({ "Sec-Fetch-Site": undefined, Origin: value });
    for (const headers of [
      { "Sec-Fetch-Site": "cross-site" },
      { "Sec-Fetch-Site": "same-site" },
      origin("https://evil.example"),
      origin("http://localhost:8787.evil.example"),
    ]) {
      const refused = await post(world, action, fieldsFor(token), headers);
      expect(refused.status).toBe(403);
      expect(refused.text).toContain(WORDS.en.problems.not_accepted.title);
    }
    expect(await state()).toEqual(before);
    expect((await post(world, action, fieldsFor(token), origin("http://localhost:8787"))).status).toBe(200);
  });

  it("takes a form alone", async () => {
    const token = await mailedToken();
    const json = await world.ask(action, { json: fieldsFor(token) });
    expect(json.status).toBe(415);
    const long = await post(world, action, { token: "x".repeat(70_000) });
    expect(long.status).toBe(413);
  });

  it("loads nothing and runs only its own script, is framed by nobody, sets no cookie and is kept by no cache", async () => {
    const token = await mailedToken();
    const answers = await Promise.all([1, 2].map(() => world.ask(`${path}?token=${token}`)));
    const nonces = answers.map(({ text, headers }) => {
      const nonce = /<style nonce="([\w-]{22})">/.exec(text)?.[1] ?? "no nonce";
      expect(headers.get("Content-Security-Policy")).toBe(
        `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      );
      expect(/<style[^>]*>([^<]*)</.exec(text)?.[1]).toBe(STYLE);
      expect(text.match(/<script[^>]*>/g)).toEqual([`<script nonce="${nonce}">`]);
      expect(text).not.toMatch(/<img|style=|https?:/i);
      expect(headers.get("Set-Cookie")).toBeNull();
      expect(headers.get("Cache-Control")).toBe("no-store");
      expect(headers.get("Referrer-Policy")).toBe("no-referrer");
      return nonce;
    });
    expect(new Set(nonces).size).toBe(2);
  });

  it.each(LANGUAGES)("speaks %s", async (language) => {
    const token = await mailedToken();
    const headers = { "Accept-Language": `${language}-XX,en;q=0.1` };
    const asked = await world.ask(`${path}?token=${token}`, { headers });
    expect(asked.text).toContain(`<html lang="${language}">`);
    expect(asked.text).toContain(WORDS[language].links[kind].button);
    expect(asked.headers.get("Content-Language")).toBe(language);
    expect(asked.headers.get("Vary")).toContain("Accept-Language");
  });
});

describe("the form for a new password", () => {
  const PATH = "/reset-password";
  const ACTION = "/pages/reset-password";

  async function resetLink(): Promise<string> {
    await world.ask("/api/forgot-password", { json: { email: ADA.email } });
    return linkToken(world, { to: ADA.email, path: PATH });
  }

  it("is shown again, with the problem beside the field, when the password is too weak; the link stays good", async () => {
    const token = await resetLink();
    const weak = await post(world, ACTION, { token, new_password: "password" });
    expect(weak.status).toBe(400);
    expect(weak.text).toContain('role="alert"');
    expect(weak.text).toContain('aria-invalid="true"');
    expect(weak.text).toContain(`value="${token}"`);
    expect(weak.text).not.toContain('value="password"');
    expect((await post(world, ACTION, { token, new_password: NEW_PASSWORD })).status).toBe(200);
    expect(await logIn(world, { password: NEW_PASSWORD })).toBeTypeOf("string");
  });

  it("takes the password as it was typed: spaces, plus signs and letters beyond ASCII", async () => {
    const typed = " ñandú + 100% & mañana ";
    await post(world, ACTION, { token: await resetLink(), new_password: typed });
    expect(await logIn(world, { password: typed })).toBeTypeOf("string");
  });

  it("can be tried again when storage was down", async () => {
    const token = await resetLink();
    const down = startWorld({ DB: failingDatabase() });
    const refused = await post(down, ACTION, { token, new_password: NEW_PASSWORD });
    expect(refused.status).toBe(503);
    expect(refused.headers.get("Retry-After")).toBe("1");
    expect(refused.text).toContain(`value="${token}"`);
    expect((await post(world, ACTION, { token, new_password: NEW_PASSWORD })).status).toBe(200);
  });
});

/** A database that answers nothing. */
function failingDatabase(): unknown {
  const fail = () => Promise.reject(new Error("D1 is down"));
  const statement = { bind: () => statement, all: fail, run: fail, first: fail, raw: fail };
  return { prepare: () => statement, batch: fail };
}

describe("every refusal", () => {
  it.each(REFUSALS)("%s has words in every language", (refusal) => {
    for (const language of LANGUAGES) {
      const { title, text } = WORDS[language].problems[ANSWERS[refusal].problem];
      expect(title.length * text.length).toBeGreaterThan(0);
    }
  });

  it("and every page has words that no other language has", () => {
    for (const { kind } of LINK_PAGES) {
      const titles = LANGUAGES.map((language) => WORDS[language].links[kind].title);
      expect(new Set(titles).size).toBe(LANGUAGES.length);
    }
  });
});
