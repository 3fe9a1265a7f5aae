import { env } from "cloudflare:workers";
import { Hono } from "hono";
import { type LatchkeyEnv, latchkey } from "latchkey/hono";

const { ISSUER: issuer } = env as unknown as { ISSUER: string };
const tasks = ["write three lines"];

const app = new Hono<LatchkeyEnv>();

/** Anybody with a good token or API key reads; keys, where they name scopes, need this one. */
app.get("/tasks", latchkey({ issuer, access: { scopes: ["tasks:read"] } }), (c) =>
  c.json({ tasks, for: c.var.auth.subject }),
);

/** Only an admin writes, and only in person. */
app.post("/tasks", latchkey({ issuer, access: { kinds: ["user"], roles: ["admin"] } }), async (c) => {
  tasks.push(await c.req.text());
  return c.json({ tasks }, 201);
});

export default app;
