import type { Context } from "hono";
import type { Call } from "../domain/call.ts";
import { identify, type Presented } from "../domain/identify.ts";
import { renewExpired } from "../domain/renewal.ts";
import type { Dialect, Row } from "../wire/dialect.ts";
import type { Http } from "./call.ts";

/** RFC 6750 §2.1: the header alone. A token in a query string or a form is not looked at. */
export function presentedBy(headers: Headers): Presented {
  const bearer = /^Bearer +([^\s,]+)$/i.exec(headers.get("Authorization") ?? "")?.[1];
  return { bearer: bearer ?? null };
}

/** Methods that change nothing (RFC 9110 §9.2.1), so that a client may repeat them. */
const SAFE_METHODS = ["GET", "HEAD"];

/** The caller, or null when the request was renewed instead of carried out: the answer then is `dialect.renewal.repeat`. */
export async function admit(c: Context<Http>, { call, dialect, row }: { call: Call; dialect: Dialect; row: Row }) {
  const core = c.env;
  try {
    return { caller: await identify(core, { access: row.access, presented: presentedBy(c.req.raw.headers) }) };
  } catch (refused) {
    const { renewal } = dialect;
    const isSafe = SAFE_METHODS.includes(c.req.method);
    // Neither a public row nor `verify` has a caller to renew; where no client repeats, an unsafe method may not rotate.
    if (row.access !== "session" || renewal === undefined || !(isSafe || renewal.repeat !== null)) throw refused;
    const refreshToken = c.req.header("X-Refresh-Token") ?? null;
    const renewed = await renewExpired(core, { call, refused, refreshToken });
    if (renewed === null) throw refused;
    call.headers["X-New-Access-Token"] = renewed.access.token;
    call.headers["X-New-Refresh-Token"] = renewed.refresh;
    return isSafe ? { caller: renewed.standing } : { repeat: renewal.repeat };
  }
}
