import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/adapters/d1.ts";
import { AuthError } from "../../src/domain/error.ts";
import type { OrganizationId, SealedHash, SecretHash, SessionId, UserId } from "../../src/domain/ids.ts";
import type { Spend } from "../../src/domain/ports/challenges.ts";
import type { StoredSigningKey } from "../../src/domain/signing-key.ts";
import { NOTHING_PROVEN } from "../../src/domain/user.ts";
import { emptyStorage } from "../world.ts";
import { audit, link, message, NOW, type Storage, storageOn } from "./storage.ts";

/** In every text parameter below, so that it shows wherever one of them does. */
const SECRET = "s3cret";
const hash = (name: string) => `1.${SECRET}-${name}` as SealedHash;
const id = 424_242 as UserId;
const sessionId = `ses_${SECRET}` as SessionId;
const entry = audit("user.renamed", { actor: SECRET, target: SECRET, address: SECRET, userAgent: SECRET });

const mail = message({ id: SECRET, to: SECRET, subject: SECRET, text: SECRET, html: SECRET, createdAt: 424_242 });
const signingKey: StoredSigningKey = {
  ...{ kid: SECRET, state: "next", publicJwk: SECRET, sealedPrivateJwk: SECRET, createdAt: 424_242, since: 424_242 },
};

const mailed = link(`${SECRET}@example.com`, { tokenHash: SECRET as SecretHash });
const spend: Spend = { tokenHash: SECRET as SecretHash, kind: "verify_email", now: NOW, by: SECRET };
const team = { organization: SECRET, project: SECRET };

/** Every call of every port on D1. */
const CALLS: Readonly<Record<string, (storage: Storage) => Promise<unknown>>> = {
  register: ({ users }) =>
    users.register(
      {
        user: {
          ...{ publicId: SECRET, email: `${SECRET}@example.com`, fullName: SECRET, createdAt: NOW },
          ...NOTHING_PROVEN,
        },
        organization: { publicId: SECRET, name: SECRET },
        role: "admin",
        passwordHash: hash("new"),
      },
      mailed,
      entry,
    ),
  credentialByEmail: ({ users }) => users.credentialByEmail(`${SECRET}@example.com`),
  credentialById: ({ users }) => users.credentialById(id),
  upgradePasswordHash: ({ users }) => users.upgradePasswordHash({ id, from: hash("old"), to: hash("new") }),
  changePassword: ({ users }) =>
    users.changePassword({ id, from: hash("old"), to: hash("new"), keep: sessionId, now: NOW }, entry, mail),
  isEmailTaken: ({ users }) => users.isEmailTaken(SECRET, NOW),
  findLink: ({ challenges }) => challenges.find(spend),
  forgetLinks: ({ challenges }) => challenges.forget({ expiredBefore: NOW, limit: 1 }),
  askVerification: ({ emailVerification }) => emailVerification.ask(id, mailed, entry),
  verifyEmail: ({ emailVerification }) => emailVerification.verify(spend, team, entry),
  askReset: ({ recovery }) => recovery.ask(mailed, entry),
  reset: ({ recovery }) => recovery.reset(spend, { passwordHash: hash("new"), team, notice: mail }, entry),
  askEmailChange: ({ emailChanges }) =>
    emailChanges.ask({ user: id, session: sessionId, confirm: mailed, undo: mailed, now: NOW }, entry),
  dropEmailChange: ({ emailChanges }) => emailChanges.drop(id, entry),
  confirmEmailChange: ({ emailChanges }) => emailChanges.confirm(spend, team, entry),
  undoEmailChange: ({ emailChanges }) => emailChanges.undo(spend, { reset: mailed.challenge, team }, entry),
  askPhone: ({ phones }) => phones.ask({ user: id, phone: SECRET, message: mail }, entry),
  confirmPhone: ({ phones }) => phones.confirm({ user: id, phone: SECRET, notice: mail }, entry),
  removePhone: ({ phones }) => phones.remove(id, entry),
  defaultProject: ({ projects }) => projects.defaultOf(1 as OrganizationId),
  rename: ({ users }) => users.rename({ id, fullName: SECRET }, entry),
  open: ({ sessions }) =>
    sessions.open(
      {
        ...{ id: sessionId, userId: id, clientId: SECRET, createdAt: NOW, expiresAt: NOW + 1, amr: ["pwd"] },
        ...{ address: SECRET, country: SECRET, userAgent: SECRET },
      },
      { organization: 1 as OrganizationId, version: 0 },
      entry,
    ),
  standing: ({ sessions }) => sessions.standing(sessionId, NOW),
  rotate: ({ sessions }) => sessions.rotate({ id: sessionId, counter: 424_242, now: NOW }),
  refreshState: ({ sessions }) => sessions.refreshState(sessionId, NOW),
  ofUser: ({ sessions }) => sessions.ofUser(id, NOW),
  end: ({ sessions }) => sessions.end({ id: sessionId, userId: id, now: NOW }, entry),
  endOthers: ({ sessions }) => sessions.endOthers({ keep: sessionId, userId: id, now: NOW }, entry),
  all: ({ signingKeys }) => signingKeys.all(),
  insertCurrent: ({ signingKeys }) => signingKeys.insertCurrent(signingKey, entry),
  insertNext: ({ signingKeys }) => signingKeys.insertNext({ next: signingKey, current: SECRET }, entry),
  promote: ({ signingKeys }) => signingKeys.promote({ next: SECRET, current: SECRET, now: 424_242 }, entry),
  remove: ({ signingKeys }) => signingKeys.remove({ kid: SECRET, state: "retired" }, entry),
  lots: ({ sealedValues }) => sealedValues.lots(),
  count: ({ sealedValues }) => sealedValues.count({ purpose: "password-hash", keyId: 424_242 }),
  page: ({ sealedValues }) => sealedValues.page({ purpose: "backup-code", keyId: 424_242, after: 424_242, limit: 1 }),
  replace: ({ sealedValues }) => sealedValues.replace("totp-secret", [{ row: 424_242, from: SECRET, to: SECRET }]),
  write: ({ auditLog }) => auditLog.write(entry),
  claim: ({ outbox }) => outbox.claim({ id: SECRET, now: 424_242, leaseSeconds: 60 }),
  claimDue: ({ outbox }) => outbox.claimDue({ channel: "email", now: 424_242, leaseSeconds: 60, limit: 1 }),
  settle: ({ outbox }) => outbox.settle(SECRET, { kind: "failed", attempt: 1, nextAttemptAt: 424_242 }),
  giveUp: ({ outbox }) => outbox.giveUp({ now: 424_242, limit: 1 }),
  forget: ({ outbox }) => outbox.forget({ createdBefore: 424_242, limit: 1 }),
  readable: ({ outbox }) => outbox.readable({ to: SECRET, limit: 1 }),
};

