import type { Context } from "hono";
import { accepts } from "hono/accepts";
import type { OutboxMessage } from "../domain/outbox.ts";
import { isoDate } from "../wire/fields.ts";
import type { Http } from "./call.ts";

const SHOWN_AT_MOST = 100;

// Nothing runs and nothing is loaded. Styles stand in the elements of a mail, and what an <iframe srcdoc> holds is under
// the policy of the page around it.
const CSP =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** `GET /dev/outbox?to=`: the mail and SMS of a development server, the newest first. Anywhere else there is no such path. */
export async function showOutbox(c: Context<Http>): Promise<Response> {
  if (c.env.settings.environment !== "development") return c.notFound();
  // a number's + that was not escaped arrives as a space
  const to = c.req.query("to")?.replace(/^ /, "+").toLowerCase() || null;
  const messages = await c.env.outbox.readable({ to, limit: SHOWN_AT_MOST });
  const type = accepts(c, {
    header: "Accept",
    supports: ["application/json", "text/html"],
    default: "application/json",
  });
  c.header("Vary", "Accept");
  if (type !== "text/html") return c.json({ messages: messages.map(shapeOf) });
  c.header("Content-Security-Policy", CSP);
  return c.html(`<!doctype html>\n${<OutboxPage to={to} messages={messages} />}`);
}

function shapeOf({ channel, to, subject, text, html, createdAt }: OutboxMessage) {
  return { channel, to, subject, text, html, created_at: isoDate(createdAt) };
}

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
  body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
  article { border-top: 1px solid #8888; padding: 1rem 0 }
  h2 { font-size: 1.1rem; margin: 0 }
  p { margin: 0; opacity: .75 }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit }
  iframe { width: 100%; height: 32rem; border: 1px solid #8888 }
`;

function OutboxPage({ to, messages }: { to: string | null; messages: readonly OutboxMessage[] }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Outbox</title>
        <style>{STYLE}</style>
      </head>
      <body>
        <h1>Outbox</h1>
        <form>
          <label>
            To <input name="to" value={to ?? ""} />
          </label>{" "}
          <button type="submit">Show</button>
        </form>
        {messages.length === 0 ? <p>No messages.</p> : messages.map((message) => <Message message={message} />)}
      </body>
    </html>
  );
}

function Message({ message }: { message: OutboxMessage }) {
  const { channel, to, subject, text, html, createdAt } = message;
  return (
    <article>
      <h2>{subject ?? "SMS"}</h2>
      <p>
        {channel} to {to}, <time>{isoDate(createdAt)}</time>
      </p>
      <pre>{text.split("\n").map(linked)}</pre>
      {html === null ? null : (
        <details>
          <summary>As HTML</summary>
          {/* no scripts, no origin; its links open in this window */}
          <iframe
            title={subject ?? ""}
            sandbox="allow-top-navigation-by-user-activation"
            srcdoc={html.replace("<head>", '<head><base target="_top">')}
          />
        </details>
      )}
    </article>
  );
}

/** Links stand alone on their lines. */
function linked(line: string) {
  return (
    <>
      {/^https?:\/\/\S+$/.test(line) ? <a href={line}>{line}</a> : line}
      {"\n"}
    </>
  );
}
