import { beforeEach, describe, expect, it } from "vitest";
import { WORDS } from "../../src/pages/words.ts";
import { linkToken } from "../mail.ts";
import { escaped, signedIn, signIn, Visitor } from "../pages.ts";
import { ADA, emptyStorage, register, startWorld, type World } from "../world.ts";

const { problems, organization, notes } = WORDS.en;
const GRACE = { email: "grace@example.com", full_name: "Grace <Hopper>", organization_name: "Flow-Matic" };

let world: World;
let admin: Visitor;
let graceId: string;
beforeEach(async () => {
  await emptyStorage();
  world = startWorld();
  admin = await signedIn(world);
  graceId = (await register(world, GRACE)).json.id;
});

/** Grace, in Ada's organization alone, signed in. */
async function joined(role: "admin" | "member" | "viewer"): Promise<Visitor> {
  const { DB } = world.bindings;
  await DB.prepare("UPDATE members SET organization_id = 1, role = ? WHERE user_id = 2").bind(role).run();
  return signIn(new Visitor(world), "/organization", { email: GRACE.email });
}

async function fillIn(visitor: Visitor, path: string, action: string, typed: Record<string, string> = {}) {
  await visitor.get(path);
  const answer = await visitor.submit(action, typed);
  return answer.status === 303 ? visitor.follow() : answer;
}

describe("members", () => {
  const PATH = "/organization";

  it("see each other; who may change whom sees how", async () => {
    const member = await joined("viewer");
    const seen = await member.get(PATH);
    expect(seen.text).toContain(ADA.organization_name);
    expect(seen.text).toContain(ADA.email);
    expect(seen.text).not.toContain("/pages/member");
    expect(seen.text).not.toContain("/organization/audit");
    const { text } = await admin.get(PATH);
    expect(text).toContain("Grace &lt;Hopper&gt;");
    expect(text).toContain(organization.menu["/organization/audit"]);
  });

  it("are given another role, deactivated, brought back and removed by an admin", async () => {
    const member = await joined("member");
    const change = (deed: string, role = "viewer") =>
      fillIn(admin, PATH, "/pages/member", { member: graceId, deed, role });
    expect((await change("role", "admin")).text).toContain(notes.member_changed);
    expect((await member.get(PATH)).text).toContain(organization.youAre(organization.roles.admin));
    expect((await change("deactivate")).text).toContain(organization.members.inactive);
    expect((await member.get(PATH)).status).toBe(303);
    expect((await change("activate")).text).not.toContain(organization.members.inactive);
    expect((await change("remove")).text).toContain(notes.member_removed);
    expect((await admin.get(PATH)).text).not.toContain(GRACE.email);
  });

  it("who may not are refused, whatever they send", async () => {
    const member = await joined("member");
    await member.get(PATH);
    const { form_token = "" } = member.hidden("/pages/leave-organization");
    const refused = await member.send("/pages/member", { form_token, member: graceId, deed: "role", role: "admin" });
    expect(refused.status).toBe(403);
    expect(refused.text).toContain(problems.not_accepted.title);
    for (const path of ["/organization/credentials", "/organization/audit"]) {
      expect((await member.get(path)).status).toBe(403);
    }
  });

  it("leave, but for the last admin", async () => {
    const member = await joined("member");
    expect((await fillIn(member, PATH, "/pages/leave-organization")).text).toContain(notes.left);
    const last = await fillIn(admin, PATH, "/pages/leave-organization");
    expect(last.status).toBe(409);
    expect(last.text).toContain(problems.last_admin.title);
  });

  it("of several organizations go from one to the other, with the same session", async () => {
    await world.bindings.DB.prepare(
      "INSERT INTO members (organization_id, user_id, role, created_at) VALUES (2, 1, 'viewer', 1)",
    ).run();
    const there = await fillIn(admin, PATH, "/pages/switch-organization");
    expect(there.text).toContain("<h1>Flow-Matic</h1>");
    const back = await fillIn(admin, PATH, "/pages/switch-organization");
    expect(back.text).toContain(`<h1>${ADA.organization_name}</h1>`);
  });

  it("who have no organization yet are told how to get one", async () => {
    await world.bindings.DB.prepare("DELETE FROM members WHERE user_id = 1").run();
    const alone = await signIn(new Visitor(world));
    expect((await alone.get(PATH)).text).toContain(organization.none);
  });
});

