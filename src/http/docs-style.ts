/** The page's whole style: system fonts, two columns where there is room, colours by the reader's own preference. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fcfbf9; --panel: #f4f2ee; --line: #e3dfd8; --ink: #22201d; --soft: #645f57; --accent: #0b5f58;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
  --serif: "Iowan Old Style", Charter, "Palatino Linotype", Georgia, "Liberation Serif", serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #161513; --panel: #1f1d1a; --line: #35322d; --ink: #e9e5de; --soft: #a8a298; --accent: #72c7bb;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1.5rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.6 var(--sans); }
a { color: var(--accent); text-underline-offset: .2em; text-decoration-thickness: 1px; }
a:focus-visible, summary:focus-visible, pre:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 2px; }
h1, h2 { font-family: var(--serif); font-weight: 500; line-height: 1.15; letter-spacing: -.01em; margin: 0; }
h1 { font-size: clamp(2.2rem, 6vw, 3.2rem); }
h2 { font-size: clamp(1.7rem, 4vw, 2.2rem); }
h3 { font: 500 1.02rem/1.5 var(--mono); margin: 0; overflow-wrap: anywhere; }
h3 a { color: inherit; text-decoration: none; }
h3 a:hover { text-decoration: underline; }
h4 { font: 600 .75rem/1.4 var(--sans); letter-spacing: .07em; text-transform: uppercase; color: var(--soft); margin: 1.6rem 0 .5rem; }
p { margin: .5rem 0; max-width: 65ch; }
code, pre { font-family: var(--mono); font-size: .86em; }
pre {
  margin: 0; padding: .9rem 1rem; background: var(--panel); border-radius: .5rem; line-height: 1.55; font-size: .85rem;
  white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 2;
}
pre code { font-size: inherit; }
.curl { user-select: all; -webkit-user-select: all; }
.soft { color: var(--soft); }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 1rem; padding: .5rem 1rem; background: var(--panel); }
body > header, main, footer { padding: 0 1.25rem; max-width: 88rem; margin: 0 auto; }
body > header { padding-top: 3rem; }
.mark { display: flex; align-items: center; gap: .6rem; font: 500 1.05rem var(--serif); margin-bottom: 2.2rem; }
.mark svg { color: var(--accent); }
.lead { font-size: 1.12rem; max-width: 60ch; }
.terms { display: grid; gap: .2rem 1.5rem; margin: 1.5rem 0 0; }
.terms dt { color: var(--soft); font-size: .9rem; }
.terms dd { margin: 0 0 .6rem; overflow-wrap: anywhere; }
nav { padding: 0 1.25rem; margin: 2.5rem auto 0; max-width: 88rem; font-size: .92rem; }
nav h2 { font: 600 .75rem var(--sans); letter-spacing: .07em; text-transform: uppercase; color: var(--soft); margin: 1.4rem 0 .4rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: flex; gap: .6rem; padding: .28rem 0; color: var(--ink); text-decoration: none; overflow-wrap: anywhere; line-height: 1.35; }
nav a:hover span { text-decoration: underline; }
.method { flex: none; font: 600 .7rem/1.9 var(--mono); color: var(--accent); width: 3.4rem; letter-spacing: .02em; }
h3 .method { display: inline-block; width: auto; margin-right: .7rem; font-size: .85rem; line-height: inherit; }
.dialect { padding-top: 4rem; }
.endpoint { border-top: 1px solid var(--line); margin-top: 2.8rem; padding-top: 2rem; }
.fields { margin: 0; font-size: .95rem; }
.fields div { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .8rem; padding: .42rem 0; }
.fields div + div { border-top: 1px solid var(--line); }
.fields dt { overflow-wrap: anywhere; }
.fields dd { margin: 0; color: var(--soft); }
.fields .remark { flex-basis: 100%; }
.refusals { list-style: none; margin: .4rem 0 0; padding: 0; font-size: .95rem; font-variant-numeric: tabular-nums; }
.refusals li { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .8rem; padding: .42rem 0; }
.refusals li + li { border-top: 1px solid var(--line); }
.refusals code { min-width: 15.5rem; }
.refusals span { color: var(--soft); }
details { margin-top: 1.2rem; }
summary { cursor: pointer; color: var(--soft); font-size: .95rem; padding: .4rem 0; }
figure { margin: 0; min-width: 0; }
figcaption { font: 600 .75rem/1.4 var(--sans); letter-spacing: .07em; text-transform: uppercase; color: var(--soft); margin: 1.6rem 0 .5rem; }
footer { padding-top: 4rem; padding-bottom: 4rem; color: var(--soft); font-size: .92rem; }
@media (min-width: 62rem) {
  .columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1.1fr); gap: 0 3rem; align-items: start; }
  .terms { grid-template-columns: max-content 1fr; }
  .terms dd { margin: 0; }
}
@media (min-width: 76rem) {
  body { display: grid; grid-template-columns: 17.5rem minmax(0, 1fr); max-width: 96rem; margin: 0 auto; }
  body > header, main, footer { grid-column: 2; width: 100%; margin: 0; padding-left: 3rem; padding-right: 2.5rem; }
  nav { grid-column: 1; grid-row: 1 / span 3; position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; margin: 0; padding: 3rem 1rem 3rem 2rem; }
}
@media print { nav, .skip { display: none; } .endpoint { break-inside: avoid; } }
`;
