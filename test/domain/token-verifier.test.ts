import { generateKeyPair, importJWK, type JWTPayload, SignJWT } from "jose";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { base64Url, utf8 } from "../../src/crypto/bytes.ts";
import { importVerifyingKey } from "../../src/domain/compact-jws.ts";
import {
  type KeyFor,
  type TokenReason,
  TokenRefused,
  type TokenRules,
  verifyToken,
} from "../../src/domain/token-verifier.ts";
import attacks from "../vectors/jwt-attacks.json";

const { profile } = attacks;
const NOW = profile.now;

const RULES: TokenRules = {
  algorithm: "ES256",
  types: ["at+jwt"],
  issuers: [profile.iss],
  audience: profile.aud,
  required: ["client_id", "jti"],
  maxLifetimeSeconds: () => profile.max_token_age_s,
  expirySkewSeconds: profile.skew_s,
};

/** What may be refused only once the key has been looked up; every other reason costs no look-up. */
const REASONS_AFTER_THE_KEY: readonly TokenReason[] = [
  ...(["unknown_key", "unfit_key", "wrong_signature", "payload_not_json", "payload_not_object"] as const),
  ...(["claim_missing", "wrong_issuer", "audience_malformed", "wrong_audience", "time_malformed"] as const),
  ...(["not_yet_valid", "issued_in_future", "lifetime_too_long", "expired"] as const),
];

const CLAIMS = {
  iss: profile.iss,
  aud: profile.aud,
  sub: "user_1",
  client_id: "c1",
  jti: "j1",
  iat: NOW,
  exp: NOW + 300,
};
const HEADER = { alg: "ES256", typ: "at+jwt", kid: "k1" };

let privateKey: CryptoKey;
let keys: ReadonlyMap<string, CryptoKey>;
const keyFor = vi.fn<KeyFor>(async (kid) => keys.get(kid) ?? null);

beforeAll(async () => {
  privateKey = (await importJWK(attacks.private_jwk_test_only, "ES256")) as CryptoKey;
  keys = new Map([["k1", (await importJWK(attacks.public_jwk, "ES256")) as CryptoKey]]);
});

beforeEach(() => {
  keyFor.mockClear();
  vi.spyOn(globalThis, "fetch");
});

afterEach(() => {
  expect(globalThis.fetch).not.toHaveBeenCalled();
  vi.restoreAllMocks();
  keyFor.mockImplementation(async (kid) => keys.get(kid) ?? null);
});

const signed = (claims: object, header: object = HEADER) =>
  new SignJWT(claims as JWTPayload).setProtectedHeader({ alg: "ES256", ...header }).sign(privateKey);

async function refusal(token: unknown, rules: TokenRules = RULES, now = NOW): Promise<TokenRefused> {
  const outcome = await verifyToken(token, keyFor, rules, now).catch((error: unknown) => error);
  if (outcome instanceof TokenRefused) return outcome;
  throw new Error("not refused", { cause: outcome });
}

/** The vectors hold one token too long to be written down. */
function tokenOf(attack: (typeof attacks.cases)[number]): string {
  if (typeof attack.token === "string") return attack.token;
  const [header, , signature] = attacks.cases[0]?.token?.split(".") ?? [];
  const token = `${header}.${"A".repeat(1_048_576)}.${signature}`;
  expect(token).toHaveLength(attack.token_len ?? 0);
  return token;
}

describe("the attacks", () => {
  const refused = attacks.cases.filter(({ expect }) => expect === "reject");
  const taken = attacks.cases.filter(({ expect }) => expect === "accept");

  it("are 115: 109 to refuse, 6 to take", () => {
    expect([attacks.cases.length, refused.length, taken.length]).toEqual([115, 109, 6]);
  });

  for (const attack of refused) {
    it(`refuses: ${attack.name}`, async () => {
      const { reason } = await refusal(tokenOf(attack));
      expect(keyFor).toHaveBeenCalledTimes(REASONS_AFTER_THE_KEY.includes(reason) ? 1 : 0);
    });
  }

  for (const attack of taken) {
    it(`takes: ${attack.name}`, async () => {
      const claims = await verifyToken(tokenOf(attack), keyFor, RULES, NOW);
      expect(claims).toMatchObject({ iss: profile.iss, sub: "user_1", client_id: "c1", jti: "j1" });
      expect(claims.admin).toBeUndefined();
      expect(Object.hasOwn(claims, "__proto__")).toBe(false);
      expect(keyFor.mock.calls).toEqual([["k1"]]);
    });
  }
});

