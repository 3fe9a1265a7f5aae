import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WORDS } from "../../src/pages/words.ts";
import { smsCode } from "../mail.ts";
import { Visitor } from "../pages.ts";
import { CLIENT_ID, idToken, standInForGoogle } from "../standins/google.ts";
import { registerProtected } from "../two-factor.ts";
import { ADA, emptyStorage, logIn, register, startWorld, type World } from "../world.ts";

const { problems, entry } = WORDS.en;

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld({ GOOGLE_CLIENT_ID: CLIENT_ID });
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("signing in with a code", () => {
  async function ask(to: string, returnTo = "/account/keys"): Promise<Visitor> {
    const visitor = new Visitor(world);
    await visitor.get(`/login/code?return_to=${returnTo}`);
    await visitor.submit("/pages/send-code", { to });
    return visitor;
  }

  async function mailedCode(): Promise<string> {
    const { json } = await world.ask(`/dev/outbox?to=${ADA.email}`);
    return /^\d{6}/.exec(json.messages[0].subject)?.[0] ?? "";
  }

  it("takes the code mailed to the address, and leads where one came from", async () => {
    await register(world);
    const visitor = await ask(` ${ADA.email} `);
    expect(visitor.page?.text).toContain(entry.code.sent);
    const code = await mailedCode();
    const wrong = await visitor.submit("/pages/login-code", { code: code === "111111" ? "222222" : "111111" });
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain(problems.wrong_code.title);
    const right = await visitor.submit("/pages/login-code", { code });
    expect(right.headers.get("Location")).toBe("/account/keys");
    expect((await visitor.follow()).status).toBe(200);
  });

  it("takes the code sent to the phone", async () => {
    await register(world);
    const token = await logIn(world);
    await world.ask("/v1/auth/me", { method: "PATCH", token, json: { phone: "+447700900123" } });
    await world.ask("/v1/auth/verify-phone", { token, json: { code: await smsCode(world, "+447700900123") } });
    const visitor = await ask("+44 7700 900123");
    const right = await visitor.submit("/pages/login-code", { code: await smsCode(world, "+447700900123") });
    expect(right.status).toBe(303);
  });

  it("shows by nothing that nobody has the address", async () => {
    await register(world);
    const plain = ({ page }: Visitor, to: string) =>
      page?.text.replaceAll(/nonce="[\w-]+"|name="form_token" value="[^"]+"/g, "").replaceAll(to, "ADDRESS");
    const known = await ask(ADA.email);
    const unknown = await ask("nobody@example.com");
    expect(plain(unknown, "nobody@example.com")).toBe(plain(known, ADA.email));
    const refused = await unknown.submit("/pages/login-code", { code: "123456" });
    expect(refused.status).toBe(401);
  });

  it("asks for the second factor where the account has one", async () => {
    await registerProtected(world);
    const visitor = await ask(ADA.email);
    const { headers } = await visitor.submit("/pages/login-code", { code: await mailedCode() });
    expect(headers.get("Location")).toBe("/second-factor?return_to=%2Faccount%2Fkeys");
  });

  it("asks to look again at what is neither an address nor a number", async () => {
    const { page } = await ask("12");
    expect(page?.status).toBe(400);
    expect(page?.text).toMatch(/name="to" value="12"[^>]*aria-invalid="true"/);
  });
});

describe("signing in with Google", () => {
  beforeEach(() => {
    standInForGoogle();
  });
  const FROM_GOOGLE = { "Sec-Fetch-Site": "cross-site", Origin: "https://accounts.google.com" };

  async function begin(returnTo = ""): Promise<{ visitor: Visitor; asked: URLSearchParams }> {
    const visitor = new Visitor(world);
    const { status, headers } = await visitor.get(`/login/google?return_to=${returnTo}`);
    expect(status).toBe(303);
    const location = new URL(headers.get("Location") ?? "");
    expect(location.origin).toBe("https://accounts.google.com");
    return { visitor, asked: location.searchParams };
  }

  const state = (asked: URLSearchParams) => asked.get("state") ?? "";

  it("asks Google for an ID token, and is led on by what Google posts back", async () => {
    const { visitor, asked } = await begin("/account/keys");
    expect(Object.fromEntries(asked)).toMatchObject({
      client_id: CLIENT_ID,
      redirect_uri: "http://localhost:8787/pages/google",
      response_type: "id_token",
      response_mode: "form_post",
    });
    const answer = { state: state(asked), id_token: await idToken(world.clock.now()) };
    const { headers } = await visitor.send("/pages/google", answer, FROM_GOOGLE);
    expect(headers.get("Location")).toBe("/account/keys");
    expect((await visitor.follow()).status).toBe(200);
    expect([...visitor.cookies.keys()]).not.toContain("__Host-google");
  });

  it("keeps what it waits for in a cookie that comes along with a post from Google's site", async () => {
    const { visitor } = await begin();
    const [cookie] = visitor.page?.headers.getSetCookie() ?? [];
    expect(cookie).toMatch(/^__Host-google=[\w%]+; Max-Age=600; Path=\/; Secure; HttpOnly; SameSite=None$/);
  });

  it("signs nobody in who did not ask for it in this browser", async () => {
    const mine = await begin();
    const theirs = await begin();
    const id_token = await idToken(world.clock.now());
    for (const answered of [state(theirs.asked), "x"]) {
      const refused = await mine.visitor.send("/pages/google", { state: answered, id_token }, FROM_GOOGLE);
      expect(refused.status).toBe(403);
      expect(refused.headers.get("Set-Cookie")).toBeNull();
    }
    const stranger = await new Visitor(world).send(
      "/pages/google",
      { state: state(mine.asked), id_token },
      FROM_GOOGLE,
    );
    expect(stranger.status).toBe(403);
  });

  it("says so when Google refuses, or confirms somebody else's application", async () => {
    const { visitor, asked } = await begin();
    const denied = await visitor.send("/pages/google", { state: state(asked), error: "access_denied" }, FROM_GOOGLE);
    expect(denied.status).toBe(400);
    expect(denied.text).toContain(problems.google_refused.title.replace("'", "&#39;"));
    const foreign = await idToken(world.clock.now(), { aud: "another" });
    const refused = await visitor.send("/pages/google", { state: state(asked), id_token: foreign }, FROM_GOOGLE);
    expect(refused.status).toBe(401);
  });

  it("is offered only where it is configured", async () => {
    expect((await new Visitor(world).get("/login")).text).toContain(entry.signIn.google);
    world = startWorld();
    expect((await new Visitor(world).get("/login")).text).not.toContain(entry.signIn.google);
    expect((await new Visitor(world).get("/login/google")).status).toBe(404);
  });
});
