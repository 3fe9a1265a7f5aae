import type { PageWords } from "./page-words.ts";

export const PORTUGUESE: PageWords = {
  links: {
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
  },
  newPassword: {
    label: "Nova senha",
    hint: (minLength) =>
      `Pelo menos ${minLength} caracteres. Algumas palavras em sequência são fáceis de lembrar e difíceis de adivinhar.`,
  },
  choosePassword: "Escolher uma nova senha",
  problems: {
    dead_link: {
      title: "Este link não funciona mais",
      text: "Cada link funciona uma única vez e por tempo limitado; um e-mail mais recente invalida o link anterior. Peça um novo ou copie o link inteiro do e-mail.",
    },
    weak_password: {
      title: "Escolha outra senha",
      text: "Ela precisa ser longa o bastante, não estar entre as mais comuns e não ser igual ao seu nome nem ao seu endereço.",
    },
    email_taken: {
      title: "O endereço já está em uso",
      text: "Enquanto isso, outra conta passou a ter este endereço; por isso a sua mantém o que tinha.",
    },
    from_elsewhere: {
      title: "Isto veio de outro site",
      text: "Nada foi alterado. Abra o link do e-mail e pressione o botão na página.",
    },
    not_understood: {
      title: "Faltou alguma coisa",
      text: "Nada foi alterado. Abra de novo o link do e-mail.",
    },
    too_many: { title: "Tentativas demais", text: "Espere alguns minutos e tente de novo." },
    try_again: {
      title: "Não funcionou",
      text: "A culpa foi nossa, e nada foi alterado. Tente de novo daqui a pouco.",
    },
    not_allowed: { title: "Não é possível", text: "Nada foi alterado." },
  },
};
