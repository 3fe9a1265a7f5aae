import { raw } from "hono/html";
import type { Child } from "hono/jsx";
import { PostButton } from "./fields.tsx";
import type { Frame } from "./page.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";
import { WORDS } from "./words.ts";

interface Whole {
  readonly frame: Frame;
  readonly title: string;
  readonly children: Child;
}

/** One card in the middle: signing in, and wherever a mailed link leads. */
export function Card({ frame, title, children }: Whole) {
  return (
    <Document frame={frame} title={title} kind="narrow">
      <Brand frame={frame} />
      <main>
        <NoteOf frame={frame} />
        {children}
      </main>
    </Document>
  );
}

/** Sections under one heading, for who is signed in. */
export function Sections({ frame, title, children }: Whole) {
  const { layout } = WORDS[frame.language];
  return (
    <Document frame={frame} title={title} kind="wide">
      <a class="skip" href="#content">
        {layout.skip}
      </a>
      <header>
        <div class="top">
          <Brand frame={frame} />
          <PostButton frame={frame} action="/pages/sign-out" class="quiet small">
            {layout.signOut}
          </PostButton>
        </div>
        <Menu frame={frame} />
      </header>
      <main id="content">
        <NoteOf frame={frame} />
        <h1>{title}</h1>
        {children}
      </main>
    </Document>
  );
}

function Menu({ frame }: { frame: Frame }) {
  const { layout } = WORDS[frame.language];
  const items = Object.entries(layout.menu);
  return (
    <nav aria-label={layout.menuLabel}>
      <ul>
        {items.map(([path, name]) => (
          <li>
            <a href={path} aria-current={currentIn(frame, path)}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The page itself, or the part of the menu that it is in. */
function currentIn(frame: Frame, path: string): "page" | "true" | undefined {
  if (path === frame.path) return "page";
  return path !== "/account" && frame.path.startsWith(`${path}/`) ? "true" : undefined;
}

function NoteOf({ frame }: { frame: Frame }) {
  if (frame.note === null) return null;
  return (
    <p class="note" role="status">
      {WORDS[frame.language].notes[frame.note]}
    </p>
  );
}

function Brand({ frame }: { frame: Frame }) {
  return (
    <a class="brand" href="/">
      <svg
        width="20"
        height="20"
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        stroke-width="2"
        aria-hidden="true"
      >
        <circle cx="8" cy="8" r="5" />
        <path d="m11.7 11.7 8.8 8.8m-3-3 2.5-2.5" stroke-linecap="round" />
      </svg>
      {frame.host}
    </a>
  );
}

interface Kind extends Whole {
  readonly kind: "narrow" | "wide";
}

function Document({ frame, title, kind, children }: Kind) {
  const { problems } = WORDS[frame.language];
  // first what went wrong: a screen reader begins with it
  const named = frame.refused === null ? title : `${problems[frame.refused.problem].title} · ${title}`;
  return (
    <html lang={frame.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <link rel="icon" href="data:," />
        <title>{named}</title>
        <style nonce={frame.nonce}>{raw(STYLE)}</style>
      </head>
      <body class={kind}>
        {children}
        <script nonce={frame.nonce}>{raw(SCRIPT)}</script>
      </body>
    </html>
  );
}
