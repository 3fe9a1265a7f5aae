import type { Context } from "hono";
import type { Call } from "../domain/call.ts";
import { identify } from "../domain/identify.ts";
import { presentedBy } from "../domain/presented.ts";
import { renewExpired, standingOfExpired } from "../domain/renewal.ts";
import { isRenewing } from "../wire/answers.ts";
import type { Dialect, Row } from "../wire/dialect.ts";
import type { Http } from "./call.ts";

/**
 * The caller, with what renews their tokens once the request was carried out; or, when it was renewed and isn't to be carried
 * out, the answer to it.
 */
export async function admit(c: Context<Http>, { call, dialect, row }: { call: Call; dialect: Dialect; row: Row }) {
  const core = c.env;
  try {
    return { caller: await identify(core, { call, access: row.access, presented: presentedBy(c.req.raw.headers) }) };
  } catch (refused) {
    const { renewal } = dialect;
    if (renewal === undefined || !isRenewing(dialect, row)) throw refused;
    const presented = { call, refused, refreshToken: c.req.header("X-Refresh-Token") ?? null };
    const renew = async () => {
      const renewed = await renewExpired(core, presented);
      if (renewed === null) throw refused;
      call.headers["X-New-Access-Token"] = renewed.access.token;
      call.headers["X-New-Refresh-Token"] = renewed.refresh;
    };
    if (row.method === "GET") {
      const caller = await standingOfExpired(core, presented);
      if (caller === null) throw refused;
      return { caller, renew };
    }
    await renew();
    return { repeat: renewal.repeat };
  }
}
