import type { Answered, World } from "./world.ts";

/** What a browser sends when a hosted page's button is pressed. */
export function post(
  world: World,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string | undefined> = {},
): Promise<Answered> {
  const sent = { "Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", ...headers };
  return world.ask(path, {
    method: "POST",
    body: new URLSearchParams(fields).toString(),
    headers: Object.fromEntries(
      Object.entries(sent).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
  });
}
