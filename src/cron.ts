import { chainAuditLog } from "./domain/audit-chain.ts";
import { forgetCompanyGrants } from "./domain/company-sign-in.ts";
import { deliverDue, forgetSettled, giveUpOverdue } from "./domain/delivery.ts";
import { whyOf } from "./domain/error.ts";
import { forgetInvitations } from "./domain/invitations.ts";
import { rotateSigningKeys } from "./domain/key-rotation.ts";
import { forgetLinks } from "./domain/mailed-link.ts";
import type { Core } from "./domain/ports.ts";
import { resealOutdated } from "./domain/reseal.ts";

interface Step {
  readonly name: string;
  readonly run: (core: Core) => Promise<unknown>;
}

/** What the cron trigger does every minute. Each step is bounded, may run twice at once, and harms no other by failing. */
const STEPS: readonly Step[] = [
  { name: "republish_revocations", run: (core) => core.revocations.republish(core.clock.now()) },
  { name: "give_up_messages", run: giveUpOverdue },
  { name: "deliver_email", run: (core) => deliverDue(core, "email") },
  { name: "deliver_sms", run: (core) => deliverDue(core, "sms") },
  { name: "forget_messages", run: forgetSettled },
  { name: "forget_links", run: forgetLinks },
  { name: "forget_invitations", run: forgetInvitations },
  { name: "chain_audit_log", run: chainAuditLog },
  { name: "forget_company_grants", run: forgetCompanyGrants },
  { name: "rotate_signing_keys", run: rotateSigningKeys },
  { name: "reseal", run: resealOutdated },
];

export async function runCron(core: Core): Promise<void> {
  await Promise.all(STEPS.map((step) => runStep(core, step)));
}

async function runStep(core: Core, { name, run }: Step): Promise<void> {
  try {
    await run(core);
  } catch (error) {
    core.log.write("error", "cron.failed", { step: name, why: whyOf(error) });
  }
}
