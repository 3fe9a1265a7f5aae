import type { Language } from "../domain/language.ts";
import { LINK_PATHS } from "../domain/mail.ts";
import type { Problem } from "./problems.ts";
import { Alert, Layout, PasswordField, type Setting } from "./views.tsx";

export const INVITATION_PATH = LINK_PATHS.invitation;
export const INVITATION_ACTION = "/pages/accept-invitation";

interface Words {
  readonly title: (organization: string) => string;
  readonly text: string;
  readonly newcomer: string;
  readonly name: string;
  readonly button: string;
  readonly done: (organization: string) => string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    title: (organization) => `Join ${organization}`,
    text: "You were invited with this address. Its account becomes a member.",
    newcomer: "You were invited with this address, which has no account yet. Make one with your name and a password.",
    name: "Your name",
    button: "Accept the invitation",
    done: (organization) => `You are a member of ${organization} now. Sign in with this address.`,
  },
  es: {
    title: (organization) => `Únete a ${organization}`,
    text: "Te han invitado con esta dirección. Su cuenta pasa a ser miembro.",
    newcomer:
      "Te han invitado con esta dirección, que todavía no tiene cuenta. Crea una con tu nombre y una contraseña.",
    name: "Tu nombre",
    button: "Aceptar la invitación",
    done: (organization) => `Ya eres miembro de ${organization}. Inicia sesión con esta dirección.`,
  },
  pt: {
    title: (organization) => `Participe de ${organization}`,
    text: "Você foi convidado com este endereço. A conta dele passa a ser membro.",
    newcomer: "Você foi convidado com este endereço, que ainda não tem conta. Crie uma com seu nome e uma senha.",
    name: "Seu nome",
    button: "Aceitar o convite",
    done: (organization) => `Você agora é membro de ${organization}. Entre com este endereço.`,
  },
};

/** What the page is about, and what was sent already. */
export interface InvitationForm {
  readonly token: string;
  readonly email: string;
  readonly organization: string;
  readonly hasAccount: boolean;
  readonly fullName: string;
  readonly problem: Problem | null;
}

/** The page asks; its button does. Who has no account makes one here. */
export function InvitationView({ setting, form }: { setting: Setting; form: InvitationForm }) {
  const words = WORDS[setting.language];
  const { token, email, organization, hasAccount, fullName, problem } = form;
  const title = words.title(organization);
  return (
    <Layout setting={setting} title={title}>
      <h1>{title}</h1>
      <p>{hasAccount ? words.text : words.newcomer}</p>
      <p class="who">{email}</p>
      {problem === null ? null : <Alert setting={setting} problem={problem} />}
      <form method="post" action={INVITATION_ACTION}>
        <input type="hidden" name="token" value={token} />
        {hasAccount ? null : (
          <>
            <label for="full-name">{words.name}</label>
            <input id="full-name" name="full_name" value={fullName} autocomplete="name" maxlength={200} required />
            <PasswordField setting={setting} email={email} isWrong={problem === "weak_password"} />
          </>
        )}
        <button type="submit">{words.button}</button>
      </form>
    </Layout>
  );
}

export function JoinedView({ setting, organization }: { setting: Setting; organization: string }) {
  const words = WORDS[setting.language];
  const title = words.title(organization);
  return (
    <Layout setting={setting} title={title}>
      <h1>{title}</h1>
      <p role="status">{words.done(organization)}</p>
    </Layout>
  );
}
