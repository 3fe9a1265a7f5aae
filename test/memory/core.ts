import { carriersFor } from "../../src/adapters/carriers.ts";
import { IsolateTokens } from "../../src/adapters/isolate-tokens.ts";
import { systemRandom } from "../../src/adapters/world.ts";
import { Sealer } from "../../src/crypto/seal.ts";
import { AuthError } from "../../src/domain/error.ts";
import { IsolateQuota } from "../../src/domain/isolate-quota.ts";
import { IsolateKeyring } from "../../src/domain/keyring.ts";
import type { Core } from "../../src/domain/ports.ts";
import { configurationOf, type Env } from "../../src/env.ts";
import { TestClock, TestLog } from "../clock.ts";
import { memoryApiKeys } from "./api-keys.ts";
import { memoryAuditLog } from "./audit-log.ts";
import { memoryAuditTrail } from "./audit-trail.ts";
import { memoryCodeLedger, memoryCodeRecords } from "./codes.ts";
import { memoryCompanyCredentials } from "./company-credentials.ts";
import { type MemoryDatabase, memoryDatabase } from "./database.ts";
import { memoryDepartures } from "./departures.ts";
import { memoryIdentities } from "./identities.ts";
import { memoryInvitations } from "./invitations.ts";
import { memoryLimiter } from "./limiter.ts";
import { memoryLoginCodes } from "./login-codes.ts";
import { memoryChallenges, memoryEmailChanges, memoryEmailVerification, memoryRecovery } from "./mailed-links.ts";
import { memoryMembers } from "./members.ts";
import { memoryOrganizations } from "./organizations.ts";
import { memoryOutbox } from "./outbox.ts";
import { memoryPendingLogins } from "./pending-logins.ts";
import { memoryPhones } from "./phones.ts";
import { memoryProjects } from "./projects.ts";
import { memoryQuotaCounter } from "./quota-counter.ts";
import { memoryRevocations } from "./revocations.ts";
import { memorySealedValues } from "./sealed-values.ts";
import { memorySecondFactors } from "./second-factors.ts";
import { memorySessions } from "./sessions.ts";
import { memorySigningKeys } from "./signing-keys.ts";
import { memoryUsers } from "./users.ts";

/** The parts of the world that can be told to fail. */
export type Part =
  | ("users" | "sessions" | "secondFactors" | "pendingLogins" | "signingKeys" | "sealedValues" | "codes")
  | ("challenges" | "emailVerification" | "recovery" | "emailChanges" | "phones" | "identities" | "loginCodes")
  | ("members" | "invitations" | "organizations" | "projects" | "companyCredentials" | "apiKeys" | "quotaCounter")
  | ("auditLog" | "auditTrail" | "limiter" | "revocations" | "outbox" | "departures");

export interface MemoryCore extends Core {
  readonly clock: TestClock;
  readonly log: TestLog;
  readonly db: MemoryDatabase;
  /** Whose every call throws `unavailable`. */
  readonly failing: Set<Part>;
  /** What was asked of storage, in order: `users.credentialByEmail`. */
  readonly calls: string[];
}

const VARIABLES = {
  ENVIRONMENT: "development",
  ISSUER: "http://localhost:8787",
  MASTER_KEYS: `1:${"k".repeat(42)}A`,
  PASSWORD_HASH_ROUNDS: 1,
};

/** One isolate with its storage in memory. `changes` replaces variables; on the parts of another core it is a second isolate. */
export function memoryCore(
  changes: Readonly<Record<string, unknown>> = {},
  { db, clock, limiter }: Pick<MemoryCore, "db" | "clock" | "limiter"> = {
    db: memoryDatabase(),
    clock: new TestClock(),
    limiter: memoryLimiter(),
  },
): MemoryCore {
  const { settings, masterKeys, providers } = configurationOf({ ...VARIABLES, ...changes } as unknown as Env);
  const failing = new Set<Part>();
  const calls: string[] = [];
  const tap = <Port extends object>(part: Part, port: Port) => tapped(port, { part, failing, calls });
  const sealer = new Sealer({ keys: masterKeys, random: systemRandom });
  const signingKeys = tap("signingKeys", memorySigningKeys(db));
  const keyring = new IsolateKeyring({ store: signingKeys, sealer, clock, settings });
  return {
    ...{ settings, clock, log: new TestLog(), random: systemRandom, sealer, keyring, signingKeys, db, failing, calls },
    verifiedTokens: new IsolateTokens(),
    limiter: tap("limiter", limiter),
    revocations: memoryRevocations(db, () => failing.has("revocations")),
    sealedValues: tap("sealedValues", memorySealedValues(db)),
    users: tap("users", memoryUsers(db)),
    sessions: tap("sessions", memorySessions(db)),
    secondFactors: tap("secondFactors", memorySecondFactors(db)),
    pendingLogins: tap("pendingLogins", memoryPendingLogins(db)),
    challenges: tap("challenges", memoryChallenges(db)),
    emailVerification: tap("emailVerification", memoryEmailVerification(db)),
    recovery: tap("recovery", memoryRecovery(db)),
    emailChanges: tap("emailChanges", memoryEmailChanges(db)),
    phones: tap("phones", memoryPhones(db)),
    codeRecords: tap("codes", memoryCodeRecords()),
    codeLedger: tap("codes", memoryCodeLedger()),
    captcha: null,
    auditLog: tap("auditLog", memoryAuditLog(db)),
    departures: tap("departures", memoryDepartures(db)),
    outbox: tap("outbox", memoryOutbox(db)),
    google: null,
    identities: tap("identities", memoryIdentities(db)),
    loginCodes: tap("loginCodes", memoryLoginCodes(db)),
    carriers: carriersFor(providers),
    apiKeys: tap("apiKeys", memoryApiKeys(db)),
    keyQuota: new IsolateQuota({
      ...{ counter: tap("quotaCounter", memoryQuotaCounter()), clock, random: systemRandom },
      windowSeconds: settings.limits.key.windowSeconds,
    }),
    members: tap("members", memoryMembers(db)),
    invitations: tap("invitations", memoryInvitations(db)),
    organizations: tap("organizations", memoryOrganizations(db)),
    projects: tap("projects", memoryProjects(db)),
    companyCredentials: tap("companyCredentials", memoryCompanyCredentials(db)),
    auditTrail: tap("auditTrail", memoryAuditTrail(db)),
  };
}

/** The same port, each call of it noted, and refused while its part is failing. */
function tapped<Port extends object>(
  port: Port,
  { part, failing, calls }: { part: Part; failing: ReadonlySet<Part>; calls: string[] },
): Port {
  return new Proxy(port, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== "function") return method;
      return async (...args: unknown[]) => {
        calls.push(`${part}.${String(name)}`);
        if (failing.has(part)) throw new AuthError("unavailable", `${part} is down`, { retryAfterSeconds: 1 });
        return Reflect.apply(method, target, args);
      };
    },
  });
}
