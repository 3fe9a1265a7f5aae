import {
  createClient,
  finishLogin,
  LatchkeyError,
  login,
  logout,
  me,
  register,
  type SecondFactor,
  webStore,
} from "latchkey";

/** Latchkey's origin, put here when the page is built. */
declare const LATCHKEY: string;

// Every tab shares the session: one of them renews it for all.
const client = createClient({ baseUrl: LATCHKEY, store: webStore(localStorage) });
let waiting: SecondFactor | null = null;

on("login", "submit", async (event) => {
  const { email = "", password = "", do: what } = fieldsOf(event);
  if (what === "register") {
    await register(client, { email, password, full_name: email, organization_name: `${email}'s` });
  }
  const outcome = await login(client, { email, password });
  waiting = outcome.kind === "second_factor" ? outcome : null;
});

on("code", "submit", async (event) => {
  const { code = "" } = fieldsOf(event);
  if (waiting !== null) await finishLogin(client, { ...waiting, code });
  waiting = null;
});

on("logout", "click", () => logout(client));

// What another tab did to the session is shown here too.
addEventListener("storage", () => attempt(async () => {}));
attempt(async () => {});

function on(id: string, what: string, work: (event: Event) => Promise<void>): void {
  element(id).addEventListener(what, (event) => {
    event.preventDefault();
    attempt(() => work(event));
  });
}

/** Does the work, then shows how things stand. */
async function attempt(work: () => Promise<void>): Promise<void> {
  element("problem").textContent = "";
  try {
    await work();
    const user = (await client.tokens()) === null ? null : await me(client);
    element("name").textContent = user?.full_name ?? "";
    show(user !== null ? "home" : waiting !== null ? "code" : "login");
  } catch (error) {
    if (!(error instanceof LatchkeyError)) throw error;
    if (error.code === "signed_out") show("login");
    else element("problem").textContent = error.message;
  }
}

function show(shown: "login" | "code" | "home"): void {
  for (const id of ["login", "code", "home"]) element(id).hidden = id !== shown;
}

function fieldsOf(event: Event): Record<string, string> {
  const { submitter, target } = event as SubmitEvent;
  return Object.fromEntries(new FormData(target as HTMLFormElement, submitter)) as Record<string, string>;
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`there is no #${id}`);
  return found;
}
