import type { Translated } from "./translated.ts";
import type { ENTRY_EN } from "./words-entry-en.ts";

export const ENTRY_ES: Translated<typeof ENTRY_EN> = {
  email: "Correo electrónico",
  password: "Contraseña",
  fullName: "Tu nombre",
  home: {
    title: "Inicia sesión con Latchkey",
    text: "Este es un servicio de autenticación: cuentas, sesiones y claves de API para las aplicaciones que lo usan.",
    signedIn: "Has iniciado sesión como",
    account: "Tu cuenta",
    forDevelopers: "Para quien desarrolla",
    docs: "Documentación de las cuatro API",
    openapi: "Descripción OpenAPI",
    jwks: "Claves públicas de nuestros tokens",
    outbox: "Correo y SMS de este servidor de desarrollo",
  },
  signIn: {
    title: "Iniciar sesión",
    button: "Iniciar sesión",
    byCode: "Iniciar sesión con un código",
    byPassword: "Iniciar sesión con tu contraseña",
    google: "Continuar con Google",
    forgot: "¿Has olvidado la contraseña?",
    register: "¿Primera vez aquí? Crea una cuenta",
  },
  oneTimeCode: "Código",
  code: {
    title: "Iniciar sesión con un código",
    text: "Enviamos un código a la dirección o al teléfono de tu cuenta: no hace falta contraseña.",
    to: "Correo electrónico o número de teléfono",
    send: "Enviar un código",
    sent: "Si pertenece a una cuenta, hemos enviado un código a:",
    again: "Enviar otro código",
  },
  secondFactor: {
    title: "Escribe tu código",
    text: "Tu cuenta tiene verificación en dos pasos. Escribe las seis cifras que muestra tu aplicación o uno de tus códigos de reserva.",
    button: "Continuar",
    back: "Empezar de nuevo",
  },
  register: {
    title: "Crear una cuenta",
    organization: "Nombre de tu equipo",
    organizationHint: "Tu empresa, proyecto o familia: más adelante puedes invitar a otras personas.",
    button: "Crear cuenta",
    signIn: "¿Ya tienes cuenta? Inicia sesión",
  },
  forgot: {
    title: "¿Has olvidado la contraseña?",
    text: "Escribe la dirección de tu cuenta y te enviamos un enlace para elegir una contraseña nueva.",
    button: "Enviar el enlace",
    back: "Volver al inicio de sesión",
  },
  checkMail: {
    title: "Mira tu correo",
    register:
      "Hemos enviado un correo a esa dirección. Abre el enlace para confirmar que es tuya y después inicia sesión.",
    forgot:
      "Si esa dirección tiene una cuenta, le hemos enviado un correo con un enlace para elegir una contraseña nueva.",
    spam: "¿No llega nada en unos minutos? Mira en el correo no deseado o vuelve a intentarlo.",
    outbox: "Léelo en /dev/outbox",
    signIn: "Iniciar sesión",
  },
};
