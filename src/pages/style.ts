/**
 * The pages' whole style: system fonts, nothing loaded, colours by the reader's own preference. A brand's colours are the
 * variables at the top, once for light and once for dark.
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --accent: #0b5f58; --on-accent: #fff;
  --paper: #f4f2ee; --card: #fdfcfa; --line: #ddd8cf; --edge: #8a8378; --ink: #22201d; --soft: #5f5a52;
  --bad: #a3261d; --bad-paper: #fbecea; --good-paper: #e4f0ec;
}
@media (prefers-color-scheme: dark) {
  :root {
    --accent: #72c7bb; --on-accent: #10211f;
    --paper: #161513; --card: #1f1d1a; --line: #35322d; --edge: #857e73; --ink: #ece8e1; --soft: #aca69b;
    --bad: #f2a49b; --bad-paper: #34201d; --good-paper: #1b2f2b;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; padding: 1.5rem 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
}
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px; }
h1, h2, h3 { margin: 0; line-height: 1.25; font-weight: 600; letter-spacing: -.01em; text-wrap: balance; }
h1 { font-size: 1.45rem; } h2 { font-size: 1.15rem; } h3 { font-size: 1rem; letter-spacing: 0; }
p { margin: .75rem 0 0; text-wrap: pretty; }
ul, ol, dl { margin: 0; padding: 0; list-style: none; }
dd { margin: 0; }
code, .code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: .92em; overflow-wrap: anywhere; }
.soft, .hint { color: var(--soft); font-size: .9rem; }
.who { font-weight: 600; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; padding: .5rem 1rem; background: var(--card); }
.brand { display: inline-flex; align-items: center; gap: .5rem; color: var(--soft); text-decoration: none; font-size: .9rem; overflow-wrap: anywhere; }
.brand svg { color: var(--accent); flex: none; }

/* one card in the middle */
.narrow { display: grid; align-content: center; justify-items: center; gap: 1.25rem; }
.narrow main { width: 100%; max-width: 27rem; }
.card, .narrow main {
  padding: clamp(1.25rem, 6vw, 2.25rem); background: var(--card); border: 1px solid var(--line); border-radius: .75rem;
}

/* a page with sections */
.wide header, .wide main { max-width: 46rem; margin-inline: auto; }
.wide header { margin-bottom: 1.75rem; }
.top { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .15rem .25rem; margin: 1rem -.6rem 0; }
nav a { display: block; padding: .4rem .6rem; border-radius: .4rem; color: var(--soft); text-decoration: none; }
nav a:hover { color: var(--ink); text-decoration: underline; }
nav a[aria-current] { color: var(--ink); font-weight: 600; background: var(--card); box-shadow: inset 0 0 0 1px var(--line); }
.wide h1 { margin-bottom: 1.25rem; }
.card + .card { margin-top: 1rem; }
.card > :first-child { margin-top: 0; }

/* forms */
form > :first-child { margin-top: 0; }
label { display: block; margin-top: 1.25rem; font-weight: 600; }
.hint { margin-top: .2rem; }
input, select {
  width: 100%; min-width: 0; margin-top: .45rem; padding: .65rem .75rem; font: inherit; color: inherit; background: var(--paper);
  border: 1px solid var(--edge); border-radius: .4rem;
}
input[aria-invalid] { border-color: var(--bad); box-shadow: inset 0 0 0 1px var(--bad); }
input[name=code] { letter-spacing: .18em; font-variant-numeric: tabular-nums; }
button, .button {
  display: block; width: 100%; margin-top: 1.5rem; padding: .7rem 1rem; font: inherit; font-weight: 600; text-align: center;
  text-decoration: none; color: var(--on-accent); background: var(--accent); border: 1px solid transparent;
  border-radius: .4rem; cursor: pointer;
}
button:hover, .button:hover { filter: brightness(1.08); }
.quiet { color: var(--ink); background: transparent; border-color: var(--edge); }
.danger { color: var(--bad); background: transparent; border-color: var(--bad); }
.small { display: inline-block; width: auto; margin: 0; padding: .3rem .7rem; font-size: .9rem; font-weight: 500; }
.wide form:not(.inline) { max-width: 25rem; margin-top: 1rem; }
[hidden] { display: none; }
.more { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid var(--line); font-size: .95rem; }
.more h2 + ul { margin-top: .6rem; }
.more li + li { margin-top: .4rem; }
.alert, .note { margin: 1.25rem 0 0; padding: .75rem .9rem; border-left: 3px solid; border-radius: .25rem; }
.alert { background: var(--bad-paper); border-color: var(--bad); }
.alert strong { color: var(--bad); }
.alert p { margin-top: .15rem; }
.note { background: var(--good-paper); border-color: var(--accent); }
.wide .note { margin: 0 0 1.25rem; }
.narrow .note { margin: 0 0 1.25rem; }

form + .hint { margin-top: .75rem; }

/* lists of things */
.rows { margin-top: 1rem; }
.rows > li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1rem; padding: .8rem 0; border-top: 1px solid var(--line); }
.rows + form { margin-top: .5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
.rows p { margin: 0; overflow-wrap: anywhere; }
.rows div { flex: 1 1 14rem; min-width: 0; }
.tag { display: inline-block; padding: 0 .45rem; border-radius: .3rem; background: var(--good-paper); font-size: .8rem; font-weight: 500; }
.warn { background: var(--bad-paper); }
.facts { display: grid; grid-template-columns: minmax(6rem, auto) 1fr; gap: .3rem 1rem; margin-top: .9rem; }
.facts dt { color: var(--soft); } .facts dd { overflow-wrap: anywhere; }
.under { margin: -1rem 0 1rem; }
.inner ul { margin: 0 -.6rem 1rem; }
details { flex: 0 1 auto; }
details[open] { flex: 1 1 100%; }
summary { width: fit-content; padding: .3rem .7rem; border: 1px solid var(--edge); border-radius: .4rem; font-size: .9rem; cursor: pointer; }
.filter { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 0 1rem; align-items: end; }
.wide form.filter { max-width: none; }
.filter p { margin: 0; }
.filter button { justify-self: start; margin-top: 1.25rem; }
.log .whole { flex: 1 1 100%; }
.log > li { gap: 0 1rem; padding: .6rem 0; }
.chart { display: block; width: 100%; max-width: 15rem; height: 2rem; margin-top: .4rem; color: var(--accent); }
.qr { display: block; width: 13rem; max-width: 100%; height: auto; margin-top: 1rem; border-radius: .4rem; image-rendering: pixelated; }
.secret { display: block; margin-top: 1rem; padding: .75rem .9rem; background: var(--paper); border: 1px dashed var(--edge); border-radius: .4rem; user-select: all; }
.codes { display: grid; grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr)); gap: .35rem 1rem; margin-top: 1rem; padding: .9rem 1rem; background: var(--paper); border-radius: .4rem; font-variant-numeric: tabular-nums; }
.on-paper { display: none; }
.steps > li + li { margin-top: 2rem; }
.buttons { display: flex; flex-wrap: wrap; gap: .6rem; margin-top: 1rem; }
@media print {
  body * { visibility: hidden; }
  .print, .print * { visibility: visible; }
  .print { position: absolute; left: 0; top: 0; }
  .print button { display: none; }
  .on-paper { display: block; }
}
`;
