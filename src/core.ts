import { turnstile } from "./adapters/captcha-turnstile.ts";
import { carriersFor } from "./adapters/carriers.ts";
import { openDatabase } from "./adapters/d1.ts";
import { d1ApiKeys } from "./adapters/d1-api-keys.ts";
import { d1AuditLog } from "./adapters/d1-audit-log.ts";
import { d1AuditTrail } from "./adapters/d1-audit-trail.ts";
import { d1Challenges } from "./adapters/d1-challenges.ts";
import { d1CompanyCredentials } from "./adapters/d1-company-credentials.ts";
import { d1Departures } from "./adapters/d1-departures.ts";
import { d1EmailChanges } from "./adapters/d1-email-changes.ts";
import { d1EmailVerification } from "./adapters/d1-email-verification.ts";
import { d1Identities } from "./adapters/d1-identities.ts";
import { d1Invitations } from "./adapters/d1-invitations.ts";
import { d1LoginCodes } from "./adapters/d1-login-codes.ts";
import { d1Members } from "./adapters/d1-members.ts";
import { d1Organizations } from "./adapters/d1-organizations.ts";
import { d1Outbox } from "./adapters/d1-outbox.ts";
import { d1PendingLogins } from "./adapters/d1-pending-logins.ts";
import { d1Phones } from "./adapters/d1-phones.ts";
import { d1Projects } from "./adapters/d1-projects.ts";
import { d1Recovery } from "./adapters/d1-recovery.ts";
import { d1RevocationBacklog } from "./adapters/d1-revocation-backlog.ts";
import { d1SealedValues } from "./adapters/d1-sealed-values.ts";
import { d1SecondFactors } from "./adapters/d1-second-factors.ts";
import { d1Sessions } from "./adapters/d1-sessions.ts";
import { d1SigningKeys } from "./adapters/d1-signing-keys.ts";
import { d1Users } from "./adapters/d1-users.ts";
import { codeLedgerOn } from "./adapters/do-code-ledger.ts";
import { quotaCounterOn } from "./adapters/do-key-quota.ts";
import { limiterOn } from "./adapters/do-limiter.ts";
import { googleOver } from "./adapters/google.ts";
import { IsolateTokens } from "./adapters/isolate-tokens.ts";
import { kvCodeRecords } from "./adapters/kv-code-records.ts";
import { kvRevocations } from "./adapters/kv-revocations.ts";
import { consoleLog, systemClock, systemRandom } from "./adapters/world.ts";
import { Sealer } from "./crypto/seal.ts";
import { IsolateQuota } from "./domain/isolate-quota.ts";
import { IsolateKeyring } from "./domain/keyring.ts";
import type { Core } from "./domain/ports.ts";
import { checkBindings, configurationOf, type Env } from "./env.ts";

/** What isn't a binding: time, chance and the log. */
export type World = Pick<Core, "clock" | "random" | "log">;

export const WORLD: World = { clock: systemClock, random: systemRandom, log: consoleLog };

/** The composition root: which adapter stands behind each port. Throws `misconfigured`. */
export function buildCore(env: Env, world: World = WORLD): Core {
  const { settings, masterKeys, providers, google, turnstile: captcha } = configurationOf(env);
  checkBindings(env);
  const db = openDatabase(env.DB);
  const signingKeys = d1SigningKeys(db);
  const sealer = new Sealer({ keys: masterKeys, random: world.random });
  return {
    ...world,
    settings,
    sealer,
    challenges: d1Challenges(db),
    emailVerification: d1EmailVerification(db),
    recovery: d1Recovery(db),
    emailChanges: d1EmailChanges(db),
    phones: d1Phones(db),
    captcha: captcha === null ? null : turnstile(captcha),
    keyring: new IsolateKeyring({ store: signingKeys, sealer, clock: world.clock, settings }),
    verifiedTokens: new IsolateTokens(),
    signingKeys,
    sealedValues: d1SealedValues(db),
    limiter: limiterOn(env.LIMITER),
    revocations: kvRevocations(env.KV, {
      ...world,
      accessTokenTtlSeconds: Math.max(settings.accessTokenTtlSeconds, settings.companyAccessTokenTtlSeconds),
      backlog: d1RevocationBacklog(db),
    }),
    codeRecords: kvCodeRecords(env.KV),
    codeLedger: codeLedgerOn(env.CODES, { lifetimeSeconds: settings.otpTtlSeconds }),
    google: google === null ? null : googleOver(google, world.clock),
    identities: d1Identities(db),
    loginCodes: d1LoginCodes(db),
    users: d1Users(db),
    sessions: d1Sessions(db),
    secondFactors: d1SecondFactors(db),
    pendingLogins: d1PendingLogins(db),
    auditLog: d1AuditLog(db),
    departures: d1Departures(db),
    outbox: d1Outbox(db),
    carriers: carriersFor(providers),
    apiKeys: d1ApiKeys(db),
    keyQuota: new IsolateQuota({
      ...world,
      counter: quotaCounterOn(env.KEY_QUOTA),
      windowSeconds: settings.limits.key.windowSeconds,
    }),
    members: d1Members(db),
    invitations: d1Invitations(db),
    organizations: d1Organizations(db),
    projects: d1Projects(db),
    companyCredentials: d1CompanyCredentials(db),
    auditTrail: d1AuditTrail(db),
  };
}

const cores = new WeakMap<Env, Core>();

/** One Core an isolate: its memory (keys, revocations) outlives the request. */
export function coreOf(env: Env): Core {
  const known = cores.get(env);
  if (known !== undefined) return known;
  const core = buildCore(env);
  cores.set(env, core);
  return core;
}
