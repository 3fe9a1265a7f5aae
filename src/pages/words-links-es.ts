import type { Translated } from "./translated.ts";
import type { LINKS_EN } from "./words-links-en.ts";

/** What a page that a mailed link leads to asks, and what it says once that is done. */
export const LINKS_ES: Translated<typeof LINKS_EN> = {
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
  choosePassword: "Elegir una contraseña nueva",
  signIn: "Iniciar sesión",
  toAccount: "Ir a tu cuenta",
};
