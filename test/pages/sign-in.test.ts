import { beforeEach, describe, expect, it } from "vitest";
import { WORDS } from "../../src/pages/words.ts";
import { escaped, signedIn, signIn, Visitor } from "../pages.ts";
import { registerProtected } from "../two-factor.ts";
import { ADA, emptyStorage, register, startWorld, type World } from "../world.ts";

const { problems, entry, notes } = WORDS.en;

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld({ RETURN_TO_ORIGINS: "https://app.example.com" });
});

describe("signing in", () => {
  it("leads to the account, with a session of the pages' own", async () => {
    const visitor = await signedIn(world);
    expect(visitor.page?.headers.get("Location")).toBe("/account");
    const { results } = await world.bindings.DB.prepare("SELECT client_id, amr FROM sessions").all();
    expect(results).toEqual([{ client_id: "pages", amr: '["pwd"]' }]);
  });

  it("keeps both tokens in cookies of this host alone, which no script can read", async () => {
    const visitor = await signedIn(world);
    const cookies = visitor.page?.headers.getSetCookie() ?? [];
    expect(cookies.map((cookie) => cookie.split("=")[0])).toEqual(["__Host-access", "__Host-refresh"]);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__Host-\w+=[\w.-]+; Max-Age=2592000; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
    }
  });

  it("tells an unknown address and a wrong password apart by nothing", async () => {
    await register(world);
    const answers = await Promise.all(
      [
        { email: ADA.email, password: "wrong" },
        { email: "nobody@example.com", password: "wrong" },
      ].map(async (typed) => {
        const visitor = new Visitor(world);
        await visitor.get("/login");
        const answer = await visitor.submit("/pages/login", typed);
        expect(answer.status).toBe(401);
        expect(answer.text).toContain(escaped(problems.wrong_login.title));
        expect(answer.text).not.toContain('value="wrong"');
        const names = [...answer.headers.keys()].filter((name) => name !== "x-request-id");
        const plain = answer.text
          .replaceAll(typed.email, "ADDRESS")
          .replaceAll(/nonce="[\w-]+"|value="\w+\.\d\.[\w-]{43}"/g, "");
        return { names, plain };
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
  });

  it("ties the problem to the field, and keeps what was typed but the password", async () => {
    const visitor = new Visitor(world);
    await visitor.get("/login");
    const { text } = await visitor.submit("/pages/login", { email: "nobody@example.com", password: "wrong" });
    expect(text).toContain('role="alert" id="login-problem"');
    expect(text).toMatch(/<input[^>]*name="password"[^>]*aria-describedby="login-problem" aria-invalid="true"/);
    expect(text).toContain('value="nobody@example.com"');
    expect(/<title>(.*)<\/title>/.exec(text)?.[1]).toBe(
      `${escaped(problems.wrong_login.title)} · ${entry.signIn.title}`,
    );
  });

  it("asks for the second factor where the account has one", async () => {
    const { app } = await registerProtected(world);
    const visitor = await signIn(new Visitor(world), "/account/keys");
    expect(visitor.cookies.has("__Host-access")).toBe(false);
    expect((await visitor.follow()).text).toContain(entry.secondFactor.title);
    const wrong = await visitor.submit("/pages/second-factor", { code: app.wrongCode() });
    expect(wrong.status).toBe(401);
    expect(wrong.text).toContain(problems.wrong_code.title);
    const code = app.code();
    const right = await visitor.submit("/pages/second-factor", { code: `${code.slice(0, 3)} ${code.slice(3)}` });
    expect(right.status).toBe(303);
    expect(right.headers.get("Location")).toBe("/account/keys");
    expect([...visitor.cookies.keys()].sort()).toEqual(["__Host-access", "__Host-refresh", "__Host-visit"]);
  });

  it("has nothing to show for a second factor without a first", async () => {
    const visitor = new Visitor(world);
    expect((await visitor.get("/second-factor?return_to=/account")).headers.get("Location")).toBe(
      "/login?return_to=%2Faccount",
    );
  });

  it("leads who is signed in on at once", async () => {
    const visitor = await signedIn(world);
    for (const path of ["/login", "/register", "/second-factor"]) {
      expect((await visitor.get(path)).headers.get("Location")).toBe("/account");
    }
  });
});

describe("return_to", () => {
  const good = {
    "/account/keys?page=2": "/account/keys?page=2",
    "https://app.example.com": "https://app.example.com/",
    "https://app.example.com/a?b=c#d": "https://app.example.com/a?b=c#d",
    "HTTPS://APP.example.com:443/x": "https://app.example.com/x",
  };

  it.each(Object.entries(good))("%s leads there", async (returnTo, location) => {
    const visitor = await signedIn(world, returnTo);
    expect(visitor.page?.headers.get("Location")).toBe(location);
    expect((await visitor.get(`/login?${new URLSearchParams({ return_to: returnTo })}`)).headers.get("Location")).toBe(
      location,
    );
  });

  const bad = [
    "https://evil",
    "https://evil.example",
    "//evil",
    "///evil",
    "/\\evil",
    "\\\\evil",
    "/\t/evil",
    "/.//evil",
    "/x/..//evil",
    " https://app.example.com",
    "javascript:alert(1)",
    "blob:https://app.example.com/inbox",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "https:evil",
    "https://app.example.com.evil",
    "https://app.example.com@evil",
    "https://evil@app.example.com",
    "http://app.example.com",
    "https://app.example.com:444",
    "evil",
    "?x",
    `/${"x".repeat(3_000)}`,
  ];

  it.each(bad)("%j is ignored", async (returnTo) => {
    const visitor = await signedIn(world, returnTo);
    expect(visitor.page?.headers.get("Location")).toBe("/account");
    const { headers } = await visitor.get(`/login?${new URLSearchParams({ return_to: returnTo })}`);
    expect(headers.get("Location")).toBe("/account");
  });

  it("names the application in the page's policy, or browsers would not follow; and no other", async () => {
    const policy = async (returnTo: string) =>
      (await new Visitor(world).get(`/login?return_to=${returnTo}`)).headers.get("Content-Security-Policy");
    expect(await policy("https://app.example.com/x")).toContain("form-action 'self' https://app.example.com;");
    expect(await policy("https://evil.example/x")).toContain("form-action 'self';");
  });
});

describe("a session in cookies", () => {
  it("is renewed on the server when its access token is over, by two tabs at once too", async () => {
    const visitor = await signedIn(world);
    world.clock.advance(3_601);
    const before = Object.fromEntries(visitor.cookies);
    const cookie = { Cookie: [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join("; ") };
    const tabs = await Promise.all([1, 2].map(() => new Visitor(world).get("/", cookie)));
    const refreshed = tabs.map(({ text, headers }) => {
      expect(text).toContain(ADA.email);
      return headers.getSetCookie().find((set) => set.startsWith("__Host-refresh="));
    });
    expect(refreshed[0]).toBe(refreshed[1]);
    expect(refreshed[0]).not.toContain(before["__Host-refresh"]);
  });

  it("that has ended is forgotten, and the way leads through the login and back", async () => {
    const visitor = await signedIn(world);
    await world.bindings.DB.prepare("UPDATE sessions SET revoked_at = 1").run();
    await visitor.get("/account");
    expect(visitor.page?.headers.get("Location")).toBe("/login?return_to=%2Faccount");
    expect([...visitor.cookies.keys()]).not.toContain("__Host-access");
    expect((await visitor.follow()).text).toContain(notes.sign_in_first);
    expect((await visitor.get("/login")).text).not.toContain(notes.sign_in_first);
  });

  it("ends with a press on the button, and its tokens with it", async () => {
    const visitor = await signedIn(world);
    const token = visitor.cookies.get("__Host-access");
    await visitor.get("/account");
    const out = await visitor.submit("/pages/sign-out");
    expect(out.headers.get("Location")).toBe("/login");
    expect((await visitor.follow()).text).toContain(notes.signed_out);
    expect((await world.ask("/v1/auth/me", { token })).status).toBe(401);
    expect((await visitor.get("/account")).status).toBe(303);
  });

  it("is no credential for the API: no header, no caller", async () => {
    const visitor = await signedIn(world);
    expect((await visitor.get("/v1/auth/me")).status).toBe(401);
  });
});
