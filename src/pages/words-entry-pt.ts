import type { Translated } from "./translated.ts";
import type { ENTRY_EN } from "./words-entry-en.ts";

export const ENTRY_PT: Translated<typeof ENTRY_EN> = {
  email: "E-mail",
  password: "Senha",
  fullName: "Seu nome",
  home: {
    title: "Entre com Latchkey",
    text: "Este é um serviço de autenticação: contas, sessões e chaves de API para os aplicativos que o usam.",
    signedIn: "Você entrou como",
    account: "Sua conta",
    forDevelopers: "Para quem desenvolve",
    docs: "Documentação das quatro APIs",
    openapi: "Descrição OpenAPI",
    jwks: "Chaves públicas dos nossos tokens",
    outbox: "E-mail e SMS deste servidor de desenvolvimento",
  },
  signIn: {
    title: "Entrar",
    button: "Entrar",
    byCode: "Entrar com um código",
    byPassword: "Entrar com sua senha",
    google: "Continuar com o Google",
    forgot: "Esqueceu sua senha?",
    register: "É novo aqui? Crie uma conta",
  },
  oneTimeCode: "Código",
  code: {
    title: "Entrar com um código",
    text: "Enviamos um código para o endereço ou o telefone da sua conta: não é preciso senha.",
    to: "E-mail ou número de telefone",
    send: "Enviar um código",
    sent: "Se isto pertence a uma conta, um código está a caminho de:",
    again: "Enviar outro código",
  },
  secondFactor: {
    title: "Digite seu código",
    text: "Sua conta tem verificação em duas etapas. Digite os seis dígitos que seu aplicativo mostra ou um dos seus códigos de reserva.",
    button: "Continuar",
    back: "Começar de novo",
  },
  register: {
    title: "Criar uma conta",
    organization: "Nome da sua equipe",
    organizationHint: "Sua empresa, projeto ou família: você pode convidar outras pessoas depois.",
    button: "Criar conta",
    signIn: "Já tem conta? Entre",
  },
  forgot: {
    title: "Esqueceu sua senha?",
    text: "Digite o endereço da sua conta, e enviamos um link para escolher uma nova senha.",
    button: "Enviar o link",
    back: "Voltar para a entrada",
  },
  checkMail: {
    title: "Confira seu e-mail",
    register: "Enviamos um e-mail para esse endereço. Abra o link para confirmar que ele é seu e depois entre.",
    forgot: "Se esse endereço tem uma conta, um e-mail com um link para uma nova senha está a caminho.",
    spam: "Nada depois de alguns minutos? Olhe na caixa de spam ou tente de novo.",
    outbox: "Leia em /dev/outbox",
    signIn: "Entrar",
  },
};
