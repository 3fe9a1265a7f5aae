import { env } from "cloudflare:workers";
import { asc, eq, sql } from "drizzle-orm";
import { type Database, openDatabase } from "../../src/adapters/d1.ts";
import { d1ApiKeys } from "../../src/adapters/d1-api-keys.ts";
import { d1AuditLog } from "../../src/adapters/d1-audit-log.ts";
import { d1AuditTrail } from "../../src/adapters/d1-audit-trail.ts";
import { d1Challenges } from "../../src/adapters/d1-challenges.ts";
import { d1CompanyCredentials } from "../../src/adapters/d1-company-credentials.ts";
import { d1Departures } from "../../src/adapters/d1-departures.ts";
import { d1EmailChanges } from "../../src/adapters/d1-email-changes.ts";
import { d1EmailVerification } from "../../src/adapters/d1-email-verification.ts";
import { d1Invitations } from "../../src/adapters/d1-invitations.ts";
import { d1Members } from "../../src/adapters/d1-members.ts";
import { d1Organizations } from "../../src/adapters/d1-organizations.ts";
import { d1Outbox, outboxInsert } from "../../src/adapters/d1-outbox.ts";
import { d1PendingLogins } from "../../src/adapters/d1-pending-logins.ts";
import { d1Phones } from "../../src/adapters/d1-phones.ts";
import { d1Projects } from "../../src/adapters/d1-projects.ts";
import { d1Recovery } from "../../src/adapters/d1-recovery.ts";
import { members, outbox } from "../../src/adapters/d1-schema.ts";
import { auditLog } from "../../src/adapters/d1-schema-audit.ts";
import { d1SealedValues } from "../../src/adapters/d1-sealed-values.ts";
import { d1SecondFactors } from "../../src/adapters/d1-second-factors.ts";
import { d1Sessions } from "../../src/adapters/d1-sessions.ts";
import { d1SigningKeys } from "../../src/adapters/d1-signing-keys.ts";
import { d1Users } from "../../src/adapters/d1-users.ts";
import type { AuditAction, AuditEntry } from "../../src/domain/audit.ts";
import type { NewChallenge } from "../../src/domain/challenge.ts";
import type { SealedHash, SecretHash, SessionId } from "../../src/domain/ids.ts";
import type { OutboxMessage } from "../../src/domain/outbox.ts";
import type { ApiKeys } from "../../src/domain/ports/api-keys.ts";
import type { AuditTrail } from "../../src/domain/ports/audit-trail.ts";
import type { Challenges, MailedLink } from "../../src/domain/ports/challenges.ts";
import type { CompanyCredentials } from "../../src/domain/ports/company-credentials.ts";
import type { Departures } from "../../src/domain/ports/departures.ts";
import type { EmailChanges } from "../../src/domain/ports/email-changes.ts";
import type { EmailVerification } from "../../src/domain/ports/email-verification.ts";
import type { Invitations } from "../../src/domain/ports/invitations.ts";
import type { Members } from "../../src/domain/ports/members.ts";
import type { Organizations } from "../../src/domain/ports/organizations.ts";
import type { Outbox, OutboxState } from "../../src/domain/ports/outbox.ts";
import type { PendingLogins } from "../../src/domain/ports/pending-logins.ts";
import type { Phones } from "../../src/domain/ports/phones.ts";
import type { Projects } from "../../src/domain/ports/projects.ts";
import type { Recovery } from "../../src/domain/ports/recovery.ts";
import type { SealedValues } from "../../src/domain/ports/sealed-values.ts";
import type { SecondFactors } from "../../src/domain/ports/second-factors.ts";
import type { SigningKeys } from "../../src/domain/ports/signing-keys.ts";
import type { AuditLog, Credential, NewAccount, Sessions, Users } from "../../src/domain/ports.ts";
import type { Session } from "../../src/domain/session.ts";
import { type Membership, NOTHING_PROVEN, type Role, type User } from "../../src/domain/user.ts";
import { memoryApiKeys } from "../memory/api-keys.ts";
import { memoryAuditLog } from "../memory/audit-log.ts";
import { memoryAuditTrail } from "../memory/audit-trail.ts";
import { memoryCompanyCredentials } from "../memory/company-credentials.ts";
import { memoryDatabase } from "../memory/database.ts";
import { memoryDepartures } from "../memory/departures.ts";
import { memoryInvitations } from "../memory/invitations.ts";
import {
  memoryChallenges,
  memoryEmailChanges,
  memoryEmailVerification,
  memoryRecovery,
} from "../memory/mailed-links.ts";
import { memoryMembers } from "../memory/members.ts";
import { memoryOrganizations } from "../memory/organizations.ts";
import { isReadable, memoryOutbox, writeMessage } from "../memory/outbox.ts";
import { memoryPendingLogins } from "../memory/pending-logins.ts";
import { memoryPhones } from "../memory/phones.ts";
import { memoryProjects } from "../memory/projects.ts";
import { memorySealedValues } from "../memory/sealed-values.ts";
import { memorySecondFactors } from "../memory/second-factors.ts";
import { memorySessions } from "../memory/sessions.ts";
import { memorySigningKeys } from "../memory/signing-keys.ts";
import { memoryUsers } from "../memory/users.ts";
import { explaining } from "../plans.ts";
import { emptyStorage } from "../world.ts";

