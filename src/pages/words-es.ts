import type { PageWords } from "./page-words.ts";
import { ACCOUNT_ES } from "./words-account-es.ts";
import { ENTRY_ES } from "./words-entry-es.ts";
import { LINKS_ES } from "./words-links-es.ts";
import { ORGANIZATION_ES } from "./words-organization-es.ts";

export const SPANISH: PageWords = {
  links: LINKS_ES,
  entry: ENTRY_ES,
  account: ACCOUNT_ES,
  organization: ORGANIZATION_ES,
  layout: {
    skip: "Ir al contenido",
    signOut: "Cerrar sesión",
    menuLabel: "Tu cuenta",
    menu: {
      "/account": "Perfil",
      "/account/security": "Seguridad",
      "/account/keys": "Claves de API",
      "/account/data": "Tus datos",
      "/organization": "Organización",
    },
  },
  newPassword: {
    label: "Contraseña nueva",
    hint: (minLength) =>
      `Al menos ${minLength} caracteres. Unas cuantas palabras seguidas son fáciles de recordar y difíciles de adivinar.`,
    strength: ["Demasiado corta", "Fácil de adivinar", "Buena", "Muy buena"],
  },
  notes: {
    sign_in_first: "Primero inicia sesión.",
    signed_out: "Has cerrado la sesión.",
    name_saved: "Tu nombre se ha guardado.",
    email_asked:
      "Si nadie más usa esa dirección, le enviamos un correo con un enlace. Hasta que lo sigas, tu dirección no cambia.",
    verification_sent: "Te hemos enviado un correo con un enlace nuevo.",
    phone_asked: "Te hemos enviado un código al teléfono.",
    phone_saved: "Tu número de teléfono se ha guardado.",
    phone_removed: "Tu número de teléfono se ha eliminado.",
    password_changed: "Tu contraseña ha cambiado. Se ha cerrado la sesión en los demás dispositivos.",
    second_factor_on: "La verificación en dos pasos está activada.",
    second_factor_off:
      "La verificación en dos pasos está desactivada. Se ha cerrado la sesión en los demás dispositivos.",
    session_ended: "Esa sesión se ha cerrado.",
    others_ended: "Se han cerrado todas las demás sesiones.",
    key_revoked: "La clave se ha revocado.",
    account_deleted: "Tu cuenta se ha eliminado.",
    invited: "La invitación está en camino.",
    invitation_revoked: "La invitación se ha revocado.",
    member_changed: "El miembro se ha modificado.",
    member_removed: "El miembro se ha quitado.",
    left: "Has dejado la organización.",
    project_saved: "El proyecto se ha guardado.",
    credential_revoked: "La credencial se ha revocado.",
  },
  problems: {
    dead_link: {
      title: "Este enlace ya no funciona",
      text: "Cada enlace funciona una sola vez y durante un tiempo limitado; un correo más reciente anula el enlace anterior. Pide uno nuevo o copia el enlace completo del correo.",
    },
    gone: { title: "Eso ya no existe", text: "Alguien, u otra pestaña, se ha adelantado. No se ha cambiado nada." },
    weak_password: {
      title: "Elige otra contraseña",
      text: "Tiene que ser lo bastante larga, no ser de las más comunes y no coincidir con tu nombre ni con tu dirección.",
    },
    email_taken: {
      title: "La dirección ya se usa",
      text: "Entretanto otra cuenta tiene esta dirección, así que la tuya conserva la que tenía.",
    },
    phone_taken: { title: "El número ya se usa", text: "Otra cuenta tiene este número de teléfono." },
    not_accepted: {
      title: "No se ha aceptado",
      text: "Venía de otro sitio, llevaba demasiado tiempo abierto o no te corresponde. No se ha cambiado nada: vuelve a intentarlo desde esta página.",
    },
    not_understood: {
      title: "Revisa lo que has escrito",
      text: "Falta algo o no tiene la forma correcta. No se ha cambiado nada.",
    },
    wrong_login: { title: "No coincide", text: "La dirección o la contraseña no es correcta. Vuelve a intentarlo." },
    wrong_password: { title: "La contraseña no es correcta", text: "No se ha cambiado nada. Vuelve a intentarlo." },
    wrong_code: {
      title: "El código no es correcto",
      text: "Es erróneo, demasiado antiguo o ya se ha usado. Prueba con el más reciente.",
    },
    login_over: { title: "Ha pasado demasiado tiempo", text: "Vuelve a iniciar sesión desde el principio." },
    google_refused: {
      title: "Google no ha confirmado quién eres",
      text: "Nadie ha iniciado sesión. Vuelve a intentarlo o hazlo de otra forma.",
    },
    email_unverified: {
      title: "Primero confirma tu dirección",
      text: "Abre el enlace del correo que te enviamos. Si se ha perdido, elige una contraseña nueva: eso también confirma la dirección.",
    },
    second_factor_on: { title: "Ya está activada", text: "Para configurarla de nuevo, desactívala antes." },
    second_factor_off: { title: "No está configurada", text: "No se ha cambiado nada." },
    last_admin: {
      title: "Tu equipo necesita un administrador",
      text: "Eres el único. Primero nombra administrador a otro miembro.",
    },
    already_member: { title: "Ya es miembro", text: "Esa dirección pertenece a un miembro de la organización." },
    too_many_keys: { title: "Tienes demasiadas claves", text: "Revoca alguna que ya no necesites." },
    too_many: { title: "Demasiados intentos", text: "Espera unos minutos y vuelve a intentarlo." },
    try_again: {
      title: "No ha funcionado",
      text: "Ha sido culpa nuestra y no se ha cambiado nada. Vuelve a intentarlo dentro de un momento.",
    },
    not_allowed: { title: "No es posible", text: "No se ha cambiado nada." },
  },
};
