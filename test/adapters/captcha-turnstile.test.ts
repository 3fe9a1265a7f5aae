import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refusalIn } from "../contract.ts";
import { messagesTo } from "../mail.ts";
import { ADA, emptyStorage, startWorld, type World } from "../world.ts";

// Turnstile as its documentation states it: https://developers.cloudflare.com/turnstile/get-started/server-side-validation/

const VERIFY_URL = "http://turnstile.example/siteverify";
const SECRET = "1x0000000000000000000000000000000AA";

interface Seen {
  readonly url: string;
  readonly method: string;
  readonly form: Record<string, string>;
}

let world: World;
let userToken: string;
let seen: Seen[];
let answer: () => Response | Promise<Response>;

beforeEach(async () => {
  await emptyStorage();
  world = startWorld({ TURNSTILE_SECRET: SECRET, TURNSTILE_VERIFY_URL: VERIFY_URL });
  const registration = { email: ADA.email, password: ADA.password, name: ADA.full_name };
  ({ userToken } = (await world.ask("/api/register", { json: registration })).json);
  seen = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const form = Object.fromEntries([...(await request.formData())].map(([name, value]) => [name, String(value)]));
    seen.push({ url: request.url, method: request.method, form });
    return answer();
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const resend = (query: string) => world.ask(`/api/resend-email-verification${query}`, { token: userToken });
const mails = async () => (await messagesTo(world, ADA.email)).length;

describe("resend with a captcha configured", () => {
  it("asks Turnstile with the secret, the answer and the client's address, and sends", async () => {
    answer = () => Response.json({ success: true, "error-codes": [] });
    expect((await resend("?capcha=good")).status).toBe(200);
    const form = { secret: SECRET, response: "good", remoteip: "203.0.113.7" };
    expect(seen).toEqual([{ url: VERIFY_URL, method: "POST", form }]);
    expect(await mails()).toBe(2);
  });

  it("is 400 and sends nothing when the answer is bad or was used before", async () => {
    for (const code of ["invalid-input-response", "timeout-or-duplicate"]) {
      answer = () => Response.json({ success: false, "error-codes": [code] });
      const refused = await resend("?capcha=bad");
      expect(refused.status).toBe(400);
      expect(refusalIn(world.log.lines, refused.headers.get("X-Request-Id"))).toBe("captcha_refused");
    }
    expect(await mails()).toBe(1);
  });

  it("is 400 without an answer, or with one too long, and asks nobody", async () => {
    for (const query of ["", "?capcha=", `?capcha=${"x".repeat(2_049)}`])
      expect((await resend(query)).status).toBe(400);
    expect(seen).toEqual([]);
    expect(await mails()).toBe(1);
  });

  it("is 503 and sends nothing when Turnstile is down, answers nonsense, or doesn't know our secret", async () => {
    const outages: (typeof answer)[] = [
      () => Promise.reject(new TypeError("connection refused")),
      () => new Response("bad gateway", { status: 502 }),
      () => Response.json({}),
      () => Response.json(null),
      () => Response.json({ success: "true" }),
      () => Response.json({ success: false, "error-codes": ["internal-error"] }),
      () => Response.json({ success: false, "error-codes": ["invalid-input-secret"] }),
    ];
    for (const outage of outages) {
      answer = outage;
      const refused = await resend("?capcha=good");
      expect(refused.status).toBe(503);
      expect(refused.json).toEqual({ status: "error", message: expect.stringContaining("captcha can't be checked") });
      expect(refused.headers.get("Retry-After")).toBe("1");
    }
    expect(await mails()).toBe(1);
    expect(world.log.lines.join()).not.toContain(SECRET);
  });
});