/** The ports over one database, and what a contract may look at behind them. */
export interface Storage {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly secondFactors: SecondFactors;
  readonly pendingLogins: PendingLogins;
  readonly signingKeys: SigningKeys;
  readonly challenges: Challenges;
  readonly emailVerification: EmailVerification;
  readonly recovery: Recovery;
  readonly emailChanges: EmailChanges;
  readonly phones: Phones;
  readonly sealedValues: SealedValues;
  readonly departures: Departures;
  readonly auditLog: AuditLog;
  readonly outbox: Outbox;
  readonly apiKeys: ApiKeys;
  readonly auditTrail: AuditTrail;
  readonly members: Members;
  readonly invitations: Invitations;
  readonly organizations: Organizations;
  readonly projects: Projects;
  readonly companyCredentials: CompanyCredentials;
  /** Makes a user a member of one more organization. */
  join(who: Registered, membership: Membership, role: Role): Promise<void>;
  /** in the order in which they were written */
  auditRows(): Promise<AuditEntry[]>;
  /** What a story does in the batch of what the message tells of. */
  writeMessage(message: OutboxMessage): Promise<void>;
  /** Null when there is none; `erased` when neither subject nor text nor HTML is left. */
  messageState(id: string): Promise<{ state: OutboxState; erased: boolean } | null>;
  rowCounts(): Promise<{ users: number; organizations: number; members: number }>;
}

export type MakeStorage = () => Promise<Storage>;

export async function memoryStorage(): Promise<Storage> {
  const db = memoryDatabase();
  return {
    users: memoryUsers(db),
    sessions: memorySessions(db),
    secondFactors: memorySecondFactors(db),
    pendingLogins: memoryPendingLogins(db),
    signingKeys: memorySigningKeys(db),
    challenges: memoryChallenges(db),
    emailVerification: memoryEmailVerification(db),
    recovery: memoryRecovery(db),
    emailChanges: memoryEmailChanges(db),
    phones: memoryPhones(db),
    sealedValues: memorySealedValues(db),
    departures: memoryDepartures(db),
    auditLog: memoryAuditLog(db),
    outbox: memoryOutbox(db),
    writeMessage: async (message) => writeMessage(db, message),
    async messageState(id) {
      const row = db.messages.get(id);
      return row === undefined ? null : { state: row.state, erased: !isReadable(row) };
    },
    apiKeys: memoryApiKeys(db),
    auditTrail: memoryAuditTrail(db),
    members: memoryMembers(db),
    invitations: memoryInvitations(db),
    organizations: memoryOrganizations(db),
    projects: memoryProjects(db),
    companyCredentials: memoryCompanyCredentials(db),
    async join({ user }, { organization }, role) {
      const rest = { designation: "", isActive: true, assignedAgents: [], createdAt: JOINED };
      db.members.push({ userId: user.id, organization, role, ...rest });
    },
    auditRows: async () => db.audit,
    rowCounts: async () => ({
      users: db.users.size,
      organizations: new Set(db.members.map(({ organization }) => organization.id)).size,
      members: db.members.length,
    }),
  };
}

/** On the file's real D1, emptied. */
export async function d1Storage(): Promise<Storage> {
  const storage = storageOn(openDatabase(explaining(env.DB)), openDatabase(env.DB));
  // on a machine under load the pool's reset() sometimes leaves D1 as it was
  do await emptyStorage();
  while ((await storage.rowCounts()).users > 0);
  // so that the id of an organization is no user's, and one in the place of the other shows
  await env.DB.batch([
    env.DB.prepare("INSERT INTO organizations (id, public_id, name, created_at) VALUES (100, '', '', 0)"),
    env.DB.prepare("DELETE FROM organizations"),
  ]);
  return storage;
}

