import type { GenericSchema, InferOutput } from "valibot";
import type { Access, Caller, Callers } from "../domain/access.ts";
import type { Call } from "../domain/call.ts";
import type { Refusal } from "../domain/error.ts";
import type { Acting, Permission } from "../domain/permissions.ts";
import type { Core } from "../domain/ports.ts";
import type { Account } from "../domain/user.ts";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

type Output<Schema> = Schema extends GenericSchema ? InferOutput<Schema> : null;

/** Who a permission is asked of acts in an organization. */
type CallerOf<A extends Access, Needs> = Needs extends Permission
  ? Callers[A] extends Account
    ? Acting<Callers[A]>
    : never
  : Callers[A];

/** What `run` is handed besides the Core. */
export interface Asked<A extends Access, Needs, Params, Query, Body> {
  readonly call: Call;
  readonly caller: CallerOf<A, Needs>;
  readonly params: Output<Params>;
  readonly query: Output<Query>;
  readonly body: Output<Body>;
}

/** One documented endpoint. `read` parses what came, `run` is the story, `write` says it in the vendor's words. */
export interface RowOf<
  A extends Access,
  Needs extends Permission | undefined,
  Params extends GenericSchema | undefined,
  Query extends GenericSchema | undefined,
  Body extends GenericSchema | undefined,
  Result,
  Answer extends GenericSchema,
> {
  readonly method: Method;
  /** as Hono spells it: `/sessions/:id`; with a trailing slash where the vendor documents one, and answered either way */
  readonly path: string;
  readonly access: A;
  /** of a GET that changes something: a HEAD, which programs send to look at a link, is then not carried out */
  readonly changes?: true;
  /** what the caller's role must allow (`domain/permissions.ts`); absent: nothing of any role */
  readonly needs?: Needs;
  /** one line for the documents */
  readonly summary: string;
  readonly read?: { readonly params?: Params; readonly query?: Query; readonly body?: Body };
  readonly run: (core: Core, asked: Asked<A, Needs, Params, Query, Body>) => Promise<Result>;
  readonly status?: 200 | 201;
  readonly answer: Answer;
  readonly write: (result: Result) => InferOutput<Answer>;
  /** the same as RFC 4180 CSV, for who asks by `?format=csv` or `Accept: text/csv` */
  readonly csv?: (result: Result) => string;
  /** headers that are part of the row's contract: name -> value */
  readonly headers?: Readonly<Record<string, (result: Result) => string>>;
  /** refusals beyond those that follow from the other columns (`refusalsOf`) */
  readonly refusals?: readonly Refusal[];
  /** the domain's name of a field -> the vendor's, where they differ */
  readonly fields?: Readonly<Record<string, string>>;
}

/** A row without its types, as the mount, the documents and the tests see it. */
export interface Row {
  readonly method: Method;
  readonly path: string;
  readonly access: Access;
  /** no HEAD, although it is a GET */
  readonly changes: boolean;
  readonly needs: Permission | null;
  readonly summary: string;
  readonly status: 200 | 201;
  readonly params: GenericSchema | undefined;
  readonly query: GenericSchema | undefined;
  readonly body: GenericSchema | undefined;
  readonly answer: GenericSchema;
  /** it may be answered as CSV too */
  readonly hasCsv: boolean;
  /** names of the headers that are part of the row's contract */
  readonly headers: readonly string[];
  readonly refusals: readonly Refusal[];
  readonly fields: Readonly<Record<string, string>>;
  readonly handle: (core: Core, asked: UntypedAsked) => Promise<Written>;
}

export interface UntypedAsked {
  readonly call: Call;
  readonly caller: Caller;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

export interface Written {
  readonly json: unknown;
  /** null where the row knows no CSV */
  readonly csv: (() => string) | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Checks a row's parts against each other, then forgets the types: `asked` was parsed by the row's own schemas. */
export function row<
  A extends Access,
  Result,
  Answer extends GenericSchema,
  Needs extends Permission | undefined = undefined,
  Params extends GenericSchema | undefined = undefined,
  Query extends GenericSchema | undefined = undefined,
  Body extends GenericSchema | undefined = undefined,
>(spec: RowOf<A, Needs, Params, Query, Body, Result, Answer>): Row {
  return {
    method: spec.method,
    path: spec.path,
    access: spec.access,
    changes: spec.changes ?? false,
    needs: spec.needs ?? null,
    summary: spec.summary,
    status: spec.status ?? 200,
    params: spec.read?.params,
    query: spec.read?.query,
    body: spec.read?.body,
    answer: spec.answer,
    hasCsv: spec.csv !== undefined,
    headers: Object.keys(spec.headers ?? {}),
    refusals: spec.refusals ?? [],
    fields: spec.fields ?? {},
    handle: async (core, asked) => {
      const result = await spec.run(core, asked as Asked<A, Needs, Params, Query, Body>);
      const headers = Object.entries(spec.headers ?? {}).map(([name, write]) => [name, write(result)]);
      const { csv } = spec;
      return {
        json: spec.write(result),
        csv: csv === undefined ? null : () => csv(result),
        headers: Object.fromEntries(headers),
      };
    },
  };
}

/** A refusal as it stands when it is about to be answered. */
export interface Refused {
  readonly refusal: Refusal;
  /** the caller's own sentence, or null: the dialect's words then */
  readonly message: string | null;
  readonly field: string | null;
  readonly requestId: string;
  /** the path that was asked */
  readonly instance: string;
}

/** The vendor's answer to a refusal. */
export interface RefusalAnswer {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 429 | 500 | 503;
  readonly contentType: string;
  readonly body: unknown;
  /** the sentence in it that people read */
  readonly words: string;
}

/** A dialect is data: its rows, and one answer for each refusal. */
export interface Dialect {
  /** the `client_id` of the sessions that begin in it */
  readonly name: string;
  readonly title: string;
  /** a sentence or two for the documents */
  readonly summary: string;
  /** what every path of it begins with, such as `/v1/auth`; empty when nothing is common to them */
  readonly base: string;
  readonly rows: readonly Row[];
  /**
   * What an expired access token with a good `X-Refresh-Token` gets, on rows that need a session: new tokens in the
   * answer's headers, and a safe method is carried out. Absent: nothing of the kind.
   */
  readonly renewal?: {
    /**
     * Answered, with 200, to an unsafe method that is then NOT carried out, because the vendor's client repeats every
     * request whose 2xx answer bears new tokens. Null where no client does: 401, and nothing is rotated.
     */
    readonly repeat: object | null;
  };
  readonly refuse: (refused: Refused) => RefusalAnswer;
  /** what `refuse` makes the body of */
  readonly errorBody: GenericSchema;
}
