import { beforeEach, describe, expect, it } from "vitest";
import { WORDS } from "../../src/pages/words.ts";
import { linkToken } from "../mail.ts";
import { signIn, Visitor } from "../pages.ts";
import { ADA, emptyStorage, register, startWorld, type World } from "../world.ts";

const { problems, entry, links } = WORDS.en;
const TYPED = {
  full_name: ADA.full_name,
  organization_name: ADA.organization_name,
  email: ADA.email,
  new_password: ADA.password,
};

let world: World;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
});

async function fillIn(typed: Partial<typeof TYPED> = {}): Promise<Visitor> {
  const visitor = new Visitor(world);
  await visitor.get("/register");
  await visitor.submit("/pages/register", { ...TYPED, ...typed });
  return visitor;
}

async function mailsTo(to: string): Promise<string[]> {
  const { json } = await world.ask(`/dev/outbox?to=${to}`);
  return json.messages.map(({ subject }: { subject: string }) => subject);
}

describe("registering", () => {
  it("mails a link, which confirms the address; then one can sign in", async () => {
    const visitor = await fillIn();
    expect(visitor.page?.status).toBe(303);
    expect((await visitor.follow()).text).toContain(entry.checkMail.register);
    const token = await linkToken(world, { to: ADA.email, path: "/verify-email" });
    await visitor.get(`/verify-email?token=${token}`);
    expect((await visitor.submit("/pages/verify-email")).text).toContain(links.verify_email.done.title);
    await signIn(visitor);
    expect((await visitor.get("/")).text).toContain(ADA.email);
  });

  it("shows by nothing that an address has an account: its holder is told by mail", async () => {
    await register(world);
    const taken = await fillIn({ new_password: "somebody else's guess" });
    const fresh = await fillIn({ email: "grace@example.com" });
    const plain = ({ page }: Visitor) => [...(page?.headers ?? [])].filter(([name]) => name !== "x-request-id");
    const limits = plain(taken).map(([name, value]) => [name, value.replace("r=99", "r=98")]);
    expect(taken.page?.status).toBe(303);
    expect(limits).toEqual(plain(fresh).map(([name, value]) => [name, value.replace("r=97", "r=98")]));
    expect((await taken.follow()).text.replaceAll(/nonce="[\w-]+"/g, "")).toBe(
      (await fresh.follow()).text.replaceAll(/nonce="[\w-]+"/g, ""),
    );
    expect(await mailsTo(ADA.email)).toEqual(["You have an account already", "Confirm your email address"]);
    expect(await mailsTo("grace@example.com")).toEqual(["Confirm your email address"]);
    await signIn(new Visitor(world));
  });

  it("takes nothing from the budget of resets, whose rest would tell of an account", async () => {
    await register(world);
    await fillIn();
    await fillIn({ email: "grace@example.com" });
    const rests = [];
    for (const email of [ADA.email, "grace@example.com"]) {
      const visitor = new Visitor(world);
      await visitor.get("/forgot");
      const { headers } = await visitor.submit("/pages/forgot", { email });
      rests.push(/"recover:recipient";r=(\d+)/.exec(headers.get("RateLimit") ?? "")?.[1]);
    }
    expect(rests).toEqual(["4", "4"]);
  });

  it("fills nobody's mailbox, however often it is tried", async () => {
    await register(world);
    for (let times = 0; times < 7; times++) await fillIn();
    expect((await mailsTo(ADA.email)).filter((subject) => subject === "You have an account already")).toHaveLength(5);
  });

  it("keeps what was typed when the password is too weak, and names the field", async () => {
    const { page } = await fillIn({ new_password: "password" });
    expect(page?.status).toBe(400);
    expect(page?.text).toContain(problems.weak_password.title);
    expect(page?.text).toContain(`value="${TYPED.full_name}"`);
    expect(page?.text).toMatch(/name="new_password"[^>]*aria-invalid="true"/);
    expect(page?.text).not.toContain('value="password"');
  });

  it("asks to look again at what can't be an address", async () => {
    const { page } = await fillIn({ email: "ada@" });
    expect(page?.status).toBe(400);
    expect(page?.text).toContain(problems.not_understood.title);
    expect(page?.text).toMatch(/name="email"[^>]*aria-invalid="true"/);
  });
});

describe("a forgotten password", () => {
  it("is answered in one way, and mailed about where there is an account", async () => {
    await register(world);
    for (const email of [ADA.email, "nobody@example.com"]) {
      const visitor = new Visitor(world);
      await visitor.get("/forgot");
      expect((await visitor.submit("/pages/forgot", { email })).headers.get("Location")).toBe("/check-mail/forgot");
      expect((await visitor.follow()).text).toContain(entry.checkMail.forgot);
    }
    expect(await mailsTo(ADA.email)).toEqual(["Reset your password", "Confirm your email address"]);
    expect(await mailsTo("nobody@example.com")).toEqual([]);
  });
});
