import type { World } from "../world.ts";

/** What was asked, in order: `GET /v1/auth/me`. */
export type Asked = string[];

/** A `fetch` that ends at Latchkey, in this isolate. */
export function fetchOf(world: World): { fetch: typeof fetch; asked: Asked } {
  const asked: Asked = [];
  const fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    asked.push(`${request.method} ${pathname}`);
    const body = request.body === null ? {} : { body: await request.text() };
    const headers = Object.fromEntries(request.headers);
    const answer = await world.ask(pathname + search, { method: request.method, headers, ...body });
    return new Response(answer.text, { status: answer.status, headers: answer.headers });
  };
  return { fetch, asked };
}
