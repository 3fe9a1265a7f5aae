import { curlOf } from "./docs-curl.ts";
import type { Described, DescribedRefusal, Endpoint } from "./endpoint.ts";
import { type Field, fieldsOf, type JsonSchema } from "./json-schema.ts";

export function EndpointSection({ endpoint, origin }: { endpoint: Endpoint; origin: string }) {
  const { id, method, path, summary, callableBy, params, query, body, status, answer, headers } = endpoint;
  return (
    <section class="endpoint" id={id} aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>
        <a href={`#${id}`}>
          <span class="method">{method}</span>
          {path}
        </a>
      </h3>
      <p>{summary}.</p>
      <p class="soft">
        Who may call: {callableBy}. {remarksOn(endpoint)}
      </p>
      <div class="columns">
        <div>
          <Fields title="In the path" fields={params} />
          <Fields title="In the query" fields={query} />
          <Fields title="Body" fields={body === null ? [] : fieldsOf(body.schema)} />
        </div>
        <Code title="Request" text={curlOf(endpoint, { origin })} isCurl />
        <div>
          <Fields title="Answer" fields={fieldsOf(answer.schema)} />
          {headers.length === 0 ? null : <p class="soft">Headers: {headers.join(", ")}</p>}
        </div>
        <Code title={`Answer ${status}`} text={JSON.stringify(answer.example, null, 2)} />
      </div>
      <Refusals refusals={endpoint.refusals} />
    </section>
  );
}

function remarksOn({ hasCsv, isLimited, isRenewing }: Endpoint): string {
  return [
    ...(hasCsv ? ["As CSV with ?format=csv or Accept: text/csv."] : []),
    ...(isLimited ? ["Limited: the answers bear RateLimit and RateLimit-Policy."] : []),
    ...(isRenewing ? ["With X-Refresh-Token, an expired access token is renewed in passing."] : []),
  ].join(" ");
}

function Fields({ title, fields }: { title: string; fields: readonly Field[] }) {
  if (fields.length === 0) return null;
  return (
    <>
      <h4>{title}</h4>
      <dl class="fields">
        {fields.flatMap(flattened).map(({ name, required, schema }) => (
          <div>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>
              {kindOf(schema)}
              {required ? "" : ", optional"}
            </dd>
            {schema.description === undefined ? null : <dd class="remark">{schema.description}</dd>}
          </div>
        ))}
      </dl>
    </>
  );
}

/** A field, then the fields inside it: `user`, `user.id`, `sessions[].id`. */
function flattened(field: Field): readonly Field[] {
  const { items } = field.schema;
  const isList = typeof items === "object" && !Array.isArray(items);
  const inner = fieldsOf(isList ? items : field.schema);
  const prefix = `${field.name}${isList ? "[]" : ""}.`;
  return [field, ...inner.flatMap((one) => flattened({ ...one, name: `${prefix}${one.name}` }))];
}

/** `string, email, 1 to 254 characters` */
export function kindOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const { items, format, minLength, maxLength, minimum, maximum } = schema;
  const types = [schema.type ?? "any"].flat();
  const type = schema.enum === undefined ? types.join(" or ") : schema.enum.map((value) => value ?? "null").join(" | ");
  const of =
    typeof items === "object" && !Array.isArray(items) && items.type !== "object" ? ` of ${kindOf(items)}` : "";
  const isBare = minLength !== undefined && minLength <= 1 && maxLength === undefined;
  const length = isBare ? "" : rangeOf(minLength, maxLength);
  return [`${type}${of}`, format, length && `${length} characters`, rangeOf(minimum, maximum)]
    .filter(Boolean)
    .join(", ");
}

function rangeOf(least: number | undefined, most: number | undefined): string {
  if (least === undefined) return most === undefined ? "" : `at most ${most}`;
  return most === undefined ? `at least ${least}` : `${least} to ${most}`;
}

function Refusals({ refusals }: { refusals: readonly DescribedRefusal[] }) {
  return (
    <details>
      <summary>Refusals: {[...new Set(refusals.map(({ status }) => status))].join(", ")}</summary>
      <RefusalList refusals={refusals} />
    </details>
  );
}

export function RefusalList({ refusals }: Pick<Described, "refusals">) {
  return (
    <ul class="refusals">
      {refusals.map(({ refusal, status, words }) => (
        <li>
          {status} <code>{refusal}</code> <span>{words}</span>
        </li>
      ))}
    </ul>
  );
}

export function Code({ title, text, isCurl = false }: { title: string; text: string; isCurl?: boolean }) {
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <pre class={isCurl ? "curl" : undefined} tabindex={0}>
        <code>{text}</code>
      </pre>
    </figure>
  );
}
