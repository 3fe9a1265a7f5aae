import { and, eq, gt, inArray, isNull, lt, type SQL, sql } from "drizzle-orm";
import type { AuditEntry } from "../domain/audit.ts";
import type { OrganizationId, UserId } from "../domain/ids.ts";
import type { Invitations } from "../domain/ports/invitations.ts";
import { auditInsertIfChanged, type Database, FIRST_KEY, insertWhere, onD1 } from "./d1.ts";
import { saysTaken, unlessReserved } from "./d1-email-addresses.ts";
import { outboxInsertIfChanged } from "./d1-outbox.ts";
import { members, organizations, users } from "./d1-schema.ts";
import { invitations } from "./d1-schema-invitation.ts";

export function d1Invitations(db: Database): Invitations {
  return {
    ...read(db),

    invite: (organization, made, audit) => onD1("invite", () => invite(db, { organization, made, audit })),

    revoke: (organization, publicId, audit) =>
      onD1("revoke invitation", async () => {
        const isTheirs = and(eq(invitations.publicId, publicId), eq(invitations.organizationId, organization), WAITING);
        const [revoked] = await db.batch([
          db.delete(invitations).where(isTheirs).returning({ id: invitations.id }),
          auditInsertIfChanged(db, audit),
        ]);
        return revoked.length > 0;
      }),

    accept: (spend, user, audit) => onD1("accept invitation", () => accept(db, spend, { user, audit })),

    register: (spend, account, audit) =>
      onD1("register by invitation", () => registerInvited(db, spend, { account, audit })),

    forget: ({ expiredBefore, limit }) =>
      onD1("forget invitations", async () => {
        const old = db
          .select({ id: invitations.id })
          .from(invitations)
          .where(lt(invitations.expiresAt, expiredBefore))
          .limit(limit);
        await db.delete(invitations).where(inArray(invitations.id, old));
      }),
  };
}

function read(db: Database): Pick<Invitations, "page" | "find"> {
  return {
    page: (organization, { limit, after, now }) =>
      onD1("invitations", async () => {
        const rows = await db
          .select({ row: invitations, inviter: users.publicId })
          .from(invitations)
          .innerJoin(users, eq(users.id, invitations.inviterId))
          .where(and(eq(invitations.organizationId, organization), gt(invitations.id, after ?? FIRST_KEY), isLive(now)))
          .orderBy(invitations.id)
          .limit(limit + 1);
        return rows.map(({ row: { id, publicId, email, role, createdAt, expiresAt }, inviter }) => ({
          place: id,
          invitation: { publicId, email, role, inviter, createdAt, expiresAt },
        }));
      }),

    find: ({ tokenHash, now }) =>
      onD1("find invitation", async () => {
        const row = await db
          .select({
            publicId: invitations.publicId,
            email: invitations.email,
            role: invitations.role,
            organization: { id: organizations.id, publicId: organizations.publicId, name: organizations.name },
          })
          .from(invitations)
          .innerJoin(organizations, eq(organizations.id, invitations.organizationId))
          .where(and(eq(invitations.tokenHash, tokenHash), isLive(now)))
          .get();
        return row ?? null;
      }),
  };
}

type Spend = Parameters<Invitations["accept"]>[0];

async function invite(
  db: Database,
  {
    organization: organizationId,
    made: { invitation, inviter: inviterId, tokenHash, message },
    audit,
  }: {
    organization: OrganizationId;
    made: Parameters<Invitations["invite"]>[1];
    audit: AuditEntry;
  },
): Promise<boolean> {
  const { inviter: _, ...facts } = invitation;
  const isOlder = and(eq(invitations.organizationId, organizationId), eq(invitations.email, facts.email), WAITING);
  const isNoMember = sql`NOT EXISTS (SELECT 1 FROM members m JOIN users u ON u.id = m.user_id
    WHERE m.organization_id = ${organizationId} AND u.email = ${facts.email})`;
  const rows = [{ ...facts, organizationId, inviterId, tokenHash }];
  const [, sent] = await db.batch([
    db.delete(invitations).where(isOlder),
    insertWhere(db, invitations, { rows, condition: isNoMember }),
    auditInsertIfChanged(db, audit),
    outboxInsertIfChanged(db, message),
  ]);
  return sent.meta.changes > 0;
}

async function accept(
  db: Database,
  spend: Spend,
  { user, audit }: { user: UserId; audit: AuditEntry },
): Promise<boolean> {
  const isTheirs = sql`EXISTS (SELECT 1 FROM users u
    WHERE u.id = ${user} AND u.email = ${invitations.email} AND u.email_verified_at IS NOT NULL)`;
  const isNoMember = sql`NOT EXISTS (SELECT 1 FROM members m
    WHERE m.organization_id = ${invitations.organizationId} AND m.user_id = ${user})`;
  const [accepted] = await db.batch([
    spent(db, spend, and(isTheirs, isNoMember)),
    joined(db, spend, sql`${user}`),
    auditInsertIfChanged(db, audit),
  ]);
  return accepted.length > 0;
}

async function registerInvited(
  db: Database,
  spend: Spend,
  {
    account: { user, passwordHash },
    audit,
  }: { account: Parameters<Invitations["register"]>[1]; audit: readonly AuditEntry[] },
): Promise<boolean> {
  const { now } = spend;
  const email = unlessReserved(accepting("email", spend), { user: sql`NULL`, now });
  const isAccepted = sql`${accepting("id", spend)} IS NOT NULL`;
  const rows = [{ ...user, email, emailVerifiedAt: now, passwordHash }];
  try {
    const [accepted] = await db.batch([
      spent(db, spend, eq(invitations.email, user.email)),
      insertWhere(db, users, { rows, condition: isAccepted }),
      joined(db, spend, sql`(SELECT id FROM users WHERE public_id = ${user.publicId})`),
      auditInsertIfChanged(db, ...audit),
    ]);
    return accepted.length > 0;
  } catch (error) {
    if (saysTaken(error)) return false;
    throw error;
  }
}

/** The one statement that spends an invitation. What follows in its batch asks `accepting` whether it did. */
function spent(db: Database, { tokenHash, now, by }: Spend, condition: SQL | undefined) {
  return db
    .update(invitations)
    .set({ acceptedAt: now, acceptedBy: by })
    .where(and(eq(invitations.tokenHash, tokenHash), isLive(now), condition))
    .returning({ id: invitations.id });
}

function joined(db: Database, spend: Spend, userId: SQL) {
  const row = {
    ...{ organizationId: accepting("organization_id", spend), userId },
    ...{ role: accepting("role", spend), createdAt: spend.now },
  };
  return insertWhere(db, members, { rows: [row], condition: sql`${accepting("id", spend)} IS NOT NULL` });
}

/** Written out, not bound: so SQLite sees that the partial indexes fit. */
const WAITING = isNull(invitations.acceptedAt);

/** Who invited answers for it: once they are no admin there, what they sent is void. */
function isLive(now: number): SQL | undefined {
  const isAnswered = sql`EXISTS (SELECT 1 FROM members inviter
    WHERE inviter.organization_id = ${invitations.organizationId} AND inviter.user_id = ${invitations.inviterId}
      AND inviter.role = 'admin' AND inviter.is_active = 1)`;
  return and(WAITING, gt(invitations.expiresAt, now), isAnswered);
}

/** A column of the invitation that this very request has accepted, else NULL. */
function accepting(column: "id" | "organization_id" | "role" | "email", { tokenHash, by }: Spend): SQL {
  return sql`(SELECT ${sql.identifier(column)} FROM invitations WHERE token_hash = ${tokenHash} AND accepted_by = ${by})`;
}
