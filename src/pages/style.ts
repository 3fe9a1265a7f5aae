/** The pages' whole style: system fonts, nothing loaded, colours by the reader's own preference. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f4f2ee; --card: #fdfcfa; --line: #ddd8cf; --edge: #8a8378; --ink: #22201d; --soft: #5f5a52;
  --accent: #0b5f58; --on-accent: #fff; --bad: #a3261d; --bad-paper: #fbecea;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #161513; --card: #1f1d1a; --line: #35322d; --edge: #857e73; --ink: #ece8e1; --soft: #aca69b;
    --accent: #72c7bb; --on-accent: #10211f; --bad: #f2a49b; --bad-paper: #34201d;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; align-content: center; justify-items: center;
  gap: 1.25rem; padding: 1.5rem 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
main {
  width: 100%; max-width: 27rem; padding: clamp(1.5rem, 6vw, 2.25rem); background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem;
}
h1 { margin: 0; font-size: 1.45rem; line-height: 1.25; font-weight: 600; letter-spacing: -.01em; text-wrap: balance; }
p { margin: .75rem 0 0; text-wrap: pretty; }
.who { font-weight: 600; overflow-wrap: anywhere; }
label { display: block; margin-top: 1.5rem; font-weight: 600; }
.hint { margin-top: .25rem; color: var(--soft); font-size: .9rem; }
input[type=password] {
  width: 100%; margin-top: .6rem; padding: .65rem .75rem; font: inherit; color: inherit; background: var(--paper);
  border: 1px solid var(--edge); border-radius: .4rem;
}
input[aria-invalid] { border-color: var(--bad); }
button, .button {
  display: block; width: 100%; margin-top: 1.5rem; padding: .75rem 1rem; font: inherit; font-weight: 600; text-align: center;
  text-decoration: none; color: var(--on-accent); background: var(--accent); border: 1px solid transparent;
  border-radius: .4rem; cursor: pointer;
}
button:hover, .button:hover { filter: brightness(1.08); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.alert { margin-top: 1.25rem; padding: .75rem .9rem; background: var(--bad-paper); border-left: 3px solid var(--bad); border-radius: .25rem; }
.alert strong { color: var(--bad); }
.alert p { margin-top: .15rem; }
footer { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
`;
