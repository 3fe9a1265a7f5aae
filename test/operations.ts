import document from "../docs/binding-operations.md?raw";

/** What docs/binding-operations.md says: the line of each golden. Its first two cells are the endpoint and the golden's name. */
export function documentedLines(dialect: string): ReadonlyMap<string, string> {
  const [, section = ""] = document
    .split(/^## /m)
    .flatMap((text) => (text.startsWith(`${dialect}\n`) ? ["", text] : []));
  const lines = section.split("\n").filter((line) => /^\| [A-Z]+ \//.test(line));
  return new Map(lines.map((line) => [line.split(" | ")[1] ?? "", line]));
}

/** The same line, of the operations that `counted` has noted. */
export function lineOf({ endpoint, name }: { endpoint: string; name: string }, operations: readonly string[]): string {
  const of = (pattern: RegExp) => operations.filter((operation) => pattern.test(operation)).length;
  const trips = operations.flatMap((operation) => /^DB (.*)$/s.exec(operation)?.[1] ?? []);
  const statements = trips.flatMap((trip) => trip.split("; "));
  const writes = statements.filter((statement) => !/^select\b/i.test(statement));
  const counts = [
    ...[trips.length, statements.length, writes.length],
    ...[of(/^KV get/), of(/^KV (?!get)/), of(/^(LIMITER|KEY_QUOTA|CODES) /)],
  ];
  return `| ${[endpoint, name, ...counts].join(" | ")} |`;
}