describe("the header", () => {
  for (const typ of ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"]) {
    it(`takes typ ${typ}, RFC 7515 §4.1.9`, async () => {
      await expect(verifyToken(await signed(CLAIMS, { ...HEADER, typ }), keyFor, RULES, NOW)).resolves.toEqual(CLAIMS);
    });
  }

  for (const typ of ["", "jwt", "text/at+jwt", "application/application/at+jwt", " at+jwt", 7, ["at+jwt"], null]) {
    it(`refuses typ ${JSON.stringify(typ)}`, async () => {
      expect((await refusal(await signed(CLAIMS, { ...HEADER, typ }))).reason).toBe("wrong_type");
      expect(keyFor).not.toHaveBeenCalled();
    });
  }

  for (const member of ["jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "cty", "enc", "zip", "epk", "p2c"]) {
    it(`refuses the member ${member}, whatever its value`, async () => {
      for (const value of ["x", null, false]) {
        const { reason, message } = await refusal(await signed(CLAIMS, { ...HEADER, [member]: value }));
        expect([reason, message]).toEqual(["header_member_refused", `header_member_refused: ${member}`]);
      }
      expect(keyFor).not.toHaveBeenCalled();
    });
  }

  it("ignores members it does not know, RFC 7515 §4", async () => {
    const token = await signed(CLAIMS, { ...HEADER, hello: { world: 1 } });
    await expect(verifyToken(token, keyFor, RULES, NOW)).resolves.toEqual(CLAIMS);
  });

  for (const kid of ["", "a b", "a/b", "a\n", "ключ", "k".repeat(129)]) {
    it(`never looks up the kid ${JSON.stringify(kid.slice(0, 8))} (${kid.length} long)`, async () => {
      expect((await refusal(await signed(CLAIMS, { ...HEADER, kid }))).reason).toBe("kid_malformed");
      expect(keyFor).not.toHaveBeenCalled();
    });
  }
});

describe("the key", () => {
  it("is looked up once, and a look-up that fails is no refusal: its error passes through", async () => {
    const down = new Error("keys can't be had");
    keyFor.mockRejectedValue(down);
    await expect(verifyToken(await signed(CLAIMS), keyFor, RULES, NOW)).rejects.toBe(down);
    expect(keyFor).toHaveBeenCalledTimes(1);
  });

  it("refuses a token signed by another key under a known kid", async () => {
    const stranger = await generateKeyPair("ES256");
    const token = await new SignJWT(CLAIMS).setProtectedHeader(HEADER).sign(stranger.privateKey);
    expect((await refusal(token)).reason).toBe("wrong_signature");
  });

  for (const [what, algorithm] of [
    ["another curve", { name: "ECDSA", namedCurve: "P-384" }],
    ["another scheme", { name: "Ed25519" }],
  ] as const) {
    it(`refuses a key of ${what}, even when the look-up hands it out`, async () => {
      const pair = (await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair;
      keyFor.mockResolvedValue(pair.publicKey);
      expect((await refusal(await signed(CLAIMS))).reason).toBe("unfit_key");
    });
  }

  it("refuses a private key where a public one belongs", async () => {
    keyFor.mockResolvedValue(privateKey);
    expect((await refusal(await signed(CLAIMS))).reason).toBe("unfit_key");
  });

  it("is imported only for what its JWK is made for", async () => {
    const jwk = attacks.public_jwk;
    await expect(importVerifyingKey(jwk, "ES256")).resolves.toMatchObject({ type: "public", usages: ["verify"] });
    for (const other of [
      { ...jwk, use: "enc" },
      { ...jwk, key_ops: ["sign"] },
      { ...jwk, alg: "ES384" },
      { ...jwk, crv: "P-384" },
      { ...jwk, kty: "RSA" },
      { ...jwk, x: jwk.y },
      { ...attacks.private_jwk_test_only },
      { kty: "oct", k: jwk.x, alg: "ES256" },
    ]) {
      await expect(importVerifyingKey(other, "ES256")).resolves.toBeNull();
    }
    await expect(importVerifyingKey(jwk, "RS256")).resolves.toBeNull();
  });
});

describe("the claims", () => {
  for (const [what, change, reason] of [
    ["sub is empty", { sub: "" }, "claim_missing"],
    ["client_id is empty", { client_id: "" }, "claim_missing"],
    ["client_id is absent", { client_id: undefined }, "claim_missing"],
    ["jti is a number", { jti: 1 }, "claim_missing"],
    ["iss is absent", { iss: undefined }, "wrong_issuer"],
    ["aud is empty", { aud: "" }, "audience_malformed"],
    ["aud holds us and an empty string", { aud: [profile.aud, ""] }, "audience_malformed"],
    ["aud holds us and a number", { aud: [profile.aud, 1] }, "audience_malformed"],
    ["aud holds us one level deeper", { aud: [[profile.aud]] }, "audience_malformed"],
    ["nbf is null", { nbf: null }, "time_malformed"],
    ["iat is absent", { iat: undefined }, "time_malformed"],
    ["exp is true", { exp: true }, "time_malformed"],
    ["iat is 31 s ahead", { iat: NOW + 31 }, "issued_in_future"],
    ["nbf is 31 s ahead", { nbf: NOW + 31 }, "not_yet_valid"],
    ["exp is a second past the longest life", { exp: NOW + 3601 }, "lifetime_too_long"],
    ["exp was 30 s ago, which is all the skew there is", { iat: NOW - 90, exp: NOW - 30 }, "expired"],
  ] as const) {
    it(`are refused when ${what}`, async () => {
      expect((await refusal(await signed({ ...CLAIMS, ...change }))).reason).toBe(reason);
    });
  }

  for (const [what, change] of [
    ["iat is 30 s ahead", { iat: NOW + 30, exp: NOW + 330 }],
    ["nbf is 30 s ahead", { nbf: NOW + 30 }],
    ["the life is the longest there may be", { exp: NOW + 3600 }],
    ["times have fractions, RFC 7519 §2", { iat: NOW - 0.5, exp: NOW + 299.5 }],
    ["there are some that nobody knows", { "https://example.com/x": { y: [null] } }],
  ] as const) {
    it(`are taken when ${what}`, async () => {
      const claims = { ...CLAIMS, ...change };
      await expect(verifyToken(await signed(claims), keyFor, RULES, NOW)).resolves.toEqual(claims);
    });
  }

  it("hold until the second of exp without skew, and no longer", async () => {
    const rules = { ...RULES, expirySkewSeconds: 0 };
    const token = await signed(CLAIMS);
    await expect(verifyToken(token, keyFor, rules, CLAIMS.exp - 1)).resolves.toEqual(CLAIMS);
    expect((await refusal(token, rules, CLAIMS.exp)).reason).toBe("expired");
  });

  it("come with the refusal when a genuine token has merely expired, and with no other", async () => {
    const expired = await refusal(await signed(CLAIMS), RULES, NOW + 1000);
    expect([expired.reason, expired.claims]).toEqual(["expired", CLAIMS]);
    for (const change of [
      { iss: "https://evil.example" },
      { aud: "x" },
      { jti: "" },
      { nbf: NOW + 5000 },
      { iat: 0 },
    ]) {
      const other = await refusal(await signed({ ...CLAIMS, ...change }), RULES, NOW + 1000);
      expect([other.reason === "expired", other.claims]).toEqual([false, undefined]);
    }
    const forged = await refusal(`${(await signed(CLAIMS)).slice(0, -86)}${"A".repeat(86)}`, RULES, NOW + 1000);
    expect([forged.reason, forged.claims]).toEqual(["wrong_signature", undefined]);
  });

  it("decide their own longest life; null sets none", async () => {
    const rules: TokenRules = { ...RULES, maxLifetimeSeconds: ({ kind }) => (kind === "team" ? 60 : null) };
    const years = { ...CLAIMS, exp: NOW + 10 ** 8 };
    await expect(verifyToken(await signed(years), keyFor, rules, NOW)).resolves.toEqual(years);
    expect((await refusal(await signed({ ...years, kind: "team" }), rules)).reason).toBe("lifetime_too_long");
  });

  it("are refused, all of them, by a clock that is not a number", async () => {
    expect((await refusal(await signed(CLAIMS), RULES, Number.NaN)).reason).toBe("issued_in_future");
  });

  it("never show in what the refusal says", async () => {
    const { message } = await refusal(await signed({ ...CLAIMS, iss: "hunter2", aud: "hunter2", sub: "hunter2" }));
    expect(message).not.toContain("hunter2");
  });
});

describe("a wrong shape costs no look-up", () => {
  const [header = "", payload = "", signature = ""] = attacks.cases[0]?.token?.split(".") ?? [];
  const bytes = (length: number) => base64Url(new Uint8Array(length).fill(7));
  const headed = (value: unknown) => `${base64Url(utf8(JSON.stringify(value)))}.${payload}.${signature}`;

  for (const [what, token, reason] of [
    ["no segments", "", "not_compact"],
    ["two segments", `${header}.${payload}`, "not_compact"],
    ["four segments", `${header}.${payload}.${signature}.`, "not_compact"],
    ["five segments", `${header}.${payload}.${signature}.${payload}.${signature}`, "not_compact"],
    ["an empty header", `.${payload}.${signature}`, "not_compact"],
    ["an empty payload", `${header}..${signature}`, "not_compact"],
    ["an empty signature", `${header}.${payload}.`, "not_compact"],
    ["a payload with padding", `${header}.${payload}=.${signature}`, "not_base64url"],
    ["a payload with white space", `${header}.${payload}\n.${signature}`, "not_base64url"],
    ["a signature with bits to spare", `${header}.${payload}.${signature.slice(0, -1)}h`, "not_base64url"],
    ["a signature of 63 bytes", `${header}.${payload}.${bytes(63)}`, "signature_length"],
    ["a signature of 65 bytes", `${header}.${payload}.${bytes(65)}`, "signature_length"],
    ["a token of 8193 characters", `${header}.${"A".repeat(8191 - header.length - 86)}.${signature}`, "token_too_long"],
    ["a header of more than 2048 characters", headed({ ...HEADER, x: "x".repeat(2000) }), "header_too_long"],
    ["a header that is no JSON", `${base64Url(utf8("{alg}"))}.${payload}.${signature}`, "header_not_json"],
    [
      "a header that is no UTF-8",
      `${base64Url(Uint8Array.of(0x22, 0xff, 0x22))}.${payload}.${signature}`,
      "header_not_json",
    ],
    ["a header that is a list", headed([HEADER]), "header_not_object"],
    ["a header that is null", headed(null), "header_not_object"],
    ["crit", headed({ ...HEADER, crit: ["exp"], exp: 1 }), "header_member_refused"],
    ["b64", headed({ ...HEADER, b64: true }), "header_member_refused"],
    ["crit with b64, which jose understands", headed({ ...HEADER, crit: ["b64"], b64: true }), "header_member_refused"],
    ["alg none", headed({ ...HEADER, alg: "none" }), "wrong_algorithm"],
    ["no alg", headed({ typ: "at+jwt", kid: "k1" }), "wrong_algorithm"],
  ] as const) {
    it(`and is refused: ${what}`, async () => {
      expect((await refusal(token)).reason).toBe(reason);
      expect(keyFor).not.toHaveBeenCalled();
    });
  }

  it("while a token of exactly 8192 characters is read to its signature", async () => {
    const wide = base64Url(utf8(`${JSON.stringify(HEADER)} `)); // a space more, so that the payload's length is canonical
    const longest = `${wide}.${"A".repeat(8190 - wide.length - 86)}.${signature}`;
    expect([longest.length, (await refusal(longest)).reason]).toEqual([8192, "wrong_signature"]);
    expect(keyFor).toHaveBeenCalledTimes(1);
  });
});

describe("what is no token at all", () => {
  for (const [what, token] of [
    ["undefined", undefined],
    ["null", null],
    ["a number", 7],
    ["bytes", new Uint8Array(8)],
    ["an object with toString", { toString: () => attacks.cases[0]?.token }],
  ] as const) {
    it(`is refused: ${what}`, async () => {
      expect((await refusal(token)).reason).toBe("not_a_string");
    });
  }
});

describe("Google's ID tokens, the second profile", () => {
  const rules: TokenRules = {
    algorithm: "RS256",
    types: ["jwt", null],
    issuers: ["https://accounts.google.com", "accounts.google.com"],
    audience: "id.apps.googleusercontent.com",
    required: ["email"],
    maxLifetimeSeconds: () => 3600,
    expirySkewSeconds: 30,
  };
  const claims = {
    iss: "accounts.google.com",
    aud: rules.audience,
    sub: "1",
    email: "a@b.c",
    iat: NOW,
    exp: NOW + 3600,
  };
  let google: CryptoKeyPair;

  beforeAll(async () => {
    google = await generateKeyPair("RS256");
  });

  const idToken = (header: object, key = google.privateKey) =>
    new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "g1", ...header }).sign(key);

  for (const header of [{}, { typ: "JWT" }, { typ: "jwt" }]) {
    it(`are taken with ${JSON.stringify(header)}`, async () => {
      keyFor.mockResolvedValue(google.publicKey);
      await expect(verifyToken(await idToken(header), keyFor, rules, NOW)).resolves.toEqual(claims);
      expect(keyFor.mock.calls).toEqual([["g1"]]);
    });
  }

  it("are refused with the type of an access token", async () => {
    expect((await refusal(await idToken({ typ: "at+jwt" }), rules)).reason).toBe("wrong_type");
  });

  it("are refused without kid", async () => {
    expect((await refusal(await idToken({ kid: undefined }), rules)).reason).toBe("kid_missing");
  });

  it("are never mixed up with ours: each profile refuses the other's algorithm before it looks for a key", async () => {
    expect((await refusal(await idToken({ typ: "at+jwt" }), RULES)).reason).toBe("wrong_algorithm");
    expect((await refusal(await signed(CLAIMS), rules)).reason).toBe("wrong_algorithm");
    expect(keyFor).not.toHaveBeenCalled();
  });
});