describe("projects", () => {
  const PATH = "/organization/projects";

  it("are made, archived and restored by who may", async () => {
    expect((await fillIn(admin, PATH, "/pages/make-project", { name: "Engine <2>" })).text).toContain(
      "Engine &lt;2&gt;",
    );
    const tag = `<span class="tag warn">${organization.projects.archived}</span>`;
    expect((await fillIn(admin, PATH, "/pages/archive-project")).text).toContain(tag);
    expect((await fillIn(admin, PATH, "/pages/archive-project")).text).not.toContain(tag);
    const viewer = await joined("viewer");
    const { text } = await viewer.get(PATH);
    expect(text).toContain("Engine");
    expect(text).not.toContain("/pages/make-project");
  });

  it("are listed fifteen at once", async () => {
    await world.bindings.DB.prepare(
      `INSERT INTO projects (public_id, organization_id, name, created_at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) SELECT 'prj_' || i, 1, 'Project ' || i || '.', 1 FROM n`,
    ).run();
    const { text } = await admin.get(PATH);
    expect(text).not.toContain("Project 20.");
    const next = /<a href="(\?after=[^"]+)"/.exec(text)?.[1] ?? "";
    expect((await admin.get(PATH + next)).text).toContain("Project 20.");
  });
});

describe("company credentials", () => {
  const PATH = "/organization/credentials";

  it("are shown once when they are made, work, and are revoked", async () => {
    const { text } = await fillIn(admin, PATH, "/pages/make-credential", { name: "Payroll" });
    const companyId = /id="company-id">([\w-]{36})</.exec(text)?.[1] ?? "";
    const login = () => world.ask("/auth/login/", { json: { companyId } });
    expect((await login()).status).toBe(200);
    expect((await admin.get(PATH)).text).not.toContain(companyId);
    expect((await fillIn(admin, PATH, "/pages/revoke-credential")).text).toContain(notes.credential_revoked);
    expect((await login()).status).toBe(401);
  });
});

describe("the audit log", () => {
  const PATH = "/organization/audit";

  it("shows what happened, filtered and in parts", async () => {
    const all = await admin.get(PATH);
    expect(all.text).toContain("<code>session.opened</code>");
    const some = await admin.get(`${PATH}?action=user.registered&actor=&result=success&from=2026-01-01&to=2026-01-01`);
    expect(some.text).toContain("<code>user.registered</code>");
    expect(some.text).not.toContain("<code>session.opened</code>");
    expect(some.text).toContain('name="from" type="date" value="2026-01-01"');
    const none = await admin.get(`${PATH}?from=2027-01-01&after=junk`);
    expect(none.text).toContain(escaped(organization.audit.none));
    expect((await admin.get(`${PATH}?action="><script>`)).text).not.toContain('"><script>');
  });

  it("leads on to what is older, with the same filter", async () => {
    for (let times = 0; times < 30; times++)
      await fillIn(admin, "/account", "/pages/name", { full_name: `Ada ${times}` });
    const { text } = await admin.get(`${PATH}?action=user.renamed`);
    expect(text.match(/<code>user\.renamed/g)).toHaveLength(25);
    const next = /<a href="(\?action=user.renamed&amp;after=[^"]+)"/.exec(text)?.[1]?.replace("&amp;", "&") ?? "";
    expect((await admin.get(PATH + next)).text.match(/<code>user\.renamed/g)).toHaveLength(5);
    expect(text.length).toBeLessThan(30_000);
  });
});

describe("invitations", () => {
  const PATH = "/organization/invitations";
  const JANE = { email: "jane@example.com", role: "viewer" };

  it("are mailed, listed and revoked by an admin whose address is proven", async () => {
    expect((await fillIn(admin, PATH, "/pages/invite", JANE)).status).toBe(403);
    await world.bindings.DB.prepare("UPDATE users SET email_verified_at = 1").run();
    const sent = await fillIn(admin, PATH, "/pages/invite", JANE);
    expect(sent.text).toContain(notes.invited);
    const token = await linkToken(world, { to: JANE.email, path: "/accept-invitation" });
    expect((await fillIn(admin, PATH, "/pages/revoke-invitation")).text).toContain(notes.invitation_revoked);
    expect((await world.ask(`/accept-invitation?token=${token}`)).status).toBe(404);
    expect((await admin.get(PATH)).text).toContain(organization.invitations.none);
  });

  it("of who is a member are refused beside the field", async () => {
    await world.bindings.DB.prepare("UPDATE users SET email_verified_at = 1").run();
    const refused = await fillIn(admin, PATH, "/pages/invite", { email: ADA.email, role: "member" });
    expect(refused.status).toBe(409);
    expect(refused.text).toContain(problems.already_member.title);
    expect(refused.text).toMatch(/name="email"[^>]*aria-invalid="true"/);
  });
});
