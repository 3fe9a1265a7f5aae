import { Card } from "./layout.tsx";
import { type Frame, page, show } from "./page.ts";
import { WORDS } from "./words.ts";

export const HOME = page({
  path: "/",
  access: "anyone",
  show: async ({ settings }) =>
    show((frame) => <HomeView frame={frame} hasOutbox={settings.environment === "development"} />),
});

function HomeView({ frame, hasOutbox }: { frame: Frame; hasOutbox: boolean }) {
  const { home, signIn, register } = WORDS[frame.language].entry;
  return (
    <Card frame={frame} title={home.title}>
      <h1>{home.title}</h1>
      <p>{home.text}</p>
      {frame.visitor === null ? (
        <>
          <a class="button" href="/login">
            {signIn.button}
          </a>
          <a class="button quiet" href="/register">
            {register.title}
          </a>
        </>
      ) : (
        <>
          <p>
            {home.signedIn} <span class="who">{frame.visitor.user.email}</span>
          </p>
          <a class="button" href="/account">
            {home.account}
          </a>
        </>
      )}
      <div class="more">
        <h2>{home.forDevelopers}</h2>
        <ul>
          <li>
            <a href="/docs">{home.docs}</a>
          </li>
          <li>
            <a href="/openapi.json">{home.openapi}</a>
          </li>
          <li>
            <a href="/.well-known/jwks.json">{home.jwks}</a>
          </li>
          {hasOutbox ? (
            <li>
              <a href="/dev/outbox">{home.outbox}</a>
            </li>
          ) : null}
        </ul>
      </div>
    </Card>
  );
}
