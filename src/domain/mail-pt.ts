import { inWords } from "./duration.ts";
import type { Words } from "./mail.ts";

const lasting = (seconds: number) => inWords(seconds, "pt");

export const PORTUGUESE: Words = {
  letters: {
    verify_email: ({ lifetimeSeconds }) => ({
      subject: "Confirme seu endereço de e-mail",
      opening: ["Uma conta foi criada com este endereço de e-mail. Confirme que ele é seu:"],
      button: "Confirmar endereço",
      closing: [
        `O link funciona uma única vez, durante ${lasting(lifetimeSeconds)}.`,
        "Se não foi você quem criou a conta, ignore esta mensagem: nada vai acontecer.",
      ],
    }),
    reset_password: ({ lifetimeSeconds }) => ({
      subject: "Redefina sua senha",
      opening: ["Alguém, esperamos que você, pediu para redefinir a senha da sua conta. Escolha uma nova aqui:"],
      button: "Escolher uma nova senha",
      closing: [
        `O link funciona uma única vez, durante ${lasting(lifetimeSeconds)}. Um pedido mais recente o invalida.`,
        "Se não foi você quem pediu, ignore esta mensagem: sua senha continua a mesma.",
      ],
    }),
    password_changed: () => ({
      subject: "Sua senha foi alterada",
      opening: [
        "A senha da sua conta foi alterada, e todas as outras sessões foram encerradas.",
        "Se foi você, não é preciso fazer nada.",
      ],
      closing: [
        "Se não foi você, alguém pode ter acesso à sua conta: use “Esqueci minha senha” o quanto antes para escolher uma nova.",
      ],
    }),
    account_deleted: () => ({
      subject: "Sua conta foi excluída",
      opening: ["Sua conta foi excluída, com tudo o que pertencia a ela. Não há mais nada a fazer."],
      closing: ["Se não foi você, alguém sabia sua senha: mude-a em todos os outros lugares onde a usa."],
    }),
    address_taken: () => ({
      subject: "Você já tem uma conta",
      opening: [
        "Alguém, esperamos que você, tentou criar uma conta com este endereço de e-mail. Ele já tem uma, então nenhuma outra foi criada.",
        "Entre na que você tem. Se não se lembra mais da senha, use “Esqueceu sua senha?”.",
      ],
      closing: ["Se não foi você, ignore esta mensagem: nada foi alterado."],
    }),
    confirm_email_change: ({ lifetimeSeconds }) => ({
      subject: "Confirme seu novo endereço de e-mail",
      opening: ["Este endereço foi informado como o novo e-mail de uma conta. Confirme que ele é seu:"],
      button: "Confirmar o novo endereço",
      closing: [
        `O link funciona uma única vez, durante ${lasting(lifetimeSeconds)}. Até que seja usado, a conta mantém o endereço antigo.`,
        "Se não foi você, ignore esta mensagem: nada vai acontecer.",
      ],
    }),
    email_change_notice: ({ newEmail, lifetimeSeconds }) => ({
      subject: "O e-mail da sua conta vai mudar",
      opening: [
        `Alguém, esperamos que você, pediu para mudar o e-mail da sua conta para ${newEmail}.`,
        "Se não foi você, mantenha seu endereço com este link:",
      ],
      button: "Desfazer a mudança",
      closing: [
        `O link funciona uma única vez, durante ${lasting(lifetimeSeconds)}, mesmo depois de confirmada a mudança.`,
        "Se foi você, não é preciso fazer nada.",
      ],
    }),
    email_code: ({ code, lifetimeSeconds }) => ({
      subject: `${code} é seu código de acesso`,
      opening: ["Use este código para entrar:"],
      closing: [
        `Ele funciona uma única vez, durante ${lasting(lifetimeSeconds)}. Não o informe a ninguém: nós nunca vamos pedi-lo.`,
        "Se você não tentou entrar, ignore esta mensagem.",
      ],
    }),
    login_code_used: () => ({
      subject: "Alguém entrou na sua conta com um código",
      opening: [
        "Alguém, esperamos que você, entrou na sua conta com um código enviado a este endereço. Com isso o endereço foi comprovado pela primeira vez, e todas as outras sessões foram encerradas.",
        "Se foi você, não é preciso fazer nada.",
      ],
      closing: ["Se não foi você, proteja primeiro esta caixa de correio e depois redefina a senha da sua conta."],
    }),
    identity_linked: () => ({
      subject: "Uma conta do Google foi vinculada à sua conta",
      opening: [
        "Alguém, esperamos que você, entrou com uma conta do Google que tem este endereço. Ela foi vinculada à sua conta e, a partir de agora, permite entrar nela.",
        "Se foi você, não é preciso fazer nada.",
      ],
      closing: [
        "Se não foi você, alguém pode ter acesso à sua conta do Google ou a esta caixa de correio: proteja as duas o quanto antes.",
      ],
    }),
    phone_added: ({ phone }) => ({
      subject: "Um número de telefone foi adicionado à sua conta",
      opening: [
        `Alguém, esperamos que você, adicionou o número de telefone ${phone} à sua conta. Os códigos enviados para ele permitem entrar nela.`,
        "Se foi você, não é preciso fazer nada.",
      ],
      closing: [
        "Se não foi você, alguém pode ter acesso à sua conta: altere sua senha e remova o número o quanto antes.",
      ],
    }),
    invitation: ({ organization, inviter, lifetimeSeconds }) => ({
      subject: `Convite para ${organization}`,
      opening: [`${inviter} convidou você para participar de ${organization}:`],
      button: "Ver o convite",
      closing: [
        `O link funciona uma única vez, durante ${lasting(lifetimeSeconds)}.`,
        "Se você não sabe de quem se trata, ignore esta mensagem: nada vai acontecer.",
      ],
    }),
  },
  sms: ({ code, host, lifetimeSeconds }) =>
    `${code} é seu código para ${host}. Funciona durante ${lasting(lifetimeSeconds)}. Não o informe a ninguém.`,
};
