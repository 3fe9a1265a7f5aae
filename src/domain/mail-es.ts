import { inWords } from "./duration.ts";
import type { Words } from "./mail.ts";

const lasting = (seconds: number) => inWords(seconds, "es");

export const SPANISH: Words = {
  letters: {
    verify_email: ({ lifetimeSeconds }) => ({
      subject: "Confirma tu dirección de correo",
      opening: ["Se ha creado una cuenta con esta dirección de correo. Confirma que es tuya:"],
      button: "Confirmar dirección",
      closing: [
        `El enlace funciona una sola vez, durante ${lasting(lifetimeSeconds)}.`,
        "Si no has creado tú la cuenta, ignora este mensaje: no pasará nada.",
      ],
    }),
    reset_password: ({ lifetimeSeconds }) => ({
      subject: "Restablece tu contraseña",
      opening: ["Alguien, esperamos que tú, ha pedido restablecer la contraseña de tu cuenta. Elige una nueva aquí:"],
      button: "Elegir una contraseña nueva",
      closing: [
        `El enlace funciona una sola vez, durante ${lasting(lifetimeSeconds)}. Una solicitud posterior lo anula.`,
        "Si no lo has pedido tú, ignora este mensaje: tu contraseña no cambiará.",
      ],
    }),
    password_changed: () => ({
      subject: "Tu contraseña ha cambiado",
      opening: [
        "La contraseña de tu cuenta ha cambiado y se han cerrado todas las demás sesiones.",
        "Si has sido tú, no tienes que hacer nada.",
      ],
      closing: [
        "Si no has sido tú, es posible que alguien tenga acceso a tu cuenta: usa «He olvidado mi contraseña» cuanto antes para elegir una nueva.",
      ],
    }),
    account_deleted: () => ({
      subject: "Tu cuenta se ha eliminado",
      opening: ["Tu cuenta se ha eliminado, con todo lo que le pertenecía. No tienes que hacer nada más."],
      closing: ["Si no has sido tú, alguien conocía tu contraseña: cámbiala en los demás sitios donde la uses."],
    }),
    address_taken: () => ({
      subject: "Ya tienes una cuenta",
      opening: [
        "Alguien, esperamos que tú, ha intentado crear una cuenta con esta dirección de correo. Ya tiene una, así que no se ha creado otra.",
        "Inicia sesión en la que tienes. Si ya no recuerdas la contraseña, usa «¿Has olvidado la contraseña?».",
      ],
      closing: ["Si no has sido tú, ignora este mensaje: no se ha cambiado nada."],
    }),
    confirm_email_change: ({ lifetimeSeconds }) => ({
      subject: "Confirma tu nueva dirección de correo",
      opening: ["Esta dirección se ha indicado como la nueva dirección de correo de una cuenta. Confirma que es tuya:"],
      button: "Confirmar la nueva dirección",
      closing: [
        `El enlace funciona una sola vez, durante ${lasting(lifetimeSeconds)}. Hasta que se use, la cuenta conserva su dirección anterior.`,
        "Si no has sido tú, ignora este mensaje: no pasará nada.",
      ],
    }),
    email_change_notice: ({ newEmail, lifetimeSeconds }) => ({
      subject: "La dirección de correo de tu cuenta va a cambiar",
      opening: [
        `Alguien, esperamos que tú, ha pedido cambiar la dirección de correo de tu cuenta a ${newEmail}.`,
        "Si no has sido tú, conserva tu dirección con este enlace:",
      ],
      button: "Deshacer el cambio",
      closing: [
        `El enlace funciona una sola vez, durante ${lasting(lifetimeSeconds)}, incluso después de confirmarse el cambio.`,
        "Si has sido tú, no tienes que hacer nada.",
      ],
    }),
    email_code: ({ code, lifetimeSeconds }) => ({
      subject: `${code} es tu código de acceso`,
      opening: ["Usa este código para iniciar sesión:"],
      closing: [
        `Funciona una sola vez, durante ${lasting(lifetimeSeconds)}. No se lo des a nadie: nosotros nunca te lo pediremos.`,
        "Si no has intentado iniciar sesión, ignora este mensaje.",
      ],
    }),
    login_code_used: () => ({
      subject: "Alguien ha entrado en tu cuenta con un código",
      opening: [
        "Alguien, esperamos que tú, ha iniciado sesión en tu cuenta con un código enviado a esta dirección. Con ello la dirección ha quedado comprobada por primera vez, y se han cerrado todas las demás sesiones.",
        "Si has sido tú, no tienes que hacer nada.",
      ],
      closing: ["Si no has sido tú, protege primero este buzón y después restablece la contraseña de tu cuenta."],
    }),
    identity_linked: () => ({
      subject: "Se ha vinculado una cuenta de Google a tu cuenta",
      opening: [
        "Alguien, esperamos que tú, ha iniciado sesión con una cuenta de Google que tiene esta dirección. Ha quedado vinculada a tu cuenta y desde ahora permite entrar en ella.",
        "Si has sido tú, no tienes que hacer nada.",
      ],
      closing: [
        "Si no has sido tú, es posible que alguien tenga acceso a tu cuenta de Google o a este buzón: protege ambos cuanto antes.",
      ],
    }),
    phone_added: ({ phone }) => ({
      subject: "Se ha añadido un número de teléfono a tu cuenta",
      opening: [
        `Alguien, esperamos que tú, ha añadido el número de teléfono ${phone} a tu cuenta. Los códigos que se envíen a él permiten entrar en ella.`,
        "Si has sido tú, no tienes que hacer nada.",
      ],
      closing: [
        "Si no has sido tú, es posible que alguien tenga acceso a tu cuenta: cambia tu contraseña y elimina el número cuanto antes.",
      ],
    }),
    invitation: ({ organization, inviter, lifetimeSeconds }) => ({
      subject: `Invitación a ${organization}`,
      opening: [`${inviter} te ha invitado a unirte a ${organization}:`],
      button: "Ver la invitación",
      closing: [
        `El enlace funciona una sola vez, durante ${lasting(lifetimeSeconds)}.`,
        "Si no sabes de quién se trata, ignora este mensaje: no pasará nada.",
      ],
    }),
  },
  sms: ({ code, host, lifetimeSeconds }) =>
    `${code} es tu código para ${host}. Funciona durante ${lasting(lifetimeSeconds)}. No se lo des a nadie.`,
};
