import { raw } from "hono/html";
import { encodeBase64 } from "hono/utils/encode";
import type { Dialect } from "../wire/dialect.ts";
import { Code, EndpointSection, RefusalList } from "./docs-endpoint.tsx";
import { STYLE } from "./docs-style.ts";
import { type Described, describe } from "./endpoint.ts";

/** Nothing but this page's own style: no script, no other host, no frame around it. */
export async function docsPolicy(): Promise<string> {
  const styleHash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(STYLE));
  return [
    "default-src 'none'",
    `style-src 'sha256-${encodeBase64(styleHash)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** The reference of one or more dialects, as one page. `openapi` is the path of the document that tells the same. */
export function docsPage(
  dialects: readonly Dialect[],
  { origin, openapi }: { origin: string; openapi: string },
): string {
  return `<!doctype html>${<Page dialects={dialects.map(describe)} origin={origin} openapi={openapi} />}`;
}

interface Documented {
  readonly dialects: readonly Described[];
  readonly origin: string;
  readonly openapi: string;
}

const ICON = `<svg xmlns="http://www.w3.org/2000/svg" width="22" height="22" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true"><circle cx="8" cy="12" r="5"/><path d="M13 12h9m-3 0v4"/></svg>`;

function Page({ dialects, origin, openapi }: Documented) {
  const [only] = dialects.length === 1 ? dialects : [];
  const title = only === undefined ? "API reference" : `${only.title} API`;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title} · Latchkey</title>
        <link rel="icon" href={`data:image/svg+xml,${encodeURIComponent(ICON.replace("currentColor", "#0b5f58"))}`} />
        <style>{raw(STYLE)}</style>
      </head>
      <body>
        <a class="skip" href="#reference">
          Skip to the reference
        </a>
        <header>
          <div class="mark">{raw(ICON)} Latchkey</div>
          <h1>{title}</h1>
          <p class="lead">
            {only?.summary ??
              "One authentication service that speaks several REST dialects over one core: who registers in one can log in through another."}
          </p>
          <Terms origin={origin} openapi={openapi} />
        </header>
        <Contents dialects={dialects} />
        <main id="reference">
          {dialects.map((dialect) => (
            <DialectSection dialect={dialect} origin={origin} />
          ))}
        </main>
        <footer>
          The same as a machine reads it: <a href={openapi}>OpenAPI 3.1</a>.
        </footer>
      </body>
    </html>
  );
}

function Terms({ origin, openapi }: { origin: string; openapi: string }) {
  return (
    <dl class="terms">
      <dt>Address</dt>
      <dd>
        <code>{origin}</code>
      </dd>
      <dt>Bodies</dt>
      <dd>
        JSON both ways, sent as <code>application/json</code>; members that are not named here are ignored
      </dd>
      <dt>Credential</dt>
      <dd>
        <code>Authorization: Bearer</code> and an access token; never in a query string
      </dd>
      <dt>Paths</dt>
      <dd>with or without a trailing slash</dd>
      <dt>Times</dt>
      <dd>
        UTC in whole seconds, <code>2024-12-15T10:00:00Z</code>
      </dd>
      <dt>OpenAPI 3.1</dt>
      <dd>
        <a href={openapi}>{openapi}</a>
      </dd>
    </dl>
  );
}

function Contents({ dialects }: { dialects: readonly Described[] }) {
  return (
    <nav aria-label="Contents">
      {dialects.map(({ name, title, endpoints }) => (
        <>
          <h2>{title}</h2>
          <ul>
            {endpoints.map(({ id, method, path }) => (
              <li>
                <a href={`#${id}`}>
                  <span class="method">{method}</span> <span>{path}</span>
                </a>
              </li>
            ))}
            <li>
              <a href={`#${name}-refusals`}>
                <span class="method" /> <span>Refusals</span>
              </a>
            </li>
          </ul>
        </>
      ))}
    </nav>
  );
}

function DialectSection({ dialect, origin }: { dialect: Described; origin: string }) {
  const { name, title, summary, endpoints, error, refusals } = dialect;
  return (
    <section class="dialect" id={name} aria-labelledby={`${name}-title`}>
      <h2 id={`${name}-title`}>{title}</h2>
      <p class="soft">{summary}</p>
      {endpoints.map((endpoint) => (
        <EndpointSection endpoint={endpoint} origin={origin} />
      ))}
      <section class="endpoint" id={`${name}-refusals`} aria-labelledby={`${name}-refusals-title`}>
        <h3 id={`${name}-refusals-title`}>
          <a href={`#${name}-refusals`}>{title} refusals</a>
        </h3>
        <div class="columns">
          <RefusalList refusals={refusals} />
          <Code title="For example" text={JSON.stringify(error.example, null, 2)} />
        </div>
      </section>
    </section>
  );
}
