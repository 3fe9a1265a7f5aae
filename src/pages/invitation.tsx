import * as v from "valibot";
import { AuthError } from "../domain/error.ts";
import { acceptByLink, readInvitation } from "../domain/invitations.ts";
import type { Language } from "../domain/language.ts";
import { LINK_PATHS } from "../domain/mail.ts";
import type { Core } from "../domain/ports.ts";
import { line, secret } from "../wire/fields.ts";
import { Field, Form, formOn, NewPasswordField, Submit } from "./fields.tsx";
import { Card } from "./layout.tsx";
import { type Frame, form, page, show } from "./page.ts";
import { WORDS as ALL } from "./words.ts";

interface Words {
  readonly title: (organization: string) => string;
  readonly text: string;
  readonly newcomer: string;
  readonly button: string;
  readonly done: (organization: string) => string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    title: (organization) => `Join ${organization}`,
    text: "You were invited with this address. Its account becomes a member.",
    newcomer: "You were invited with this address, which has no account yet. Make one with your name and a password.",
    button: "Accept the invitation",
    done: (organization) => `You are a member of ${organization} now. Sign in with this address.`,
  },
  es: {
    title: (organization) => `Únete a ${organization}`,
    text: "Te han invitado con esta dirección. Su cuenta pasa a ser miembro.",
    newcomer:
      "Te han invitado con esta dirección, que todavía no tiene cuenta. Crea una con tu nombre y una contraseña.",
    button: "Aceptar la invitación",
    done: (organization) => `Ya eres miembro de ${organization}. Inicia sesión con esta dirección.`,
  },
  pt: {
    title: (organization) => `Participe de ${organization}`,
    text: "Você foi convidado com este endereço. A conta dele passa a ser membro.",
    newcomer: "Você foi convidado com este endereço, que ainda não tem conta. Crie uma com seu nome e uma senha.",
    button: "Aceitar o convite",
    done: (organization) => `Você agora é membro de ${organization}. Entre com este endereço.`,
  },
};

const ACTION = "/pages/accept-invitation";

/** Where an invitation's link lands: for who has an account, and for who makes one. Its button acts, not a look at it. */
export const INVITATION = page({
  path: LINK_PATHS.invitation,
  access: "link",
  problems: { not_found: "dead_link" },
  show: async (core, { given }) => {
    const token = given("token");
    const invited = await invitedBy(core, token);
    return show((frame) => <InvitationView {...{ frame, token, invited }} />);
  },
  forms: [
    form("link", {
      action: ACTION,
      read: {
        token: secret,
        full_name: v.optional(v.union([v.pipe(v.string(), v.trim(), v.literal("")), line()]), ""),
        new_password: v.optional(v.string(), ""),
      },
      run: async (core, { call, fields }) => {
        const { token, full_name: fullName, new_password: password } = fields;
        const { hasAccount, organization } = await invitedBy(core, token);
        if (!hasAccount && fullName === "") throw new AuthError("invalid_input", "no name", { field: "full_name" });
        await acceptByLink(core, { call, token, fullName, password });
        return show((frame) => <JoinedView frame={frame} organization={organization} />);
      },
    }),
  ],
});

interface Invited {
  readonly email: string;
  readonly organization: string;
  readonly hasAccount: boolean;
}

async function invitedBy(core: Core, token: string): Promise<Invited> {
  const { email, organization } = await readInvitation(core, token);
  const hasAccount = (await core.users.credentialByEmail(email)) !== null;
  return { email, organization: organization.name, hasAccount };
}

function InvitationView({ frame, token, invited }: { frame: Frame; token: string; invited: Invited }) {
  const words = WORDS[frame.language];
  const { email, organization, hasAccount } = invited;
  const title = words.title(organization);
  const on = formOn(frame, ACTION);
  return (
    <Card frame={frame} title={title}>
      <h1>{title}</h1>
      <p>{hasAccount ? words.text : words.newcomer}</p>
      <p class="who">{email}</p>
      <Form on={on} hidden={{ token }}>
        {hasAccount ? null : (
          <>
            {/* for password managers: whose password it is */}
            <input type="text" name="username" value={email} autocomplete="username" hidden />
            <Field
              on={on}
              name="full_name"
              label={ALL[frame.language].entry.fullName}
              autocomplete="name"
              maxlength={200}
            />
            <NewPasswordField on={on} />
          </>
        )}
        <Submit>{words.button}</Submit>
      </Form>
    </Card>
  );
}

function JoinedView({ frame, organization }: { frame: Frame; organization: string }) {
  const words = WORDS[frame.language];
  const title = words.title(organization);
  return (
    <Card frame={frame} title={title}>
      <h1>{title}</h1>
      <p role="status">{words.done(organization)}</p>
      <a class="button" href="/login">
        {ALL[frame.language].links.signIn}
      </a>
    </Card>
  );
}
