import type { PageWords } from "./page-words.ts";
import { ACCOUNT_PT } from "./words-account-pt.ts";
import { ENTRY_PT } from "./words-entry-pt.ts";
import { LINKS_PT } from "./words-links-pt.ts";
import { ORGANIZATION_PT } from "./words-organization-pt.ts";

export const PORTUGUESE: PageWords = {
  links: LINKS_PT,
  entry: ENTRY_PT,
  account: ACCOUNT_PT,
  organization: ORGANIZATION_PT,
  layout: {
    skip: "Ir para o conteúdo",
    signOut: "Sair",
    menuLabel: "Sua conta",
    menu: {
      "/account": "Perfil",
      "/account/security": "Segurança",
      "/account/keys": "Chaves de API",
      "/account/data": "Seus dados",
      "/organization": "Organização",
    },
  },
  newPassword: {
    label: "Nova senha",
    hint: (minLength) =>
      `Pelo menos ${minLength} caracteres. Algumas palavras em sequência são fáceis de lembrar e difíceis de adivinhar.`,
    strength: ["Curta demais", "Fácil de adivinhar", "Boa", "Muito boa"],
  },
  notes: {
    sign_in_first: "Entre primeiro.",
    signed_out: "Você saiu.",
    name_saved: "Seu nome foi salvo.",
    email_asked:
      "Se ninguém mais usa esse endereço, um e-mail com um link está a caminho. Até você abrir o link, seu endereço continua o mesmo.",
    verification_sent: "Um e-mail com um novo link está a caminho.",
    phone_asked: "Um código está a caminho do seu telefone.",
    phone_saved: "Seu número de telefone foi salvo.",
    phone_removed: "Seu número de telefone foi removido.",
    password_changed: "Sua senha foi alterada. Os outros dispositivos foram desconectados.",
    second_factor_on: "A verificação em duas etapas está ativada.",
    second_factor_off: "A verificação em duas etapas está desativada. Os outros dispositivos foram desconectados.",
    session_ended: "Essa sessão foi encerrada.",
    others_ended: "Todas as outras sessões foram encerradas.",
    key_revoked: "A chave foi revogada.",
    account_deleted: "Sua conta foi excluída.",
    invited: "O convite está a caminho.",
    invitation_revoked: "O convite foi revogado.",
    member_changed: "O membro foi alterado.",
    member_removed: "O membro foi removido.",
    left: "Você saiu da organização.",
    project_saved: "O projeto foi salvo.",
    credential_revoked: "A credencial foi revogada.",
  },
  problems: {
    dead_link: {
      title: "Este link não funciona mais",
      text: "Cada link funciona uma única vez e por tempo limitado; um e-mail mais recente invalida o link anterior. Peça um novo ou copie o link inteiro do e-mail.",
    },
    gone: { title: "Isso não existe mais", text: "Alguém, ou outra aba, foi mais rápido. Nada foi alterado." },
    weak_password: {
      title: "Escolha outra senha",
      text: "Ela precisa ser longa o bastante, não estar entre as mais comuns e não ser igual ao seu nome nem ao seu endereço.",
    },
    email_taken: {
      title: "O endereço já está em uso",
      text: "Enquanto isso, outra conta passou a ter este endereço; por isso a sua mantém o que tinha.",
    },
    phone_taken: { title: "O número já está em uso", text: "Outra conta tem este número de telefone." },
    not_accepted: {
      title: "Isto não foi aceito",
      text: "Veio de outro site, ficou aberto tempo demais ou não cabe a você. Nada foi alterado: tente de novo a partir desta página.",
    },
    not_understood: {
      title: "Confira o que você digitou",
      text: "Falta alguma coisa ou o formato não está certo. Nada foi alterado.",
    },
    wrong_login: { title: "Não confere", text: "O endereço ou a senha não está certo. Tente de novo." },
    wrong_password: { title: "A senha não está certa", text: "Nada foi alterado. Tente de novo." },
    wrong_code: {
      title: "O código não está certo",
      text: "Está errado, é antigo demais ou já foi usado. Tente o mais recente.",
    },
    login_over: { title: "Demorou demais", text: "Entre de novo desde o começo." },
    google_refused: {
      title: "O Google não confirmou você",
      text: "Ninguém entrou. Tente de novo ou entre de outra forma.",
    },
    email_unverified: {
      title: "Confirme seu endereço primeiro",
      text: "Abra o link do e-mail que enviamos. Se ele se perdeu, escolha uma nova senha: isso também confirma o endereço.",
    },
    second_factor_on: { title: "Já está ativada", text: "Para configurar de novo, desative-a antes." },
    second_factor_off: { title: "Não está configurada", text: "Nada foi alterado." },
    last_admin: {
      title: "Sua equipe precisa de um administrador",
      text: "Você é o único. Primeiro torne outro membro administrador.",
    },
    already_member: { title: "Já é membro", text: "Esse endereço pertence a um membro da organização." },
    too_many_keys: { title: "Você tem chaves demais", text: "Revogue alguma de que não precisa mais." },
    too_many: { title: "Tentativas demais", text: "Espere alguns minutos e tente de novo." },
    try_again: { title: "Não funcionou", text: "A culpa foi nossa, e nada foi alterado. Tente de novo daqui a pouco." },
    not_allowed: { title: "Não é possível", text: "Nada foi alterado." },
  },
};
