import type { Translated } from "./translated.ts";
import type { LINKS_EN } from "./words-links-en.ts";

/** What a page that a mailed link leads to asks, and what it says once that is done. */
export const LINKS_PT: Translated<typeof LINKS_EN> = {
  verify_email: {
    title: "Confirme seu endereço de e-mail",
    text: "Você criou uma conta com este endereço? Então confirme que ele é seu.",
    button: "Confirmar endereço",
    done: {
      title: "Seu endereço está confirmado",
      text: "Obrigado. Você pode fechar esta página e continuar de onde parou.",
    },
  },
  reset_password: {
    title: "Escolha uma nova senha",
    text: "Ela substitui a senha desta conta. Todas as suas sessões serão encerradas.",
    button: "Salvar nova senha",
    done: {
      title: "Sua nova senha está salva",
      text: "Todas as suas sessões foram encerradas. Entre de novo com a nova senha.",
    },
  },
  confirm_email_change: {
    title: "Confirme seu novo endereço",
    text: "Ele passa a ser o endereço da sua conta, no lugar do atual.",
    button: "Usar este endereço",
    done: {
      title: "Seu endereço foi alterado",
      text: "A partir de agora você entra com o novo. Os outros dispositivos foram desconectados.",
    },
  },
  undo_email_change: {
    title: "Mantenha seu endereço",
    text: "Alguém pediu para mudar o endereço da sua conta. Se você desfizer a mudança, a conta volta a ter este endereço e todas as sessões abertas nela são encerradas.",
    button: "Desfazer a mudança",
    done: {
      title: "A conta voltou a ter seu endereço",
      text: "Todas as sessões foram encerradas. Se não foi você quem pediu a mudança, alguém pode saber sua senha: escolha uma nova agora.",
    },
  },
  choosePassword: "Escolher uma nova senha",
  signIn: "Entrar",
  toAccount: "Ir para sua conta",
};
