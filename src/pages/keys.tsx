import * as v from "valibot";
import {
  KEY_LIFETIME_DEFAULT_DAYS,
  KEY_LIFETIME_MAX_DAYS,
  KEY_RATE_LIMIT_MAX,
  type ListedApiKey,
  USAGE_DAYS,
} from "../domain/api-key.ts";
import { createApiKey, listApiKeys, revokeApiKey } from "../domain/api-keys.ts";
import { line, publicId, whole } from "../wire/fields.ts";
import { Alert, CopyButton, Field, Form, formOn, PostButton, Select, Submit } from "./fields.tsx";
import { Sections } from "./layout.tsx";
import { type Frame, form, go, page, show } from "./page.ts";
import { type Paged, Pager, pageOf } from "./paging.tsx";
import { numberIn, Time } from "./shown.tsx";
import { WORDS } from "./words.ts";

const PATH = "/account/keys";

/** of the keys made here: `lk_live_...` */
const KEY_PREFIX = "lk_live";

const LIFETIMES_DAYS = [30, 90, KEY_LIFETIME_DEFAULT_DAYS, KEY_LIFETIME_MAX_DAYS];

/** A number as a form sends it. */
function typedNumber(least: number, most: number) {
  return v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.transform(Number), whole(least, most));
}

export const KEYS = page({
  path: PATH,
  access: "session",
  show: async (core, { visitor, given }) => {
    const keys = pageOf(await listApiKeys(core, { caller: visitor }), given);
    const rateLimit = core.settings.limits.key.max;
    return show((frame) => <KeysView {...{ frame, keys, rateLimit }} />);
  },
  forms: [
    form("session", {
      action: "/pages/make-key",
      read: {
        name: line(),
        expires_in_days: typedNumber(1, KEY_LIFETIME_MAX_DAYS),
        rate_limit: typedNumber(1, KEY_RATE_LIMIT_MAX),
      },
      run: async (core, { call, visitor, fields }) => {
        const { name, expires_in_days: expiresInDays, rate_limit: rateLimit } = fields;
        const wanted = { name, expiresInDays, rateLimit, description: null, scopes: [] };
        const { key, secret } = await createApiKey(core, { call, caller: visitor, wanted, prefix: KEY_PREFIX });
        return show((frame) => <MadeView frame={frame} name={key.name} secret={secret} />);
      },
    }),
    form("session", {
      action: "/pages/revoke-key",
      read: { key: publicId },
      run: async (core, { call, visitor, fields }) => {
        await revokeApiKey(core, { call, caller: visitor, which: { publicId: fields.key } });
        return go(PATH, "key_revoked");
      },
    }),
  ],
});

interface Listed {
  readonly frame: Frame;
  readonly keys: Paged<ListedApiKey>;
  /** of a new key, unless it is given another */
  readonly rateLimit: number;
}

function KeysView({ frame, keys, rateLimit }: Listed) {
  const words = WORDS[frame.language].account.keys;
  return (
    <Sections frame={frame} title={words.title}>
      <section class="card">
        <p>{words.text}</p>
        <Alert on={formOn(frame, "/pages/revoke-key")} />
        {keys.items.length === 0 ? (
          <p class="soft">{words.none}</p>
        ) : (
          <ul class="rows">
            {keys.items.map((key) => (
              <KeyRow frame={frame} of={key} />
            ))}
          </ul>
        )}
        <Pager frame={frame} paged={keys} />
      </section>
      <MakeSection frame={frame} rateLimit={rateLimit} />
    </Sections>
  );
}

function MakeSection({ frame, rateLimit }: { frame: Frame; rateLimit: number }) {
  const words = WORDS[frame.language].account.keys;
  const on = formOn(frame, "/pages/make-key");
  return (
    <section class="card">
      <h2>{words.make}</h2>
      <Form on={on}>
        <Field on={on} name="name" label={words.name} maxlength={200} autocomplete="off" />
        <Select
          on={on}
          name="expires_in_days"
          label={words.lifetime}
          value={String(KEY_LIFETIME_DEFAULT_DAYS)}
          options={LIFETIMES_DAYS.map((days) => [String(days), words.days(days)])}
        />
        <Field
          on={on}
          name="rate_limit"
          type="number"
          label={words.rateLimit}
          value={String(rateLimit)}
          min={1}
          max={KEY_RATE_LIMIT_MAX}
        />
        <Submit>{words.button}</Submit>
      </Form>
    </section>
  );
}

function KeyRow({ frame, of: key }: { frame: Frame; of: ListedApiKey }) {
  const { language } = frame;
  const words = WORDS[language].account.keys;
  return (
    <li>
      <div>
        <p>
          <strong>{key.name}</strong> <code class="soft">{key.shownAs}…</code>
        </p>
        <p class="soft">
          {key.lastUsedAt === null ? (
            words.neverUsed
          ) : (
            <>
              {words.lastUsed} <Time language={language} at={key.lastUsedAt} />
            </>
          )}
          , {words.ends} <Time language={language} at={key.expiresAt} only="date" />
          {", "}
          {words.perHour(numberIn(language, key.rateLimit))}
        </p>
        <UsageChart frame={frame} of={key} />
      </div>
      <PostButton
        frame={frame}
        action="/pages/revoke-key"
        fields={{ key: key.publicId }}
        class="danger small"
        label={words.revokeOf(key.name)}
      >
        {words.revoke}
      </PostButton>
    </li>
  );
}

const DAY_SECONDS = 86_400;
const CHART_HEIGHT = 20;
/** of a day: a bar, and the gap beside it */
const BAR_WIDTH = 4;
const DAY_WIDTH = 5;

/** A bar a day, today at the right: the busiest day is as high as the chart. */
function UsageChart({ frame, of: { usage } }: { frame: Frame; of: ListedApiKey }) {
  if (usage.length === 0) return null;
  const today = Math.floor(frame.now / DAY_SECONDS);
  const most = Math.max(...usage.map(({ requests }) => requests));
  const bars = usage
    .filter(({ day }) => day > today - USAGE_DAYS && day <= today)
    .map(({ day, requests }) => {
      const height = Math.max(1, Math.round((requests / most) * CHART_HEIGHT));
      const x = (USAGE_DAYS - 1 - (today - day)) * DAY_WIDTH;
      return `M${x} ${CHART_HEIGHT}v-${height}h${BAR_WIDTH}v${height}z`;
    });
  const total = usage.reduce((sum, { requests }) => sum + requests, 0);
  const label = WORDS[frame.language].account.keys.usage(numberIn(frame.language, total));
  const width = USAGE_DAYS * DAY_WIDTH;
  return (
    <>
      <svg
        class="chart"
        viewBox={`0 0 ${width} ${CHART_HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        <path d={`M0 ${CHART_HEIGHT}h${width}v-.5h-${width}z`} fill="currentColor" opacity=".35" />
        <path d={bars.join("")} fill="currentColor" />
      </svg>
      <p class="hint" aria-hidden="true">
        {label}
      </p>
    </>
  );
}

function MadeView({ frame, name, secret }: { frame: Frame; name: string; secret: string }) {
  const words = WORDS[frame.language].account.keys;
  return (
    <Sections frame={frame} title={words.made}>
      <section class="card">
        <h2>{name}</h2>
        <p role="status">{words.madeText}</p>
        <p class="secret code" id="key">
          {secret}
        </p>
        <div class="buttons">
          <CopyButton of="key" words={words} />
          <a class="button quiet small" href={PATH}>
            {words.done}
          </a>
        </div>
      </section>
    </Sections>
  );
}