/** D1 that fails with this, whatever is asked. */
function brokenD1(error: unknown): D1Database {
  const fail = async () => {
    throw error;
  };
  const statement = { bind: () => statement, all: fail, first: fail, raw: fail, run: fail };
  return { prepare: () => statement, batch: fail } as unknown as D1Database;
}

async function refusalOf(work: Promise<unknown>): Promise<AuthError> {
  const error: unknown = await work.then(
    () => new Error("it did not fail"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AuthError)) throw error;
  return error;
}

function expectUnavailable({ refusal, message, details }: AuthError): void {
  expect(refusal).toBe("unavailable");
  expect(details).toEqual({ retryAfterSeconds: 1 });
  expect(message).toMatch(/^d1 [\w ]+: /);
  expect(message).not.toContain(SECRET);
  expect(message).not.toContain("424242");
}

describe.each(Object.entries(CALLS))("%s on D1 that fails", (_name, call) => {
  it("is unavailable, with D1's words and none of the parameters", async () => {
    const refused = await refusalOf(call(storageOn(openDatabase(brokenD1(new Error("D1_ERROR: overloaded"))))));
    expectUnavailable(refused);
    expect(refused.message).toContain("D1_ERROR: overloaded");
    expect(refused.cause).toBeDefined();
  });

  it("is unavailable without any of the parameters when what was thrown is no Error", async () => {
    expectUnavailable(await refusalOf(call(storageOn(openDatabase(brokenD1("a string"))))));
  });
});

describe("real D1 without its tables", () => {
  beforeEach(async () => {
    await emptyStorage();
    const tables = [
      "challenges",
      "projects",
      "audit_log",
      "sessions",
      "members",
      "organizations",
      "users",
      "signing_keys",
      "outbox",
      "second_factors",
      "backup_codes",
    ];
    await env.DB.batch(tables.map((table) => env.DB.prepare(`DROP TABLE ${table}`)));
  });

  it.each(Object.entries(CALLS))("%s is unavailable, without any of the parameters", async (_name, call) => {
    const refused = await refusalOf(call(storageOn(openDatabase(env.DB))));
    expectUnavailable(refused);
    expect(refused.message).toContain("no such table");
  });
});
