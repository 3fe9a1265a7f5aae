/** What a page that a mailed link leads to asks, and what it says once that is done. */
export const LINKS_EN = {
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
  choosePassword: "Choose a new password",
  signIn: "Sign in",
  toAccount: "Go to your account",
};
