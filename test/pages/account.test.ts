import { beforeEach, describe, expect, it } from "vitest";
import { WORDS } from "../../src/pages/words.ts";
import { Authenticator } from "../authenticator.ts";
import { linkToken } from "../mail.ts";
import { signedIn, signIn, Visitor } from "../pages.ts";
import { scan } from "../qr.ts";
import { ADA, emptyStorage, logIn, register, startWorld, type World } from "../world.ts";

const { problems, account, notes } = WORDS.en;
const NEW_PASSWORD = "another horse battery";

let world: World;
let visitor: Visitor;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  visitor = await signedIn(world);
});

/** Fills in one form of a page and follows where it leads. */
async function fillIn(path: string, action: string, typed: Record<string, string> = {}): Promise<string> {
  await visitor.get(path);
  const answer = await visitor.submit(action, typed);
  return answer.status === 303 ? (await visitor.follow()).text : answer.text;
}

async function texts(to: string): Promise<string[]> {
  const { json } = await world.ask(`/dev/outbox?to=${encodeURIComponent(to)}`);
  return json.messages.map(({ text }: { text: string }) => text);
}

describe("the profile", () => {
  it("shows the name, and saves another", async () => {
    expect((await visitor.get("/account")).text).toContain(`value="${ADA.full_name}"`);
    const saved = await fillIn("/account", "/pages/name", { full_name: "Ada <b>King</b>" });
    expect(saved).toContain(notes.name_saved);
    expect(saved).toContain('value="Ada &lt;b&gt;King&lt;/b&gt;"');
  });

  it("changes the address once the mailed link is used", async () => {
    const asked = await fillIn("/account", "/pages/email", { email: "ada@lovelace.example" });
    expect(asked).toContain(notes.email_asked);
    expect(asked).toContain(ADA.email);
    const token = await linkToken(world, { to: "ada@lovelace.example", path: "/confirm-email-change" });
    await visitor.get(`/confirm-email-change?token=${token}`);
    await visitor.submit("/pages/confirm-email-change");
    expect((await visitor.get("/account")).text).toContain("ada@lovelace.example");
    await signIn(new Visitor(world), "/account", { email: "ada@lovelace.example" });
  });

  it("shows by nothing that somebody else has the new address", async () => {
    await register(world, { email: "grace@example.com" });
    const plain = (text: string) => text.replaceAll(/nonce="[\w-]+"/g, "");
    const taken = plain(await fillIn("/account", "/pages/email", { email: "grace@example.com" }));
    const fresh = plain(await fillIn("/account", "/pages/email", { email: "nobody@example.com" }));
    expect(taken).toBe(fresh);
  });

  it("sends the link again for an address that nobody has confirmed", async () => {
    expect(await fillIn("/account", "/pages/resend-verification")).toContain(notes.verification_sent);
    expect(await texts(ADA.email)).toHaveLength(2);
  });

  it("takes a phone number by the code sent there, and removes it", async () => {
    const asked = await fillIn("/account", "/pages/phone", { phone: "+44 (0)".replace("(0)", "7700 900123") });
    expect(asked).toContain(notes.phone_asked);
    const code = /\d{6}/.exec((await texts("+447700900123"))[0] ?? "")?.[0] ?? "";
    const wrong = await fillIn("/account", "/pages/confirm-phone", { code: code === "111111" ? "222222" : "111111" });
    expect(wrong).toContain(problems.wrong_code.title);
    expect(await fillIn("/account", "/pages/confirm-phone", { code })).toContain(notes.phone_saved);
    expect(await fillIn("/account", "/pages/remove-phone")).toContain(account.profile.noPhone);
  });

  it("says which field is wrong", async () => {
    const page = await fillIn("/account", "/pages/phone", { phone: "12" });
    expect(page).toMatch(/id="phone-phone" name="phone" value="12" required="" aria-describedby="phone-problem/);
    expect(page).not.toMatch(/id="email-email"[^>]*aria-invalid/);
  });
});

describe("the password", () => {
  it("is changed by who knows it; other devices are signed out", async () => {
    const token = await logIn(world);
    const wrong = await fillIn("/account/security", "/pages/password", {
      password: "wrong",
      new_password: NEW_PASSWORD,
    });
    expect(wrong).toContain(problems.wrong_password.title);
    expect(wrong).toMatch(/name="password"[^>]*aria-invalid="true"/);
    const typed = { password: ADA.password, new_password: NEW_PASSWORD };
    expect(await fillIn("/account/security", "/pages/password", typed)).toContain(notes.password_changed);
    expect((await world.ask("/v1/auth/me", { token })).status).toBe(401);
    expect(await logIn(world, { password: NEW_PASSWORD })).toBeTypeOf("string");
  });
});

describe("sessions", () => {
  const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

  async function another(): Promise<string> {
    const answer = await world.ask("/v1/auth/login", {
      json: { email: ADA.email, password: ADA.password },
      headers: { "User-Agent": FIREFOX },
    });
    return answer.json.access_token;
  }

  it("are shown with their device, and one of them can be ended", async () => {
    const token = await another();
    const { text } = await visitor.get("/account/security");
    expect(text).toContain("<strong>Firefox on Linux</strong>");
    expect(text).toContain("203.0.113.7");
    expect(text).toContain(account.security.through("datix"));
    expect(await fillIn("/account/security", "/pages/end-session")).toContain(notes.session_ended);
    expect((await world.ask("/v1/auth/me", { token })).status).toBe(401);
    expect((await visitor.get("/account/security")).text).not.toContain("Firefox");
  });

  it("of somebody else can't be ended", async () => {
    await register(world, { email: "grace@example.com" });
    await logIn(world, { email: "grace@example.com" });
    const { results } = await world.bindings.DB.prepare("SELECT id FROM sessions ORDER BY rowid DESC").all();
    await another();
    await visitor.get("/account/security");
    const answer = await visitor.submit("/pages/end-session", { session: String(results[0]?.id) });
    expect(answer.status).toBe(404);
    expect(answer.text).toContain(problems.gone.title.replace("'", "&#39;"));
  });

  it("can all be ended but this one", async () => {
    await another();
    await another();
    expect(await fillIn("/account/security", "/pages/end-other-sessions")).toContain(notes.others_ended);
    expect((await visitor.get("/account/security")).text).not.toContain("Firefox");
  });

  it("are shown fifteen at once", async () => {
    const columns = "user_id, organization_id, client_id, amr, created_at, expires_at";
    await world.bindings.DB.prepare(
      `INSERT INTO sessions (id, ${columns}, user_agent) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 45)
       SELECT 'ses_' || i, ${columns}, 'curl/8' FROM sessions, n`,
    ).run();
    const count = async (page: string) => ((await visitor.get(page)).text.match(/<li><div><p><strong>/g) ?? []).length;
    expect(await count("/account/security")).toBe(15);
    expect(await count("/account/security?page=4")).toBe(1);
    expect(await count("/account/security?page=99")).toBe(15);
    expect(visitor.page?.text.length).toBeLessThan(30_000);
  });
});

describe("two-factor authentication", () => {
  const PATH = "/account/security/two-factor";

  async function begin(): Promise<{ app: Authenticator; codes: string[] }> {
    const text = await fillIn(PATH, "/pages/two-factor/begin");
    const uri = scan(/<img class="qr" src="([^"]+)"/.exec(text)?.[1] ?? "").text ?? "";
    const secret = new URL(uri).searchParams.get("secret") ?? "";
    expect(text.replaceAll(" ", "")).toContain(secret);
    return { app: new Authenticator(world, secret), codes: text.match(/(?<=<li>)\d{8}/g) ?? [] };
  }

  it("is set up from what the page shows, and shown again until a first code is right", async () => {
    const { app, codes } = await begin();
    expect(codes).toHaveLength(10);
    const wrong = await fillIn(PATH, "/pages/two-factor/confirm", { code: app.wrongCode() });
    expect(wrong).toContain(problems.wrong_code.title);
    for (const code of codes) expect(wrong).toContain(code);
    expect(await fillIn(PATH, "/pages/two-factor/confirm", { code: app.code() })).toContain(notes.second_factor_on);
    const { text } = await visitor.get(PATH);
    for (const code of codes) expect(text).not.toContain(code);
    expect(text).not.toContain("<img");
  });

  it("gives new backup codes to who knows the password, and is turned off by password and code", async () => {
    const { app } = await begin();
    await fillIn(PATH, "/pages/two-factor/confirm", { code: app.code() });
    const wrong = await fillIn(PATH, "/pages/two-factor/codes", { password: "wrong" });
    expect(wrong).toContain(problems.wrong_password.title);
    const shown = await fillIn(PATH, "/pages/two-factor/codes", { password: ADA.password });
    const [code = ""] = shown.match(/(?<=<li>)\d{8}/g) ?? [];
    expect(await fillIn(PATH, "/pages/two-factor/off", { password: ADA.password, code })).toContain(
      notes.second_factor_off,
    );
    expect((await visitor.get("/account/security")).text).toContain(account.security.setUp);
  });

  it("set up in another tab meanwhile is said so", async () => {
    const { app } = await begin();
    const token = visitor.cookies.get("__Host-access");
    await world.ask("/v1/auth/confirm-2fa", { token, json: { code: app.code() } });
    const late = await visitor.submit("/pages/two-factor/confirm", { code: app.code() });
    expect(late.status).toBe(409);
  });
});

