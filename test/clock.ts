import type { Clock, Log, LogFields } from "../src/domain/ports.ts";

/** A clock that stands until it is turned. 2026-01-01T00:00:00Z to begin with. */
export class TestClock implements Clock {
  #now = 1_767_225_600;

  now(): number {
    return this.#now;
  }

  /** Nobody waits for time that stands still. */
  async pause(): Promise<void> {}

  advance(seconds: number): void {
    this.#now += seconds;
  }
}

/** Keeps what was logged, as the text that would have been printed. */
export class TestLog implements Log {
  readonly lines: string[] = [];

  write(level: string, event: string, fields: LogFields): void {
    this.lines.push(JSON.stringify({ level, event, ...fields }));
  }
}
