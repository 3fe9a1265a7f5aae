import type { Child } from "hono/jsx";
import * as v from "valibot";
import type { AccessToken } from "../domain/access-token.ts";
import type { Call } from "../domain/call.ts";
import type { AuthError, Refusal } from "../domain/error.ts";
import type { Language } from "../domain/language.ts";
import type { SignedIn } from "../domain/open-session.ts";
import type { PendingLogin } from "../domain/pending-login.ts";
import type { Core } from "../domain/ports.ts";
import type { Session, Standing } from "../domain/session.ts";
import type { Note } from "./notes.ts";
import type { Problem } from "./problems.ts";

// The pages are a dialect: a table of pages and of the forms on them, mounted by one function (`http/pages.tsx`).

/** Who may look, and what the page then knows of them. */
export interface Visitors {
  /** a mailed link led here: its token is the proof, and no cookie is looked at */
  readonly link: null;
  /** anybody, signed in or not */
  readonly anyone: Standing | null;
  /** who is signed in; everybody else is led to the login, and back */
  readonly session: Standing;
}

export type Admission = keyof Visitors;

/** One value of what the page's address says, or of what its form held; "" when it isn't there. */
export type Given = (name: string) => string;

export interface Looked<A extends Admission = Admission> {
  readonly call: Call;
  readonly visitor: Visitors[A];
  readonly given: Given;
  /** what a cookie keeps of a login that waits for its second factor, or for Google */
  readonly waiting: (what: "login" | "google") => string | null;
  /** why a form of the page was refused, which shows the page again; null when the page was merely asked for */
  readonly refused: AuthError | null;
}

export interface Posted<A extends Admission, Fields> extends Looked<A> {
  readonly fields: Fields;
}

/** What asking for a page, or pressing its button, leads to. */
export type Outcome =
  | { readonly kind: "show"; readonly view: View }
  /** elsewhere, by 303: so that a reload posts nothing again */
  | { readonly kind: "go"; readonly to: string; readonly note?: Note }
  | { readonly kind: "signed_in"; readonly to: string; readonly signedIn: SignedIn }
  | { readonly kind: "second_factor"; readonly to: string; readonly pending: PendingLogin }
  /** `waiting` comes back with Google's answer */
  | { readonly kind: "to_google"; readonly to: string; readonly waiting: string }
  /** the session goes on, with another access token */
  | { readonly kind: "switched"; readonly to: string; readonly session: Session; readonly access: AccessToken }
  | { readonly kind: "signed_out"; readonly to: string; readonly note: Note }
  | { readonly kind: "file"; readonly name: string; readonly json: unknown };

export type View = (frame: Frame) => Child;

/** What every view is told of the answer that it becomes. */
export interface Frame {
  readonly language: Language;
  /** of the one style sheet and the one script, for the answer's Content-Security-Policy */
  readonly nonce: string;
  /** whose page it is */
  readonly host: string;
  readonly passwordMinLength: number;
  /** where the page is, without its query */
  readonly path: string;
  readonly visitor: Standing | null;
  /** for every form; null where a link's own token is the proof */
  readonly formToken: string | null;
  /** what was done just before */
  readonly note: Note | null;
  readonly refused: RefusedForm | null;
  /** epoch seconds */
  readonly now: number;
}

/** A form that was refused, as it is shown again. */
export interface RefusedForm {
  readonly action: string;
  readonly problem: Problem;
  /** the name of the input that isn't right */
  readonly field: string | null;
  /** what was typed; of secrets nothing is shown again */
  readonly typed: Given;
}

export interface Page {
  readonly path: `/${string}`;
  readonly access: Admission;
  /** refusals that mean something else here than elsewhere */
  readonly problems: Partial<Readonly<Record<Refusal, Problem>>>;
  readonly show: (core: Core, looked: Looked) => Promise<Outcome>;
  readonly forms: readonly Form[];
}

export interface Form<A extends Admission = Admission> {
  /** as its page's */
  readonly access: A;
  readonly action: `/pages/${string}`;
  /** posted by another site: what it bears must be proof enough */
  readonly fromElsewhere: boolean;
  readonly body: v.GenericSchema;
  readonly run: (core: Core, posted: Posted<Admission, unknown>) => Promise<Outcome>;
}

interface FormOf<A extends Admission, Entries extends v.ObjectEntries> {
  readonly action: `/pages/${string}`;
  readonly fromElsewhere?: true;
  readonly read: Entries;
  readonly run: (core: Core, posted: Posted<A, v.InferOutput<v.ObjectSchema<Entries, undefined>>>) => Promise<Outcome>;
}

/** Checks a page's parts against each other, then forgets the types: the mount admits who `access` names, and nobody else. */
export function page<A extends Admission>(spec: {
  readonly path: `/${string}`;
  readonly access: A;
  readonly problems?: Partial<Readonly<Record<Refusal, Problem>>>;
  readonly show: (core: Core, looked: Looked<A>) => Promise<Outcome>;
  readonly forms?: readonly Form<A>[];
}): Page {
  return {
    path: spec.path,
    access: spec.access,
    problems: spec.problems ?? {},
    show: (core, looked) => spec.show(core, looked as Looked<A>),
    forms: spec.forms ?? [],
  };
}

/** The same of a form: `fields` were parsed by `read`. */
export function form<A extends Admission, Entries extends v.ObjectEntries>(
  access: A,
  spec: FormOf<A, Entries>,
): Form<A> {
  type Fields = v.InferOutput<v.ObjectSchema<Entries, undefined>>;
  return {
    access,
    action: spec.action,
    fromElsewhere: spec.fromElsewhere ?? false,
    body: v.object(spec.read),
    run: (core, posted) => spec.run(core, posted as Posted<A, Fields>),
  };
}

export function show(view: View): Outcome {
  return { kind: "show", view };
}

export function go(to: string, note?: Note): Outcome {
  return { kind: "go", to, ...(note === undefined ? {} : { note }) };
}
