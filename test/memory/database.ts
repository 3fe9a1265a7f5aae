import type { ApiKey } from "../../src/domain/api-key.ts";
import type { AuditEntry } from "../../src/domain/audit.ts";
import type { ChainHead } from "../../src/domain/audit-link.ts";
import type { NewChallenge } from "../../src/domain/challenge.ts";
import type { CompanyCredential, CompanyGrant } from "../../src/domain/company-credential.ts";
import type {
  ApiKeyId,
  CredentialId,
  OrganizationId,
  ProjectId,
  SealedHash,
  SecretHash,
  SessionId,
  UserId,
} from "../../src/domain/ids.ts";
import type { Invitation } from "../../src/domain/invitation.ts";
import type { OutboxMessage } from "../../src/domain/outbox.ts";
import type { PageWanted } from "../../src/domain/page.ts";
import type { OutboxState } from "../../src/domain/ports/outbox.ts";
import type { SecondFactor, StoredBackupCode } from "../../src/domain/ports/second-factors.ts";
import type { RevocableId } from "../../src/domain/ports.ts";
import type { Project } from "../../src/domain/project.ts";
import type { Session } from "../../src/domain/session.ts";
import type { StoredSigningKey } from "../../src/domain/signing-key.ts";
import type { Membership, User } from "../../src/domain/user.ts";

export interface UserRow extends User {
  readonly passwordHash: SealedHash | null;
  readonly version: number;
}

export interface MemberRow extends Membership {
  readonly userId: UserId;
  readonly isActive: boolean;
  readonly createdAt: number;
}

export interface ProjectRow extends Project {
  readonly organization: OrganizationId;
}

export interface CredentialRow {
  readonly organization: OrganizationId;
  readonly secret: SecretHash;
  readonly credential: CompanyCredential;
  readonly revoked: boolean;
}

export interface GrantRow extends CompanyGrant {
  readonly credential: CredentialId;
}

export interface InvitationRow {
  readonly place: number;
  readonly organization: OrganizationId;
  readonly invitation: Invitation;
  readonly inviter: UserId;
  readonly tokenHash: SecretHash;
  /** the request that accepted it; null while it waits */
  readonly by: string | null;
}

export interface SessionRow {
  readonly session: Session;
  readonly organization: OrganizationId | null;
  readonly revoked: boolean;
  /** of the newest refresh token */
  readonly counter: number;
  readonly rotatedAt: number;
  /** a login that waits for its second factor */
  readonly pending: boolean;
}

export interface ApiKeyRow {
  readonly key: ApiKey;
  readonly owner: UserId;
  readonly organization: OrganizationId | null;
  readonly revoked: boolean;
}

export interface SecretRow {
  readonly keyId: ApiKeyId;
  /** null: as long as the key */
  readonly expiresAt: number | null;
}

export interface MessageRow {
  readonly message: OutboxMessage;
  readonly state: OutboxState;
  readonly attempts: number;
  readonly nextAttemptAt: number;
}

export interface ChallengeRow extends NewChallenge {
  readonly userId: UserId;
  /** that asked for it */
  readonly session: SessionId | null;
  /** null until it is spent */
  readonly usedBy: string | null;
  /** when the account's address had been proven, as it stood when the link was made */
  readonly provenAt: number | null;
}

/** What the adapters of one deployment share. Each of their calls runs to its end before another begins: so each is atomic. */
export interface MemoryDatabase {
  readonly users: Map<UserId, UserRow>;
  /** in the order in which they joined */
  readonly members: MemberRow[];
  /** in the order in which they were opened */
  readonly sessions: Map<SessionId, SessionRow>;
  readonly secondFactors: Map<UserId, SecondFactor>;
  /** the unspent ones */
  readonly backupCodes: Map<UserId, readonly StoredBackupCode[]>;
  /** in the order in which they were made */
  readonly apiKeys: Map<ApiKeyId, ApiKeyRow>;
  readonly apiKeySecrets: Map<SecretHash, SecretRow>;
  readonly challenges: Map<SecretHash, ChallengeRow>;
  /** whose each identity is, by provider and subject */
  readonly identities: Map<string, UserId>;
  readonly signingKeys: StoredSigningKey[];
  readonly audit: AuditEntry[];
  /** by id, in the order in which they were written */
  readonly messages: Map<string, MessageRow>;
  readonly projects: Map<ProjectId, ProjectRow>;
  /** in the order in which they were made */
  readonly credentials: CredentialRow[];
  readonly grants: Map<SecretHash, GrantRow>;
  readonly invitations: InvitationRow[];
  /** by the entry's place in `audit` */
  readonly chain: ChainHead[];
  readonly chainHeads: Map<string | null, ChainHead>;
  readonly chainRun: { name: string | null };
  /** KV: what was published as ended or changed */
  readonly published: Set<RevocableId>;
  /** what could not be published yet */
  readonly unpublished: Set<RevocableId>;
}

export function memoryDatabase(): MemoryDatabase {
  return {
    users: new Map(),
    members: [],
    sessions: new Map(),
    secondFactors: new Map(),
    backupCodes: new Map(),
    apiKeys: new Map(),
    apiKeySecrets: new Map(),
    challenges: new Map(),
    identities: new Map(),
    signingKeys: [],
    audit: [],
    messages: new Map(),
    projects: new Map(),
    credentials: [],
    grants: new Map(),
    invitations: [],
    chain: [],
    chainHeads: new Map(),
    chainRun: { name: null },
    published: new Set(),
    unpublished: new Set(),
  };
}

export function hasSecondFactor(db: MemoryDatabase, userId: UserId): boolean {
  return (db.secondFactors.get(userId)?.confirmedAt ?? null) !== null;
}

/** The session, begun or pending, if it is neither ended nor over. */
export function liveSession(db: MemoryDatabase, id: SessionId, now: number): SessionRow | undefined {
  const row = db.sessions.get(id);
  return row === undefined || row.revoked || row.session.expiresAt <= now ? undefined : row;
}

/** Those of one user. */
export function liveSessions(db: MemoryDatabase, userId: UserId, now: number): SessionRow[] {
  return [...db.sessions.values()].filter(
    ({ session }) => session.userId === userId && liveSession(db, session.id, now) !== undefined,
  );
}

/** The user's active membership there; null when there is none, or no organization. */
export function activeMembership(
  db: MemoryDatabase,
  userId: UserId,
  organization: OrganizationId | null,
): Membership | null {
  const row = db.members.find((each) => each.userId === userId && each.organization.id === organization);
  return row?.isActive ? membershipOf(row) : null;
}

export function membershipOf({ role, designation, assignedAgents, organization }: MemberRow): Membership {
  return { role, designation, assignedAgents, organization };
}

/** What a page shows of a list that is in order, and one item more when there is one. */
export function pageFrom<Item>(
  items: readonly Item[],
  { limit, after }: PageWanted<number>,
  placeOf: (item: Item) => number,
): Item[] {
  return items.filter((item) => placeOf(item) > (after ?? 0)).slice(0, limit + 1);
}

export function revoke(db: MemoryDatabase, rows: readonly SessionRow[]): SessionId[] {
  for (const row of rows) db.sessions.set(row.session.id, { ...row, revoked: true });
  return rows.map(({ session }) => session.id);
}
