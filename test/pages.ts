import { ADA, type Answered, register, type World } from "./world.ts";

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

/** A browser without scripts: keeps cookies, sends forms as the page that it looks at has them. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  /** what it looks at */
  page: Answered | null = null;

  constructor(
    readonly world: World,
    readonly headers: Record<string, string> = {},
  ) {}

  async get(path: string, headers: Record<string, string> = {}): Promise<Answered> {
    return this.#keep(await this.world.ask(path, { headers: { ...this.headers, ...this.#cookie(), ...headers } }));
  }

  /** Sends one form of the page, with what is typed over what stands in it. */
  async submit(action: string, typed: Record<string, string> = {}): Promise<Answered> {
    return this.send(action, { ...this.hidden(action), ...typed });
  }

  async send(action: string, fields: Record<string, string>, headers: Record<string, string | undefined> = {}) {
    return this.#keep(await post(this.world, action, fields, { ...this.headers, ...this.#cookie(), ...headers }));
  }

  /** The hidden fields of the first form that posts there. */
  hidden(action: string): Record<string, string> {
    const form = new RegExp(`<form method="post" action="${action}".*?</form>`, "s").exec(this.page?.text ?? "")?.[0];
    if (form === undefined) throw new Error(`no form for ${action} on this page`);
    const inputs = form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
    return Object.fromEntries([...inputs].map(([, name = "", value = ""]) => [name, value.replaceAll("&amp;", "&")]));
  }

  /** Where a 303 leads, as far as it leads to us. */
  async follow(): Promise<Answered> {
    return this.get(this.page?.headers.get("Location") ?? "");
  }

  #cookie(): Record<string, string> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    return cookie === "" ? {} : { Cookie: cookie };
  }

  #keep(answer: Answered): Answered {
    for (const set of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (set.includes("Max-Age=0")) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    this.page = answer;
    return answer;
  }
}

/** Registers through datix and signs in on the page. */
export async function signedIn(world: World, returnTo = "/account"): Promise<Visitor> {
  await register(world);
  return signIn(new Visitor(world), returnTo);
}

export async function signIn(
  visitor: Visitor,
  returnTo = "/account",
  { email, password }: Partial<typeof ADA> = {},
): Promise<Visitor> {
  await visitor.get(`/login?${new URLSearchParams({ return_to: returnTo })}`);
  const { status } = await visitor.submit("/pages/login", {
    email: email ?? ADA.email,
    password: password ?? ADA.password,
  });
  if (status !== 303) throw new Error(`not signed in: ${status}`);
  return visitor;
}

/** As a page writes it. */
export function escaped(words: string): string {
  return words.replaceAll("'", "&#39;").replaceAll('"', "&quot;");
}
