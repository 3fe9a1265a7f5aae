import fc from "fast-check";
import { generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { base64Url, utf8 } from "../../src/crypto/bytes.ts";
import { type KeyFor, TokenRefused, type TokenRules, verifyToken } from "../../src/domain/token-verifier.ts";

// The same cases on each run; on failure fast-check prints the seed and the path to the smallest counterexample.
const SEED = { seed: 7519 };
const NOW = 1_800_000_000;

const RULES: TokenRules = {
  algorithm: "ES256",
  types: ["at+jwt"],
  issuers: ["https://auth.example.com", "https://old.example.com"],
  audience: "https://api.example.com",
  required: ["client_id", "jti"],
  maxLifetimeSeconds: () => 3600,
  expirySkewSeconds: 30,
};
const HEADER = { alg: "ES256", typ: "at+jwt", kid: "k1" };
const CLAIMS = {
  ...{ iss: "https://auth.example.com", aud: "https://api.example.com", sub: "u1", client_id: "c1", jti: "j1" },
  ...{ iat: NOW, exp: NOW + 300 },
};

let pair: CryptoKeyPair;
const keyFor: KeyFor = async (kid) => (kid === "k1" ? pair.publicKey : null);

beforeAll(async () => {
  pair = await generateKeyPair("ES256");
});

const signed = (claims: object) => new SignJWT(claims as JWTPayload).setProtectedHeader(HEADER).sign(pair.privateKey);

/** What jose won't sign for us: any header and any payload, letter for letter, under a genuine signature. */
async function signedRaw(header: string, payload: string): Promise<string> {
  const input = `${base64Url(utf8(header))}.${base64Url(utf8(payload))}`;
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, utf8(input));
  return `${input}.${base64Url(new Uint8Array(signature))}`;
}

async function isTaken(token: unknown, now = NOW): Promise<boolean> {
  try {
    await verifyToken(token, keyFor, RULES, now);
    return true;
  } catch (error) {
    if (error instanceof TokenRefused) return false;
    throw error; // a refusal is a TokenRefused and nothing else
  }
}

const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
const strangeClaims = fc.dictionary(
  fc.string({ maxLength: 10 }).filter((name) => !["nbf", "__proto__", ...Object.keys(CLAIMS)].includes(name)),
  fc.jsonValue({ maxDepth: 2, stringUnit: "grapheme" }),
  { maxKeys: 3 },
);
const audience = fc.oneof(
  fc.constant(CLAIMS.aud),
  fc
    .tuple(fc.array(word, { maxLength: 3 }), fc.array(word, { maxLength: 3 }))
    .map(([a, b]) => [...a, CLAIMS.aud, ...b]),
);
const goodClaims = fc
  .record({
    iss: fc.constantFrom(...RULES.issuers),
    aud: audience,
    ...{ sub: word, client_id: word, jti: word },
    age: fc.integer({ min: -30, max: 3599 }),
    left: fc.integer({ min: -29, max: 3600 }),
    nbf: fc.option(fc.integer({ min: 0, max: NOW + 30 }), { nil: undefined }),
    strange: strangeClaims,
  })
  .filter(({ age, left }) => age + left <= 3600)
  .map(({ age, left, strange, ...claims }) => ({ ...strange, ...claims, iat: NOW - age, exp: NOW + left }));

describe("good tokens", () => {
  it("are taken, whoever they are for, and their claims come back as they were signed", async () => {
    await fc.assert(
      fc.asyncProperty(goodClaims, async (claims) => {
        const asWritten: unknown = JSON.parse(JSON.stringify(claims));
        expect(await verifyToken(await signed(claims), keyFor, RULES, NOW)).toEqual(asWritten);
      }),
      { ...SEED, numRuns: 300 },
    );
  });

  it("are taken in any order of members and with any white space between them", async () => {
    const order = fc.shuffledSubarray(Object.entries(CLAIMS), { minLength: Object.keys(CLAIMS).length });
    const headerOrder = fc.shuffledSubarray(Object.entries(HEADER), { minLength: 3 });
    const indent = fc.constantFrom("", " ", "\t", "\n \n");
    await fc.assert(
      fc.asyncProperty(headerOrder, order, indent, async (header, claims, space) => {
        const write = (members: [string, unknown][]) => JSON.stringify(Object.fromEntries(members), null, space);
        expect(await isTaken(await signedRaw(write(header), write(claims)))).toBe(true);
      }),
      { ...SEED, numRuns: 100 },
    );
  });
});

