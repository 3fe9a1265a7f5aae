import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JWK } from "jose";
import { describe, expect, it } from "vitest";
import { importVerifyingKey, type SignatureAlgorithm, verifyCompact } from "../../src/domain/compact-jws.ts";
import { TokenRefused } from "../../src/domain/token-refused.ts";

// C2SP/wycheproof, Apache-2.0: shared/vectors/SOURCES.md says which revision. The files are not ours to commit.
const FOLDER = join(import.meta.dirname, "../../../shared/vectors/wycheproof");
const HERE = existsSync(FOLDER);

/** Where our verdict is not Wycheproof's. */
const DIVERGENCES = {
  // an empty payload is a good JWS and no JWT: three segments, none of them empty
  refusedThoughValid: { jws: [259], jwk: [] as number[] },
  // a modulus of Infineon's chips (CVE-2017-15361): only Google's keys are RSA here, and Google makes them elsewhere
  takenThoughInvalid: { jws: [] as number[], jwk: [7] },
};
/** Invalid, yet byte for byte a valid token of the same key: an artefact. HS256, so refused here all the same. */
const ARTEFACTS = [367, 370];

const ALGORITHMS: readonly SignatureAlgorithm[] = ["ES256", "RS256"];

interface Vector {
  readonly tcId: number;
  readonly comment: string;
  readonly result: "valid" | "invalid";
  readonly jws: string;
  readonly jwe: string;
}
type Keys = JWK & { readonly keys?: readonly JWK[] };
interface Group {
  readonly public?: Keys;
  readonly private?: Keys;
  readonly tests: readonly Vector[];
}

function groupsOf(file: string): readonly Group[] {
  if (!HERE) return [];
  const { testGroups }: { testGroups: Group[] } = JSON.parse(readFileSync(join(FOLDER, file), "utf8"));
  return testGroups;
}

/** The key that the group means, from a set by `kid`: symmetric ones have no public half. */
function keyOf(group: Group, { jws }: Vector): JWK {
  const published = group.public ?? group.private ?? {};
  if (published.keys === undefined) return published;
  const { kid } = JSON.parse(Buffer.from(jws.split(".")[0] ?? "", "base64url").toString());
  const named = published.keys.filter((key) => key.kid === kid);
  return (named.length === 1 && named[0]) || {};
}

async function isTaken(jws: string, jwk: JWK, algorithm: SignatureAlgorithm): Promise<boolean> {
  try {
    await verifyCompact(jws, algorithm, async () => {
      const key = await importVerifyingKey(jwk, algorithm);
      if (key === null) throw new TokenRefused("unfit_key");
      return key;
    });
    return true;
  } catch (error) {
    if (error instanceof TokenRefused) return false;
    throw error;
  }
}

async function algorithmsThatTake(group: Group, vector: Vector): Promise<SignatureAlgorithm[]> {
  const taken: SignatureAlgorithm[] = [];
  for (const algorithm of ALGORITHMS) {
    if (await isTaken(vector.jws, keyOf(group, vector), algorithm)) taken.push(algorithm);
  }
  return taken;
}

describe.skipIf(!HERE)(HERE ? "Wycheproof" : "Wycheproof: skipped, ../shared/vectors/wycheproof is not here", () => {
  const jws = groupsOf("json_web_signature_test.json");
  const jwk = groupsOf("json_web_key_test.json");
  const jwe = groupsOf("json_web_encryption_test.json");

  it("is read whole: 401 signatures, 26 keys, 139 encryptions", () => {
    expect([jws, jwk, jwe].map((groups) => groups.flatMap(({ tests }) => tests).length)).toEqual([401, 26, 139]);
  });

  for (const [kind, groups] of [
    ["jws", jws],
    ["jwk", jwk],
  ] as const) {
    const refusedThoughValid = DIVERGENCES.refusedThoughValid[kind];
    const takenThoughInvalid = DIVERGENCES.takenThoughInvalid[kind];

    for (const group of groups) {
      for (const vector of group.tests) {
        const { tcId, comment, result } = vector;
        const good = (result === "valid" && !refusedThoughValid.includes(tcId)) || takenThoughInvalid.includes(tcId);
        const algorithms = good ? ALGORITHMS.filter((algorithm) => algorithm === keyOf(group, vector).alg) : [];
        const verdict = algorithms.length === 0 ? "refused by all" : `taken by ${algorithms} alone`;

        it(`${kind} ${tcId}, ${comment}, is ${verdict}`, async () => {
          expect(await algorithmsThatTake(group, vector)).toEqual(algorithms);
        });
      }
    }
  }

  it("holds two invalid signatures that are the bytes of a valid one", () => {
    const vectors = jws.flatMap(({ tests }) => tests);
    for (const tcId of ARTEFACTS) {
      const artefact = vectors.find((vector) => vector.tcId === tcId);
      const twin = vectors.find((vector) => vector.result === "valid" && vector.jws === artefact?.jws);
      expect([artefact?.result, twin?.result]).toEqual(["invalid", "valid"]);
    }
  });

  for (const { tcId, comment, jwe: token } of jwe.flatMap(({ tests }) => tests)) {
    it(`jwe ${tcId}, ${comment}, is refused before any key is looked up`, async () => {
      for (const algorithm of ALGORITHMS) {
        const verdict = verifyCompact(token, algorithm, () => expect.unreachable("a key was asked for"));
        await expect(verdict).rejects.toBeInstanceOf(TokenRefused);
      }
    });
  }
});
