import type { Random } from "../crypto/bytes.ts";
import type { Sealer } from "../crypto/seal.ts";
import type { AuditEntry } from "./audit.ts";
import type { CredentialId, SealedHash, SessionId, UserId } from "./ids.ts";
import type { Limiter } from "./limit.ts";
import type { OutboxMessage } from "./outbox.ts";
import type { ApiKeys } from "./ports/api-keys.ts";
import type { AuditTrail } from "./ports/audit-trail.ts";
import type { Captcha } from "./ports/captcha.ts";
import type { Carriers } from "./ports/carrier.ts";
import type { Challenges, MailedLink } from "./ports/challenges.ts";
import type { CodeLedger, CodeRecords } from "./ports/codes.ts";
import type { CompanyCredentials } from "./ports/company-credentials.ts";
import type { Departures } from "./ports/departures.ts";
import type { EmailChanges } from "./ports/email-changes.ts";
import type { EmailVerification } from "./ports/email-verification.ts";
import type { Google } from "./ports/google.ts";
import type { Identities, Identity } from "./ports/identities.ts";
import type { Invitations } from "./ports/invitations.ts";
import type { KeyQuota } from "./ports/key-quota.ts";
import type { LoginCodes } from "./ports/login-codes.ts";
import type { Members } from "./ports/members.ts";
import type { Organizations } from "./ports/organizations.ts";
import type { Outbox } from "./ports/outbox.ts";
import type { PendingLogins } from "./ports/pending-logins.ts";
import type { Phones } from "./ports/phones.ts";
import type { Projects } from "./ports/projects.ts";
import type { Recovery } from "./ports/recovery.ts";
import type { SealedValues } from "./ports/sealed-values.ts";
import type { SecondFactors } from "./ports/second-factors.ts";
import type { Keyring, SigningKeys } from "./ports/signing-keys.ts";
import type { VerifiedTokens } from "./ports/verified-tokens.ts";
import type { Session, SessionGrounds, Standing } from "./session.ts";
import type { Settings } from "./settings.ts";
import type { Account, Role, User } from "./user.ts";

// What Latchkey asks of the world. Every storage call may throw AuthError("unavailable"); nothing else comes out of an adapter.

export interface Clock {
  /** epoch seconds, whole */
  now(): number;
  /** Ends after that many seconds: for work that goes on after the answer, which Workers allow 30 s. */
  pause(seconds: number): Promise<void>;
}

export interface NewAccount {
  readonly user: Omit<User, "id">;
  /** null where the dialect makes one only once the address is verified */
  readonly organization: { readonly publicId: string; readonly name: string } | null;
  readonly role: Role;
  readonly passwordHash: SealedHash;
}

/** An account and what its password is proven against. */
export interface Credential extends Account {
  readonly passwordHash: SealedHash | null;
  /** Counts the changes that end sessions: who proved an older one may open none any more. */
  readonly version: number;
}

export interface Users {
  /** User, organization, membership and the mail that asks for proof in one batch, or nothing: `email_taken`. */
  register(account: NewAccount, link: MailedLink, audit: AuditEntry): Promise<UserId | "email_taken">;
  /** An account has the address, or may still take it back by an undo link. */
  isEmailTaken(email: string, now: number): Promise<boolean>;
  credentialByEmail(email: string): Promise<Credential | null>;
  /** of whoever proved the number */
  credentialByPhone(phone: string): Promise<Credential | null>;
  credentialByIdentity(identity: Identity): Promise<Credential | null>;
  credentialById(id: UserId): Promise<Credential | null>;
  /** Replaces exactly the hash that was proven; another that won meanwhile stays. */
  upgradePasswordHash(change: { id: UserId; from: SealedHash; to: SealedHash }): Promise<void>;
  /** New hash, notice, end of the other sessions and of what links would change in one batch; null when `from` is no longer the hash, and then nothing changed. */
  changePassword(
    change: { id: UserId; from: SealedHash; to: SealedHash; keep: SessionId; now: number },
    audit: AuditEntry,
    notice: OutboxMessage,
  ): Promise<SessionId[] | null>;
  rename(change: { id: UserId; fullName: string }, audit: AuditEntry): Promise<void>;
}

