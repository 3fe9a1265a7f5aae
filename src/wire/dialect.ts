import type { GenericSchema, InferOutput } from "valibot";
import type { Access, Caller, Callers } from "../domain/access.ts";
import type { Call } from "../domain/call.ts";
import type { Refusal } from "../domain/error.ts";
import type { Core } from "../domain/ports.ts";

export type Method = "GET" | "POST" | "PATCH" | "DELETE";

type Output<Schema> = Schema extends GenericSchema ? InferOutput<Schema> : null;

/** What `run` is handed besides the Core. */
export interface Asked<A extends Access, Params, Query, Body> {
  readonly call: Call;
  readonly caller: Callers[A];
  readonly params: Output<Params>;
  readonly query: Output<Query>;
  readonly body: Output<Body>;
}

/** One documented endpoint. `read` parses what came, `run` is the story, `write` says it in the vendor's words. */
export interface RowOf<
  A extends Access,
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
  /** one line for the documents */
  readonly summary: string;
  readonly read?: { readonly params?: Params; readonly query?: Query; readonly body?: Body };
  readonly run: (core: Core, asked: Asked<A, Params, Query, Body>) => Promise<Result>;
  readonly status?: 200 | 201;
  readonly answer: Answer;
  readonly write: (result: Result) => InferOutput<Answer>;
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
  readonly summary: string;
  readonly status: 200 | 201;
  readonly params: GenericSchema | undefined;
  readonly query: GenericSchema | undefined;
  readonly body: GenericSchema | undefined;
  readonly answer: GenericSchema;
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
  readonly headers: Readonly<Record<string, string>>;
}

/** Checks a row's parts against each other, then forgets the types: `asked` was parsed by the row's own schemas. */
export function row<
  A extends Access,
  Result,
  Answer extends GenericSchema,
  Params extends GenericSchema | undefined = undefined,
  Query extends GenericSchema | undefined = undefined,
  Body extends GenericSchema | undefined = undefined,
>(spec: RowOf<A, Params, Query, Body, Result, Answer>): Row {
  return {
    method: spec.method,
    path: spec.path,
    access: spec.access,
    changes: spec.changes ?? false,
    summary: spec.summary,
    status: spec.status ?? 200,
    params: spec.read?.params,
    query: spec.read?.query,
    body: spec.read?.body,
    answer: spec.answer,
    headers: Object.keys(spec.headers ?? {}),
    refusals: spec.refusals ?? [],
    fields: spec.fields ?? {},
    handle: async (core, asked) => {
      const result = await spec.run(core, asked as Asked<A, Params, Query, Body>);
      const headers = Object.entries(spec.headers ?? {}).map(([name, write]) => [name, write(result)]);
      return { json: spec.write(result), headers: Object.fromEntries(headers) };
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
