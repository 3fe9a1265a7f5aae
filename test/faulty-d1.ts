import { env } from "cloudflare:workers";

/**
 * The real D1, whose batches can be told to break: all their statements are carried out, then one more fails, and D1
 * takes everything back.
 */
export class FaultyD1 {
  breaksBatches = false;

  prepare(query: string): D1PreparedStatement {
    return env.DB.prepare(query);
  }

  batch(statements: D1PreparedStatement[]): Promise<D1Result[]> {
    const failing = env.DB.prepare("INSERT INTO audit_log (id) VALUES (NULL)"); // the other columns are NOT NULL
    return env.DB.batch(this.breaksBatches ? [...statements, failing] : statements);
  }
}