describe("tampering", () => {
  it("with any single bit of one token is refused, each bit tried", async () => {
    const token = await signed(CLAIMS);
    expect(await isTaken(token)).toBe(true);
    for (let bit = 0; bit < token.length * 8; bit++) {
      if (await isTaken(withBitFlipped(token, bit))) expect.fail(`taken with bit ${bit} flipped: ${token}`);
    }
  });

  it("with a bit of any good token is refused", async () => {
    await fc.assert(
      fc.asyncProperty(goodClaims, fc.nat(), async (claims, bit) => {
        const token = await signed(claims);
        expect(await isTaken(withBitFlipped(token, bit % (token.length * 8)))).toBe(false);
      }),
      { ...SEED, numRuns: 300 },
    );
  });

  it("by dropping, repeating or reordering segments is refused", async () => {
    const segments = (await signed(CLAIMS)).split(".");
    const arrangement = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 6 }); // 3: an empty segment
    await fc.assert(
      fc.asyncProperty(arrangement, async (places) => {
        const token = places.map((place) => segments[place] ?? "").join(".");
        expect(await isTaken(token)).toBe(places.join() === "0,1,2");
      }),
      { ...SEED, numRuns: 1000, examples: [[[0, 1, 2]], [[1, 0, 2]], [[0, 1]], [[0, 1, 2, 2]]] },
    );
  });

  it("by mixing the segments of two good tokens is refused", async () => {
    await fc.assert(
      fc.asyncProperty(word, fc.integer({ min: 1, max: 6 }), async (sub, mask) => {
        const [ours, theirs] = await Promise.all([signed(CLAIMS), signed({ ...CLAIMS, sub: `${sub}!` })]);
        const other = theirs.split(".");
        const mixed = ours.split(".").map((segment, place) => ((mask >> place) & 1 ? (other[place] ?? "") : segment));
        fc.pre(mixed.join(".") !== ours && mixed.join(".") !== theirs); // headers are equal
        expect(await isTaken(mixed.join("."))).toBe(false);
      }),
      { ...SEED, numRuns: 100 },
    );
  });

  it("beyond recognition is refused, and by nothing but a TokenRefused", async () => {
    const anything = fc.oneof(fc.anything(), fc.string(), fc.array(fc.base64String(), { maxLength: 4 }).map(String));
    await fc.assert(
      fc.asyncProperty(anything, async (token) => {
        expect(await isTaken(token)).toBe(false);
      }),
      { ...SEED, numRuns: 500 },
    );
  });
});

