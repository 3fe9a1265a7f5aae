import type { Context } from "hono";
import type { Call } from "../domain/call.ts";
import { identify } from "../domain/identify.ts";
import { presentedBy } from "../domain/presented.ts";
import { renewExpired } from "../domain/renewal.ts";
import { isRenewing } from "../wire/answers.ts";
import type { Dialect, Row } from "../wire/dialect.ts";
import type { Http } from "./call.ts";

/** The caller, or null when the request was renewed instead of carried out: the answer then is `dialect.renewal.repeat`. */
export async function admit(c: Context<Http>, { call, dialect, row }: { call: Call; dialect: Dialect; row: Row }) {
  const core = c.env;
  try {
    return { caller: await identify(core, { call, access: row.access, presented: presentedBy(c.req.raw.headers) }) };
  } catch (refused) {
    const { renewal } = dialect;
    if (renewal === undefined || !isRenewing(dialect, row)) throw refused;
    const refreshToken = c.req.header("X-Refresh-Token") ?? null;
    const renewed = await renewExpired(core, { call, refused, refreshToken });
    if (renewed === null) throw refused;
    call.headers["X-New-Access-Token"] = renewed.access.token;
    call.headers["X-New-Refresh-Token"] = renewed.refresh;
    return row.method === "GET" ? { caller: renewed.standing } : { repeat: renewal.repeat };
  }
}