export interface Sessions {
  /**
   * False when the user's credentials are no longer of the version that was proven, or no active membership stands behind
   * the session: the user is not (any more) active in the organization, or, without one, was deactivated in every one.
   * Nothing was stored then.
   */
  open(session: Session, grounds: SessionGrounds, audit: AuditEntry): Promise<boolean>;
  /** The truth: a session that is neither ended nor over, with its user and membership; null when that was deactivated or is gone. */
  standing(id: SessionId, now: number): Promise<Standing | null>;
  /**
   * Counts one rotation when `counter` is the newest, and in any case says how the session stands: of N parallel calls
   * exactly one counts. Null when the session has ended.
   */
  rotate(token: { id: SessionId; counter: number; now: number }): Promise<RefreshState | null>;
  /** The same without counting. */
  refreshState(id: SessionId, now: number): Promise<RefreshState | null>;
  /** Live ones, newest first, at most 100. */
  ofUser(userId: UserId, now: number): Promise<Session[]>;
  /** False when the user has no such live session: nothing was changed then. */
  end(which: { id: SessionId; userId: UserId; now: number }, audit: AuditEntry): Promise<boolean>;
  /** Ends all but one; answers the ids of those that were live. */
  endOthers(which: { keep: SessionId; userId: UserId; now: number }, audit: AuditEntry): Promise<SessionId[]>;
}

/** A session's refresh token as it stands. */
export interface RefreshState {
  /** of the newest refresh token */
  readonly counter: number;
  /** epoch seconds of the newest rotation; 0 before the first */
  readonly rotatedAt: number;
  readonly standing: Standing;
}

/** What tokens name as their `sid`: when it ends, they do. */
export type RevocableId = SessionId | CredentialId;

export interface Revocations {
  /**
   * What these tokens stand on has ended, or is another role or organization now: they prove nothing any more by themselves.
   * Tells this isolate at once and all others within KV's minute. Never throws: D1 holds the truth.
   */
  publish(ids: readonly RevocableId[]): Promise<void>;
  /** Publishes what KV did not take at the time: for the cron trigger. */
  republish(now: number): Promise<void>;
  /** May be stale by this isolate's 5 s and KV's 60 s. Throws `unavailable` when KV is down. */
  recentlyRevoked(id: RevocableId, now: number): Promise<boolean>;
  /** What the truth said, for this isolate's next 5 s. */
  remember(id: RevocableId, revoked: boolean, now: number): void;
}

export interface AuditLog {
  /** For what changes nothing else: a failed login. */
  write(entry: AuditEntry): Promise<void>;
}

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Log {
  /** One JSON line. Never a password, token, code or key. */
  write(level: "info" | "warn" | "error", event: string, fields: LogFields): void;
}

/** Everything that a story needs. One for each isolate, built in `core.ts`. */
export interface Core {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly sealer: Sealer;
  readonly keyring: Keyring;
  readonly verifiedTokens: VerifiedTokens;
  readonly signingKeys: SigningKeys;
  readonly sealedValues: SealedValues;
  readonly limiter: Limiter;
  readonly challenges: Challenges;
  readonly emailVerification: EmailVerification;
  readonly recovery: Recovery;
  readonly emailChanges: EmailChanges;
  readonly phones: Phones;
  /** null without a secret */
  readonly captcha: Captcha | null;
  readonly codeRecords: CodeRecords;
  readonly codeLedger: CodeLedger;
  /** null without a client id */
  readonly google: Google | null;
  readonly identities: Identities;
  readonly loginCodes: LoginCodes;
  readonly revocations: Revocations;
  readonly users: Users;
  readonly sessions: Sessions;
  readonly secondFactors: SecondFactors;
  readonly pendingLogins: PendingLogins;
  readonly auditLog: AuditLog;
  readonly departures: Departures;
  readonly outbox: Outbox;
  readonly carriers: Carriers;
  readonly apiKeys: ApiKeys;
  readonly keyQuota: KeyQuota;
  readonly members: Members;
  readonly invitations: Invitations;
  readonly organizations: Organizations;
  readonly projects: Projects;
  readonly companyCredentials: CompanyCredentials;
  readonly auditTrail: AuditTrail;
}
