/**
 * The pages' whole script: conveniences alone. What it needs stays hidden without it, and no form waits for it. Words come
 * from the page.
 */
export const SCRIPT = `
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.onclick = async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.done;
  };
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.onclick = () => print();
}
for (const hint of document.querySelectorAll("[data-strength]")) {
  const input = document.getElementById(hint.dataset.strength);
  const words = hint.dataset.words.split("|");
  input.addEventListener("input", () => {
    const typed = [...input.value];
    const bits = typed.length * Math.log2(1 + new Set(typed).size);
    hint.hidden = typed.length === 0;
    hint.textContent = typed.length < hint.dataset.least ? words[0] : bits < 45 ? words[1] : bits < 70 ? words[2] : words[3];
  });
}
`;