describe("a genuine signature does not help", () => {
  const isWord = (value: unknown) => typeof value === "string" && value !== "";
  const isOurAudience = (value: unknown) =>
    value === CLAIMS.aud || (Array.isArray(value) && value.includes(CLAIMS.aud) && value.every(isWord));

  const acceptable: Record<string, (value: unknown) => boolean> = {
    iss: (value) => RULES.issuers.some((issuer) => issuer === value),
    aud: isOurAudience,
    sub: isWord,
    client_id: isWord,
    jti: isWord,
    exp: (value) => typeof value === "number",
    iat: (value) => typeof value === "number",
  };
  const nearMiss = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(
      "",
      [],
      {},
      null,
      true,
      [""],
      [CLAIMS.aud, ""],
      [CLAIMS.iss],
      `${CLAIMS.iss}/`,
      String(NOW + 300),
    ),
    fc.constantFrom<unknown>(CLAIMS.iss.toUpperCase(), `${CLAIMS.aud}.evil.example`, ` ${CLAIMS.aud}`),
  );

  for (const [claim, accepts] of Object.entries(acceptable)) {
    it(`without ${claim}`, async () => {
      expect(await isTaken(await signed({ ...CLAIMS, [claim]: undefined }))).toBe(false);
    });

    it(`with a ${claim} that is anything else`, async () => {
      await fc.assert(
        fc.asyncProperty(
          nearMiss.filter((value) => !accepts(value)),
          async (value) => {
            expect(
              await isTaken(await signedRaw(JSON.stringify(HEADER), JSON.stringify({ ...CLAIMS, [claim]: value }))),
            ).toBe(false);
          },
        ),
        { ...SEED, numRuns: 150 },
      );
    });

    it(`with ${claim} twice, wherever the second one stands and even if it is equal`, async () => {
      const place = fc.nat({ max: Object.keys(CLAIMS).length });
      await fc.assert(
        fc.asyncProperty(
          place,
          fc.option(fc.jsonValue(), { nil: CLAIMS[claim as keyof typeof CLAIMS] }),
          async (at, value) => {
            const members = Object.entries(CLAIMS).map(([name, member]) => `"${name}":${JSON.stringify(member)}`);
            members.splice(at, 0, `"${claim}":${JSON.stringify(value)}`);
            expect(await isTaken(await signedRaw(JSON.stringify(HEADER), `{${members.join()}}`))).toBe(false);
          },
        ),
        { ...SEED, numRuns: 50 },
      );
    });
  }

  const nearHeader = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(
      "none",
      "es256",
      "HS256",
      "RS256",
      ["ES256"],
      "JWT",
      "rt+jwt",
      "at+jwt ",
      "K1",
      "k1 ",
      "",
      null,
      ["k1"],
    ),
  );

  for (const member of ["alg", "typ", "kid"] as const) {
    it(`without ${member}`, async () => {
      const header = JSON.stringify({ ...HEADER, [member]: undefined });
      expect(await isTaken(await signedRaw(header, JSON.stringify(CLAIMS)))).toBe(false);
    });

    it(`with a ${member} that is anything else`, async () => {
      await fc.assert(
        fc.asyncProperty(nearHeader, async (value) => {
          const header = JSON.stringify({ ...HEADER, [member]: value });
          expect(await isTaken(await signedRaw(header, JSON.stringify(CLAIMS)))).toBe(false);
        }),
        { ...SEED, numRuns: 150 },
      );
    });

    it(`with ${member} twice`, async () => {
      for (const value of [HEADER[member], "none", null]) {
        const second = `"${member}":${JSON.stringify(value)}`;
        const rest = JSON.stringify(HEADER).slice(1, -1);
        for (const header of [`{${second},${rest}}`, `{${rest},${second}}`]) {
          expect(await isTaken(await signedRaw(header, JSON.stringify(CLAIMS)))).toBe(false);
        }
      }
    });
  }

  it("against the times: the verdict is the written rule, for any times and any clock", async () => {
    const near = fc.integer({ min: NOW - 4000, max: NOW + 4000 });
    const times = fc.record({ iat: near, exp: near, nbf: near, now: near });
    await fc.assert(
      fc.asyncProperty(times, async ({ iat, exp, nbf, now }) => {
        const good = iat <= now + 30 && nbf <= now + 30 && exp - iat <= 3600 && now < exp + 30;
        expect(await isTaken(await signed({ ...CLAIMS, iat, exp, nbf }), now)).toBe(good);
      }),
      { ...SEED, numRuns: 500 },
    );
  });
});

function withBitFlipped(token: string, bit: number): string {
  const at = bit >> 3;
  const flipped = String.fromCharCode(token.charCodeAt(at) ^ (1 << (bit & 7)));
  return token.slice(0, at) + flipped + token.slice(at + 1);
}