/** `behind`: what the contracts look at by themselves, which no adapter does. */
export function storageOn(db: Database, behind: Database = db): Storage {
  const count = (table: string) => sql`(SELECT count(*) FROM ${sql.identifier(table)})`;
  return {
    users: d1Users(db),
    sessions: d1Sessions(db),
    secondFactors: d1SecondFactors(db),
    pendingLogins: d1PendingLogins(db),
    signingKeys: d1SigningKeys(db),
    challenges: d1Challenges(db),
    emailVerification: d1EmailVerification(db),
    recovery: d1Recovery(db),
    emailChanges: d1EmailChanges(db),
    phones: d1Phones(db),
    sealedValues: d1SealedValues(db),
    departures: d1Departures(db),
    auditLog: d1AuditLog(db),
    outbox: d1Outbox(db),
    async writeMessage(message) {
      await outboxInsert(db, message);
    },
    async messageState(id) {
      const row = await db.select().from(outbox).where(eq(outbox.id, id)).get();
      if (row === undefined) return null;
      const { state, subject, text, html } = row;
      return { state, erased: subject === null && text === null && html === null };
    },
    apiKeys: d1ApiKeys(db),
    auditTrail: d1AuditTrail(db),
    members: d1Members(db),
    invitations: d1Invitations(db),
    organizations: d1Organizations(db),
    projects: d1Projects(db),
    companyCredentials: d1CompanyCredentials(db),
    async join({ user }, { organization }, role) {
      await db.insert(members).values({ userId: user.id, organizationId: organization.id, role, createdAt: JOINED });
    },
    async auditRows() {
      const rows = await behind.select().from(auditLog).orderBy(asc(auditLog.id));
      return rows.map(({ id: _, sequence: __, chainHash: ___, ...entry }) => entry);
    },
    rowCounts: () =>
      behind.get(
        sql`SELECT ${count("users")} users, ${count("organizations")} organizations, ${count("members")} members`,
      ),
  };
}

export const NOW = 1_767_225_600; // 2026-01-01T00:00:00Z
/** after everybody joined their own organization: a login goes on to begin there */
export const JOINED = NOW - 99;
export const HASH = "1.the-hash-of-ada" as SealedHash;

/** No field is like another, so that one in the wrong column shows. */
export function audit(action: AuditAction, changes: Partial<AuditEntry> = {}): AuditEntry {
  return {
    ...{
      action,
      at: NOW + 7,
      result: "success",
      actor: "user_actor",
      organization: "org_where",
      target: "what_target",
    },
    ...{ address: "203.0.113.7", country: "SE", userAgent: "a browser", requestId: "req_1" },
    ...changes,
  };
}

/** As little as an entry can say. */
export const BARE = { actor: null, organization: null, target: null, address: null, country: null, userAgent: null };

/** A mail with an id of its own. */
export function message(changes: Partial<OutboxMessage> = {}): OutboxMessage {
  return {
    ...{ id: `msg_${crypto.randomUUID()}`, channel: "email", to: "ada@example.com" },
    ...{ subject: "Subject", text: "Text", html: "<p>Text</p>", createdAt: NOW, giveUpAt: NOW + 86_400 },
    ...changes,
  };
}

export function account(name = "ada"): NewAccount & { organization: object } {
  return {
    user: {
      publicId: `user_${name}`,
      email: `${name}@example.com`,
      fullName: `The ${name}`,
      createdAt: NOW - 999,
      ...NOTHING_PROVEN,
    },
    organization: { publicId: `org_${name}`, name: `House of ${name}` },
    role: "admin",
    passwordHash: name === "ada" ? HASH : (`1.the-hash-of-${name}` as SealedHash),
  };
}

export const LINK_SUBJECT = "A link";

/** A mailed link with a hash of its own. */
export function link(email: string, changes: Partial<NewChallenge> = {}): MailedLink {
  const tokenHash = `hash-${crypto.randomUUID()}` as SecretHash;
  const times = { createdAt: NOW, expiresAt: NOW + 600 };
  return {
    challenge: { tokenHash, kind: "verify_email", email, ...times, ...changes },
    message: message({ to: email, subject: LINK_SUBJECT }),
  };
}

export interface Registered extends Credential {
  readonly user: User;
  readonly membership: Membership;
  readonly passwordHash: SealedHash;
}

export async function registered({ users }: Pick<Storage, "users">, name = "ada"): Promise<Registered> {
  await users.register(account(name), link(`${name}@example.com`), audit("user.registered"));
  const credential = await users.credentialByEmail(`${name}@example.com`);
  if (!credential?.membership || !credential.passwordHash) throw new Error("not registered");
  return { ...credential, membership: credential.membership, passwordHash: credential.passwordHash };
}

/** Opens a session of an hour. */
export async function opened(
  { sessions }: Pick<Storage, "sessions">,
  { user, membership, version }: Registered,
  { id, ...changes }: { id: string } & Partial<Omit<Session, "id">>,
): Promise<Session> {
  const session: Session = {
    ...{ id: id as SessionId, userId: user.id, clientId: "datix", createdAt: NOW, expiresAt: NOW + 3_600 },
    ...{ amr: ["pwd"], address: "198.51.100.9", country: "NO", userAgent: "another browser" },
    ...changes,
  };
  await sessions.open(session, { organization: membership.organization.id, version }, audit("session.opened"));
  return session;
}

/** The rows written while `work` ran. */
export async function auditedBy(storage: Storage, work: () => Promise<unknown>): Promise<AuditEntry[]> {
  const before = (await storage.auditRows()).length;
  await work();
  return (await storage.auditRows()).slice(before);
}
