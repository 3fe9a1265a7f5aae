import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { runCron } from "../../../src/cron.ts";
import { type Providers, standInForProviders } from "../../standins/providers.ts";
import { refusal } from "../../standins/resend.ts";
import { ADA, emptyStorage, startWorld, type World } from "../../world.ts";

let providers: Providers;
let world: World;
beforeEach(async () => {
  await emptyStorage();
  providers = standInForProviders();
  world = startWorld(providers.variables);
});
afterEach(() => void vi.restoreAllMocks());

const down = () => refusal(503, "application_error");

async function minutes(count: number): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    world.clock.advance(60);
    await runCron(world.core);
  }
}

it("register answers while the mail's provider is down for ten tries; the link arrives when it is back, once, and works", async () => {
  providers.resend.trouble = down;
  const registration = { email: ADA.email, password: ADA.password, name: ADA.full_name };
  expect((await world.ask("/api/register", { json: registration })).status).toBe(200);
  while (providers.resend.requests < 10) await minutes(1);
  providers.resend.trouble = null;
  await minutes(61);
  expect(providers.resend.sent).toMatchObject([{ to: [ADA.email] }]);
  const [, token = ""] = /verify-email\?token=([\w-]+)$/m.exec(providers.resend.sent[0]?.text ?? "") ?? [];
  expect((await world.ask(`/api/verify-email/${token}`)).status).toBe(200);
  const { results } = await world.bindings.DB.prepare("SELECT text FROM outbox WHERE text IS NOT NULL").all();
  expect(results).toEqual([]);
});
