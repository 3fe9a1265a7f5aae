import type { PageWords } from "./page-words.ts";

export const ENGLISH: PageWords = {
  links: {
    verify_email: {
      title: "Confirm your email address",
      text: "Did you make an account with this address? Then confirm that it is yours.",
      button: "Confirm address",
      done: {
        title: "Your address is confirmed",
        text: "Thank you. You can close this page and go on where you were.",
      },
    },
    reset_password: {
      title: "Choose a new password",
      text: "It replaces the password of this account. You will be signed out everywhere.",
      button: "Set new password",
      done: {
        title: "Your new password is set",
        text: "You were signed out everywhere. Sign in again with the new password.",
      },
    },
    confirm_email_change: {
      title: "Confirm your new address",
      text: "This becomes the address of your account, in place of the one that it has now.",
      button: "Use this address",
      done: {
        title: "Your address was changed",
        text: "From now on you sign in with the new one. Other devices were signed out.",
      },
    },
    undo_email_change: {
      title: "Keep your address",
      text: "Somebody asked to change the address of your account. Undo it, and the account has this one again; everybody who is signed in to it is signed out.",
      button: "Undo the change",
      done: {
        title: "The account has your address again",
        text: "Everybody was signed out. If it wasn't you who asked for the change, somebody may know your password: choose a new one now.",
      },
    },
  },
  newPassword: {
    label: "New password",
    hint: (minLength) =>
      `At least ${minLength} characters. A few words in a row are easy to remember and hard to guess.`,
  },
  choosePassword: "Choose a new password",
  problems: {
    dead_link: {
      title: "This link doesn't work any more",
      text: "Each link works once, and only for a while; a newer mail makes an older link void. Please ask for a new one, or copy the whole link from the mail.",
    },
    weak_password: {
      title: "Please choose another password",
      text: "It must be long enough, not one of the most common ones, and neither your name nor your address.",
    },
    email_taken: {
      title: "The address is in use",
      text: "Meanwhile another account has this address, so yours keeps the one that it had.",
    },
    from_elsewhere: {
      title: "This came from another site",
      text: "Nothing was changed. Please open the link from the mail, and press the button there.",
    },
    not_understood: {
      title: "Something was missing",
      text: "Nothing was changed. Please open the link from the mail again.",
    },
    too_many: { title: "Too many tries", text: "Please wait a few minutes, then try again." },
    try_again: {
      title: "That didn't work",
      text: "It was our fault, and nothing was changed. Please try again in a moment.",
    },
    not_allowed: { title: "That is not possible", text: "Nothing was changed." },
  },
};
