import { beforeEach, describe, expect, it } from "vitest";
import { PAGES } from "../../src/pages/pages.ts";
import { WORDS } from "../../src/pages/words.ts";
import { signedIn, Visitor } from "../pages.ts";
import { ADA, emptyStorage, startWorld, type World } from "../world.ts";

const { problems } = WORDS.en;
const ALL = PAGES.flatMap(({ access, forms }) => forms.map((form) => ({ ...form, access })));
// what another site may post is held to the proof that it bears, beside its own tests
const FORMS = ALL.filter(({ fromElsewhere }) => !fromElsewhere);
const WITH_TOKEN = FORMS.filter(({ access }) => access !== "link");

let world: World;
let visitor: Visitor;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  visitor = await signedIn(world);
});

async function changes(): Promise<unknown> {
  const tables = ["users", "sessions", "api_keys", "outbox", "audit_log", "second_factors"];
  return Promise.all(
    tables.map(async (table) => (await world.bindings.DB.prepare(`SELECT * FROM ${table}`).all()).results),
  );
}

describe.each(FORMS)("$action", ({ action }) => {
  it("refuses what another site sends, whatever its content type", async () => {
    const before = await changes();
    const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const senders = [
      { "Sec-Fetch-Site": "cross-site" },
      { "Sec-Fetch-Site": "same-site" },
      { Origin: "https://evil.example" },
    ];
    const bodies = [
      { type: "application/x-www-form-urlencoded", body: "email=x" },
      { type: "application/json", body: "{}" },
      { type: "text/plain", body: "{}" },
      { type: null, body: new Uint8Array([123, 125]) },
    ];
    for (const sender of senders) {
      for (const { type, body } of bodies) {
        const headers = { ...sender, Cookie: cookie, ...(type === null ? {} : { "Content-Type": type }) };
        const refused = await world.ask(action, { body, headers: headers as Record<string, string> });
        expect(refused.status).toBe(403);
        expect(refused.headers.get("Set-Cookie")).toBeNull();
      }
    }
    expect(await changes()).toEqual(before);
  });

  it("takes a form alone, from our own page too", async () => {
    const own = { "Sec-Fetch-Site": "same-origin" };
    expect((await world.ask(action, { json: {}, headers: own })).status).toBe(415);
    expect((await world.ask(action, { body: new Uint8Array([123, 125]), headers: own })).status).toBe(415);
  });
});

describe.each(WITH_TOKEN)("$action", ({ action }) => {
  it("refuses a form without the visitor's own token", async () => {
    const before = await changes();
    const other = new Visitor(world);
    await other.get("/login");
    const foreign = other.hidden("/pages/login").form_token ?? "";
    for (const form_token of ["", "x", foreign]) {
      const refused = await visitor.send(action, { form_token });
      expect(refused.status).toBe(403);
      expect(refused.text).toContain(problems.not_accepted.title);
    }
    expect(await changes()).toEqual(before);
  });
});

describe("a form's token", () => {
  it("is asked of every form but those that bear a proof of their own", () => {
    const others = ALL.filter((form) => !WITH_TOKEN.includes(form)).map(({ action }) => action);
    expect(others.sort()).toEqual([
      "/pages/accept-invitation",
      "/pages/confirm-email-change",
      "/pages/google",
      "/pages/reset-password",
      "/pages/undo-email-change",
      "/pages/verify-email",
    ]);
  });

  it("of a visit without cookies is refused, and the next one is good", async () => {
    const fresh = new Visitor(world);
    await fresh.get("/login");
    fresh.cookies.clear();
    const typed = { email: ADA.email, password: ADA.password };
    expect((await fresh.submit("/pages/login", typed)).status).toBe(403);
    expect((await fresh.submit("/pages/login", typed)).status).toBe(303);
  });

  it("of the time before signing in is none afterwards", async () => {
    const fresh = new Visitor(world);
    await fresh.get("/login");
    const before = fresh.hidden("/pages/login");
    await fresh.submit("/pages/login", { email: ADA.email, password: ADA.password });
    expect((await fresh.send("/pages/sign-out", before)).status).toBe(403);
  });

  it("is asked for again by its address: that leads to the page", async () => {
    expect((await visitor.get("/pages/login")).headers.get("Location")).toBe("/login");
  });
});
