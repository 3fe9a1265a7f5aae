import type { PageWords } from "./page-words.ts";

export const SPANISH: PageWords = {
  links: {
    verify_email: {
      title: "Confirma tu dirección de correo",
      text: "¿Has creado una cuenta con esta dirección? Entonces confirma que es tuya.",
      button: "Confirmar dirección",
      done: {
        title: "Tu dirección está confirmada",
        text: "Gracias. Puedes cerrar esta página y seguir donde estabas.",
      },
    },
    reset_password: {
      title: "Elige una contraseña nueva",
      text: "Sustituye a la contraseña de esta cuenta. Se cerrarán todas tus sesiones.",
      button: "Guardar la contraseña",
      done: {
        title: "Tu contraseña nueva está guardada",
        text: "Se han cerrado todas tus sesiones. Vuelve a iniciar sesión con la contraseña nueva.",
      },
    },
    confirm_email_change: {
      title: "Confirma tu nueva dirección",
      text: "Será la dirección de tu cuenta, en lugar de la que tiene ahora.",
      button: "Usar esta dirección",
      done: {
        title: "Tu dirección ha cambiado",
        text: "A partir de ahora inicias sesión con la nueva. Se ha cerrado la sesión en los demás dispositivos.",
      },
    },
    undo_email_change: {
      title: "Conserva tu dirección",
      text: "Alguien ha pedido cambiar la dirección de tu cuenta. Si lo deshaces, la cuenta vuelve a tener esta y se cierran todas las sesiones abiertas en ella.",
      button: "Deshacer el cambio",
      done: {
        title: "La cuenta vuelve a tener tu dirección",
        text: "Se han cerrado todas las sesiones. Si no has pedido tú el cambio, es posible que alguien conozca tu contraseña: elige una nueva ahora.",
      },
    },
  },
  newPassword: {
    label: "Contraseña nueva",
    hint: (minLength) =>
      `Al menos ${minLength} caracteres. Unas cuantas palabras seguidas son fáciles de recordar y difíciles de adivinar.`,
  },
  choosePassword: "Elegir una contraseña nueva",
  problems: {
    dead_link: {
      title: "Este enlace ya no funciona",
      text: "Cada enlace funciona una sola vez y durante un tiempo limitado; un correo más reciente anula el enlace anterior. Pide uno nuevo o copia el enlace completo del correo.",
    },
    weak_password: {
      title: "Elige otra contraseña",
      text: "Tiene que ser lo bastante larga, no ser de las más comunes y no coincidir con tu nombre ni con tu dirección.",
    },
    email_taken: {
      title: "La dirección ya se usa",
      text: "Entretanto otra cuenta tiene esta dirección, así que la tuya conserva la que tenía.",
    },
    from_elsewhere: {
      title: "Esto viene de otro sitio",
      text: "No se ha cambiado nada. Abre el enlace del correo y pulsa el botón que hay allí.",
    },
    not_understood: {
      title: "Faltaba algo",
      text: "No se ha cambiado nada. Vuelve a abrir el enlace del correo.",
    },
    too_many: { title: "Demasiados intentos", text: "Espera unos minutos y vuelve a intentarlo." },
    try_again: {
      title: "No ha funcionado",
      text: "Ha sido culpa nuestra y no se ha cambiado nada. Vuelve a intentarlo dentro de un momento.",
    },
    not_allowed: { title: "No es posible", text: "No se ha cambiado nada." },
  },
};
