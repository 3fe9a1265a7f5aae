import { beforeEach, describe, expect, it } from "vitest";
import { linkToken, messagesTo, verificationToken } from "../mail.ts";
import { audited, founder, type Person } from "../organization.ts";
import { post } from "../pages.ts";
import { storageOf } from "../promises/things.ts";
import { emptyStorage, logIn, startWorld, type World } from "../world.ts";

const JANE = "jane@example.com";
const PASSWORD = "another horse battery";

let world: World;
let ada: Person;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  ada = await founder(world, "ada");
  await verify(ada.email);
});

async function verify(email: string): Promise<void> {
  await world.ask(`/api/verify-email/${await verificationToken(world, email)}`);
}

async function invited(email: string): Promise<string> {
  await world.ask("/v1/auth/invitations", { token: ada.token, json: { email, role: "member" } });
  return linkToken(world, { to: email, path: "/accept-invitation" });
}

const press = (token: string, fields: Record<string, string> = {}) =>
  post(world, "/pages/accept-invitation", { token, ...fields });
const newcomer = { full_name: "Jane Roe", new_password: PASSWORD };

describe("the page of an invitation", () => {
  it("spends nothing by GET or HEAD, however often a scanner looks", async () => {
    const token = await invited(JANE);
    const before = await storageOf();
    for (const method of ["GET", "HEAD", "GET"]) {
      const { status } = await world.ask(`/accept-invitation?token=${token}`, { method });
      expect(status).toBe(200);
    }
    expect(await storageOf()).toEqual(before);
  });

  it("makes an account with the invited address, verified, in the organization that invited and no other", async () => {
    const token = await invited(JANE);
    expect((await world.ask(`/accept-invitation?token=${token}`)).text).toContain('name="full_name"');
    expect((await press(token, newcomer)).status).toBe(200);
    const session = await logIn(world, { email: JANE, password: PASSWORD });
    expect((await world.ask("/v1/auth/me", { token: session })).json).toMatchObject({
      ...{ email: JANE, full_name: "Jane Roe", role: "member", email_verified: true },
      organization_id: ada.organization,
    });
    expect((await world.ask("/v1/auth/organizations", { token: session })).json.organizations).toHaveLength(1);
    expect(await audited(world, "invitation.")).toEqual(["invitation.sent", "invitation.accepted"]);
  });

  it("and a deactivation there ends it: neither the password nor a code that was sent before lets anybody in", async () => {
    await press(await invited(JANE), newcomer);
    const before = await logIn(world, { email: JANE, password: PASSWORD });
    const { id } = (await world.ask("/v1/auth/me", { token: before })).json;
    await world.ask("/send-otp/", { json: { email: JANE } });
    const [mail] = await messagesTo(world, JANE);
    const otp = /\d{6}/.exec(mail?.subject ?? "")?.[0];
    expect(otp).toBeDefined();
    await world.ask(`/v1/auth/members/${id}`, { method: "PATCH", token: ada.token, json: { is_active: false } });
    const answers = await Promise.all([
      world.ask("/v1/auth/me", { token: before }),
      world.ask("/v1/auth/login", { json: { email: JANE, password: PASSWORD } }),
      world.ask("/otp-login/", { json: { email: JANE, otp } }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  });

  it("pressed ten times in parallel makes one account and one membership", async () => {
    const token = await invited(JANE);
    const answers = await Promise.all(Array.from({ length: 10 }, () => press(token, newcomer)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const { users, members } = await storageOf();
    expect([users?.length, members?.length]).toEqual([2, 2]);
  });

  it("makes a verified account of that address a member, and asks it for nothing", async () => {
    const bob = await founder(world, "bob");
    await verify(bob.email);
    const token = await invited(bob.email);
    expect((await world.ask(`/accept-invitation?token=${token}`)).text).not.toContain("new_password");
    expect((await press(token)).status).toBe(200);
    expect((await world.ask("/v1/auth/organizations", { token: bob.token })).json.organizations).toHaveLength(2);
    expect((await press(token)).status).toBe(404);
  });

  it("takes no account whose address nobody has proven: whoever registered it may be somebody else", async () => {
    const bob = await founder(world, "bob");
    const token = await invited(bob.email);
    expect((await press(token)).status).toBe(403);
    await verify(bob.email);
    expect((await press(token)).status).toBe(200);
  });

  it("leaves the link good after a weak password or no name", async () => {
    const token = await invited(JANE);
    const weak = await press(token, { ...newcomer, new_password: "password" });
    expect([weak.status, weak.text.includes('value="Jane Roe"')]).toEqual([400, true]);
    expect((await press(token, { ...newcomer, full_name: " " })).status).toBe(400);
    expect((await press(token, newcomer)).status).toBe(200);
  });

  it("acts for no other site's form", async () => {
    const token = await invited(JANE);
    const headers = { "Sec-Fetch-Site": "cross-site" };
    expect((await post(world, "/pages/accept-invitation", { token, ...newcomer }, headers)).status).toBe(403);
    expect((await press(token, newcomer)).status).toBe(200);
  });

  it.each([
    ["en", "Accept the invitation"],
    ["es", "Aceptar la invitación"],
    ["pt", "Aceitar o convite"],
  ])("speaks %s, and shows a name as text", async (language, button) => {
    await world.bindings.DB.prepare("UPDATE organizations SET name = '<b>Engines</b>'").run();
    const token = await invited(JANE);
    const { text } = await world.ask(`/accept-invitation?token=${token}`, { headers: { "Accept-Language": language } });
    expect(text).toContain(button);
    expect(text).toContain("&lt;b&gt;Engines");
  });
});
