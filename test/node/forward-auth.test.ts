import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StandInServer, serve } from "../standins/server.ts";
import { freePort, type Latchkey, startLatchkey, until } from "./latchkey.ts";

// The real proxies of examples/, in front of an API on loopback and with the real bundle to ask.

const EXAMPLES = join(import.meta.dirname, "../../examples");
const SEEN = ["x-auth-subject", "x-auth-organization", "x-auth-role"];

let latchkey: Latchkey;
let api: StandInServer;
/** what reached the API */
const reached: Request[] = [];
const scratch = mkdtempSync(join(tmpdir(), "latchkey-proxy-"));

beforeAll(async () => {
  latchkey = await startLatchkey();
  api = await serve(async (request) => {
    reached.push(request);
    const seen = SEEN.map((name) => [name, request.headers.get(name)]);
    const body = await request.text();
    const status = new URL(request.url).pathname === "/broken" ? 500 : 200;
    return Response.json({ ...Object.fromEntries(seen), body }, { status });
  });
}, 60_000);

afterAll(async () => {
  await latchkey.close();
  await api.close();
  rmSync(scratch, { recursive: true, force: true });
});

interface Proxy {
  readonly name: string;
  start(ports: { own: number; latchkey: string; api: string }): ChildProcess;
}

const PROXIES: readonly Proxy[] = [
  {
    name: "nginx",
    start({ own, latchkey, api }) {
      const config = readFileSync(join(EXAMPLES, "nginx/nginx.conf"), "utf8")
        .replace("127.0.0.1:8787", new URL(latchkey).host)
        .replace("127.0.0.1:3000", new URL(api).host)
        .replace("127.0.0.1:8080", `127.0.0.1:${own}`)
        .replace("/tmp/latchkey-nginx.pid", join(scratch, `${own}.pid`));
      const file = join(scratch, `${own}.conf`);
      writeFileSync(file, config);
      return spawn("nginx", ["-c", file, "-p", scratch], { stdio: ["ignore", "ignore", "pipe"] });
    },
  },
  {
    name: "caddy",
    start({ own, latchkey, api }) {
      const env = { ...process.env, PORT: `${own}`, LATCHKEY: latchkey, API: api, HOME: scratch };
      const args = ["run", "--adapter", "caddyfile", "--config", join(EXAMPLES, "caddy/Caddyfile")];
      return spawn("caddy", args, { env, stdio: ["ignore", "ignore", "pipe"] });
    },
  },
];

for (const { name, start } of PROXIES) {
  const isHere = spawnSync(name, [name === "nginx" ? "-v" : "version"]).error === undefined;
  if (!isHere) console.warn(`skipped: forward-auth with ${name}, which is not installed`);

  describe.skipIf(!isHere)(name, () => {
    let proxy: ChildProcess;
    let url: string;

    beforeAll(async () => {
      ({ proxy, url } = await begin(latchkey.url));
    }, 30_000);

    afterAll(() => end(proxy));

    async function begin(asked: string): Promise<{ proxy: ChildProcess; url: string }> {
      const own = await freePort();
      const proxy = start({ own, latchkey: asked, api: api.url });
      let said = "";
      proxy.stderr?.on("data", (chunk: Buffer) => {
        said += chunk;
      });
      const url = `http://127.0.0.1:${own}`;
      const listens = () =>
        fetch(url).then(
          () => true,
          () => false,
        );
      await until(async () => {
        if (proxy.exitCode !== null) throw new Error(said);
        return listens();
      }, 20);
      return { proxy, url };
    }

    const bearer = () => ({ Authorization: `Bearer ${latchkey.token}` });
    const ask = (headers: Record<string, string>, path = "/", init: RequestInit = {}) =>
      fetch(url + path, { ...init, headers });

    it("lets a good token pass, and tells the API whose it is", async () => {
      const me = await (await fetch(`${latchkey.url}/v1/auth/me`, { headers: bearer() })).json();
      const { id, organization_id } = me as Record<string, string>;
      const answer = await ask(bearer(), "/tasks?page=2");
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual({
        ...{ "x-auth-subject": id, "x-auth-organization": organization_id, "x-auth-role": "admin", body: "" },
      });
      expect(reached.at(-1)?.url).toMatch(/\/tasks\?page=2$/);
    });

    it("passes on method and body, which Latchkey is not shown", async () => {
      const answer = await ask(bearer(), "/", { method: "POST", body: "a task" });
      expect(await answer.json()).toMatchObject({ body: "a task" });
      expect(reached.at(-1)?.method).toBe("POST");
    });

    it("overwrites what a client says of itself", async () => {
      const lies = { "X-Auth-Subject": "user_root", "X-Auth-Organization": "org_root", "x-auth-role": "root" };
      const seen = (await (await ask({ ...bearer(), ...lies })).json()) as Record<string, string>;
      expect(seen["x-auth-subject"]).toMatch(/^user_(?!root)/);
      expect(seen["x-auth-organization"]).toMatch(/^org_(?!root)/);
      expect(seen["x-auth-role"]).toBe("admin");
    });

    it("overwrites it by nothing where Latchkey has nothing to say", async () => {
      const nothing = { "X-Auth-Subject": "user_1", "X-Auth-Organization": "", "X-Auth-Role": "" };
      const terse = await serve(async () => Response.json({}, { headers: nothing }));
      const { proxy, url } = await begin(terse.url);
      const lies = { "X-Auth-Subject": "user_root", "X-Auth-Organization": "org_root", "X-Auth-Role": "root" };
      const seen = (await (await fetch(url, { headers: lies })).json()) as Record<string, string | null>;
      expect(SEEN.map((name) => seen[name] || null)).toEqual(["user_1", null, null]);
      await end(proxy);
      await terse.close();
    });

    it("refuses with 401 and a challenge what isn't good, and the API hears nothing of it", async () => {
      const before = reached.length;
      for (const headers of [{}, { Authorization: "Bearer a.b.c" }, { "X-Auth-Subject": "user_1" }]) {
        const answer = await ask(headers);
        expect(answer.status).toBe(401);
        expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer");
      }
      expect(reached).toHaveLength(before);
    });

    it("answers 429 with Retry-After when a key's quota is spent, and the API hears nothing of it", async () => {
      const { key = "" } = await latchkey.post("api-keys", { name, rate_limit: 1 }, latchkey.token);
      expect((await ask({ "X-API-Key": key })).status).toBe(200);
      const before = reached.length;
      const spent = await ask({ "X-API-Key": key });
      expect(spent.status).toBe(429);
      expect(Number(spent.headers.get("Retry-After"))).toBeGreaterThan(3_500);
      expect(reached).toHaveLength(before);
    });

    it("leaves the API's own errors alone", async () => {
      const answer = await ask(bearer(), "/broken");
      expect(answer.status).toBe(500);
      expect(await answer.json()).toMatchObject({ "x-auth-role": "admin" });
    });

    it("lets nobody pass while Latchkey can't be reached", async () => {
      const lost = await begin(`http://127.0.0.1:${await freePort()}`);
      const before = reached.length;
      const answer = await fetch(lost.url, { headers: bearer() });
      expect([502, 503]).toContain(answer.status);
      expect(reached).toHaveLength(before);
      await end(lost.proxy);
    });
  });
}

async function end(proxy: ChildProcess): Promise<void> {
  if (proxy.exitCode !== null) return;
  const ended = once(proxy, "exit");
  proxy.kill("SIGTERM");
  await ended;
}