describe("API keys", () => {
  const PATH = "/account/keys";
  const typed = { name: "CI <robot>", expires_in_days: "90", rate_limit: "50" };

  async function make(): Promise<string> {
    const text = await fillIn(PATH, "/pages/make-key", typed);
    return /lk_live_\w{33}/.exec(text)?.[0] ?? "";
  }

  it("are shown once when they are made, and work", async () => {
    const key = await make();
    const me = await world.ask("/v1/auth/me", { headers: { "X-API-Key": key } });
    expect(me.json.email).toBe(ADA.email);
    const { text } = await visitor.get(PATH);
    expect(text).toContain("CI &lt;robot&gt;");
    expect(text).toContain(`${key.slice(0, 11)}…`);
    expect(text).not.toContain(key);
  });

  it("are drawn with what was used of them", async () => {
    await make();
    const today = Math.floor(world.clock.now() / 86_400);
    await world.bindings.DB.prepare(
      `INSERT INTO api_key_usage (key_id, day, requests) SELECT id, ${today}, 40 FROM api_keys UNION ALL SELECT id, ${today - 2}, 10 FROM api_keys`,
    ).run();
    const { text } = await visitor.get(PATH);
    expect(text).toContain('aria-label="50 requests in 30 days"');
    expect(text).toContain('d="M145 20v-20h4v20zM135 20v-5h4v5z"');
  });

  it("are refused with a number that is none, and everything typed is still there", async () => {
    const text = await fillIn(PATH, "/pages/make-key", { ...typed, rate_limit: "0" });
    expect(text).toContain(problems.not_understood.title);
    expect(text).toContain('value="CI &lt;robot&gt;"');
    expect(text).toContain('<option value="90" selected="">');
  });

  it("are revoked by a press", async () => {
    const key = await make();
    expect(await fillIn(PATH, "/pages/revoke-key")).toContain(notes.key_revoked);
    expect((await world.ask("/v1/auth/me", { headers: { "X-API-Key": key } })).status).toBe(401);
    expect((await visitor.get(PATH)).text).toContain(account.keys.none);
  });
});

describe("the data of an account", () => {
  const PATH = "/account/data";

  it("are a file to take along", async () => {
    const { headers, json } = await visitor.get("/account/data.json");
    expect(headers.get("Content-Disposition")).toBe('attachment; filename="account.json"');
    expect(json.account).toMatchObject({ email: ADA.email, full_name: ADA.full_name });
    expect(json.sessions).toHaveLength(1);
  });

  it("go with the account, for who knows the password", async () => {
    const wrong = await fillIn(PATH, "/pages/delete-account", { password: "wrong" });
    expect(wrong).toContain(problems.wrong_password.title);
    expect(await fillIn(PATH, "/pages/delete-account")).toContain(problems.wrong_password.title);
    expect(await fillIn(PATH, "/pages/delete-account", { password: ADA.password })).toContain(notes.account_deleted);
    expect([...visitor.cookies.keys()]).not.toContain("__Host-access");
    expect((await world.ask("/v1/auth/login", { json: { email: ADA.email, password: ADA.password } })).status).toBe(
      401,
    );
  });
});
