import { inWords } from "./duration.ts";
import type { Words } from "./mail.ts";

const lasting = (seconds: number) => inWords(seconds, "en");

export const ENGLISH: Words = {
  letters: {
    verify_email: ({ lifetimeSeconds }) => ({
      subject: "Confirm your email address",
      opening: ["An account was made with this email address. Please confirm that it is yours:"],
      button: "Confirm email address",
      closing: [
        `The link works once, for ${lasting(lifetimeSeconds)}.`,
        "If it wasn't you who made the account, ignore this message: nothing will happen.",
      ],
    }),
    reset_password: ({ lifetimeSeconds }) => ({
      subject: "Reset your password",
      opening: ["Somebody, hopefully you, asked to reset the password of your account. Choose a new one here:"],
      button: "Choose a new password",
      closing: [
        `The link works once, for ${lasting(lifetimeSeconds)}. A newer request makes it void.`,
        "If you didn't ask for this, ignore this message: your password stays as it is.",
      ],
    }),
    password_changed: () => ({
      subject: "Your password was changed",
      opening: [
        "The password of your account was changed, and every other session was signed out.",
        "If it was you, there is nothing to do.",
      ],
      closing: [
        'If it wasn\'t you, somebody may have access to your account: use "Forgot password" at once to set a new one.',
      ],
    }),
    account_deleted: () => ({
      subject: "Your account was deleted",
      opening: ["Your account was deleted, with everything that belonged to it. Nothing is left to do."],
      closing: ["If it wasn't you, somebody knew your password: change it wherever else you use it."],
    }),
    address_taken: () => ({
      subject: "You have an account already",
      opening: [
        "Somebody, hopefully you, tried to make an account with this email address. It has one already, so no other was made.",
        'Sign in to the one that you have. If you don\'t know its password any more, use "Forgot your password?".',
      ],
      closing: ["If it wasn't you, ignore this message: nothing was changed."],
    }),
    confirm_email_change: ({ lifetimeSeconds }) => ({
      subject: "Confirm your new email address",
      opening: ["This address was given as the new email address of an account. Please confirm that it is yours:"],
      button: "Confirm new address",
      closing: [
        `The link works once, for ${lasting(lifetimeSeconds)}. Until it is used, the account keeps its old address.`,
        "If it wasn't you, ignore this message: nothing will happen.",
      ],
    }),
    email_change_notice: ({ newEmail, lifetimeSeconds }) => ({
      subject: "The email address of your account is being changed",
      opening: [
        `Somebody, hopefully you, asked to change the email address of your account to ${newEmail}.`,
        "If it wasn't you, keep your address with this link:",
      ],
      button: "Undo the change",
      closing: [
        `The link works once, for ${lasting(lifetimeSeconds)}, even after the change was confirmed.`,
        "If it was you, there is nothing to do.",
      ],
    }),
    email_code: ({ code, lifetimeSeconds }) => ({
      subject: `${code} is your sign-in code`,
      opening: ["Use this code to sign in:"],
      closing: [
        `It works once, for ${lasting(lifetimeSeconds)}. Never give it to anybody: we will not ask you for it.`,
        "If you didn't try to sign in, ignore this message.",
      ],
    }),
    login_code_used: () => ({
      subject: "Your account was entered with a code",
      opening: [
        "Somebody, hopefully you, signed in to your account with a code that was sent to this address. That proved the address for the first time, so every other session was signed out.",
        "If it was you, there is nothing to do.",
      ],
      closing: ["If it wasn't you, secure this mailbox first, then reset the password of your account."],
    }),
    identity_linked: () => ({
      subject: "A Google account was linked to your account",
      opening: [
        "Somebody, hopefully you, signed in with a Google account that has this address. It was linked to your account, and signs in to it from now on.",
        "If it was you, there is nothing to do.",
      ],
      closing: [
        "If it wasn't you, somebody may have access to your Google account or this mailbox: secure both at once.",
      ],
    }),
    phone_added: ({ phone }) => ({
      subject: "A phone number was added to your account",
      opening: [
        `Somebody, hopefully you, added the phone number ${phone} to your account. Codes that are sent there sign in to it.`,
        "If it was you, there is nothing to do.",
      ],
      closing: [
        "If it wasn't you, somebody may have access to your account: change your password and remove the number at once.",
      ],
    }),
    invitation: ({ organization, inviter, lifetimeSeconds }) => ({
      subject: `Invitation to ${organization}`,
      opening: [`${inviter} invited you to join ${organization}:`],
      button: "See the invitation",
      closing: [
        `The link works once, for ${lasting(lifetimeSeconds)}.`,
        "If you don't know who this is, ignore this message: nothing will happen.",
      ],
    }),
  },
  sms: ({ code, host, lifetimeSeconds }) =>
    `${code} is your code for ${host}. It works for ${lasting(lifetimeSeconds)}. Never give it to anybody.`,
};
