import { ACCOUNT_EN } from "./words-account-en.ts";
import { ENTRY_EN } from "./words-entry-en.ts";
import { LINKS_EN } from "./words-links-en.ts";
import { ORGANIZATION_EN } from "./words-organization-en.ts";

export const ENGLISH = {
  links: LINKS_EN,
  entry: ENTRY_EN,
  account: ACCOUNT_EN,
  organization: ORGANIZATION_EN,
  layout: {
    skip: "Skip to the content",
    signOut: "Sign out",
    menuLabel: "Your account",
    menu: {
      "/account": "Profile",
      "/account/security": "Security",
      "/account/keys": "API keys",
      "/account/data": "Your data",
      "/organization": "Organization",
    },
  },
  newPassword: {
    label: "New password",
    hint: (minLength: number): string =>
      `At least ${minLength} characters. A few words in a row are easy to remember and hard to guess.`,
    strength: ["Too short", "Easy to guess", "Good", "Very good"],
  },
  notes: {
    sign_in_first: "Please sign in first.",
    signed_out: "You are signed out.",
    name_saved: "Your name was saved.",
    email_asked:
      "If nobody else uses that address, a mail with a link is on its way there. Until you follow it, your address stays as it is.",
    verification_sent: "A mail with a new link is on its way.",
    phone_asked: "A code is on its way to your phone.",
    phone_saved: "Your phone number was saved.",
    phone_removed: "Your phone number was removed.",
    password_changed: "Your password was changed. Other devices were signed out.",
    second_factor_on: "Two-factor authentication is on.",
    second_factor_off: "Two-factor authentication is off. Other devices were signed out.",
    session_ended: "That session was ended.",
    others_ended: "All other sessions were ended.",
    key_revoked: "The key was revoked.",
    account_deleted: "Your account was deleted.",
    invited: "The invitation is on its way.",
    invitation_revoked: "The invitation was revoked.",
    member_changed: "The member was changed.",
    member_removed: "The member was removed.",
    left: "You left the organization.",
    project_saved: "The project was saved.",
    credential_revoked: "The credential was revoked.",
  },
  problems: {
    dead_link: {
      title: "This link doesn't work any more",
      text: "Each link works once, and only for a while; a newer mail makes an older link void. Please ask for a new one, or copy the whole link from the mail.",
    },
    gone: { title: "That isn't there any more", text: "Somebody, or another tab, was faster. Nothing was changed." },
    weak_password: {
      title: "Please choose another password",
      text: "It must be long enough, not one of the most common ones, and neither your name nor your address.",
    },
    email_taken: {
      title: "The address is in use",
      text: "Meanwhile another account has this address, so yours keeps the one that it had.",
    },
    phone_taken: { title: "The number is in use", text: "Another account has this phone number." },
    not_accepted: {
      title: "This was not accepted",
      text: "It came from another site, was open for too long, or is not for you to do. Nothing was changed: please try it from this page again.",
    },
    not_understood: {
      title: "Please check what you typed",
      text: "Something is missing or has the wrong form. Nothing was changed.",
    },
    wrong_login: { title: "That didn't match", text: "The address or the password is not right. Please try again." },
    wrong_password: { title: "The password is not right", text: "Nothing was changed. Please try again." },
    wrong_code: {
      title: "The code is not right",
      text: "It is wrong, too old, or was used already. Please try the newest one.",
    },
    login_over: { title: "That took too long", text: "Please sign in again from the beginning." },
    google_refused: {
      title: "Google didn't confirm you",
      text: "Nobody was signed in. Please try again, or sign in another way.",
    },
    email_unverified: {
      title: "Confirm your address first",
      text: "Please open the link in the mail that we sent you. If it got lost, set a new password: that confirms the address, too.",
    },
    second_factor_on: { title: "It is on already", text: "To set it up anew, turn it off first." },
    second_factor_off: { title: "It is not set up", text: "Nothing was changed." },
    last_admin: {
      title: "Your team needs an admin",
      text: "You are its only one. Please make another member admin first.",
    },
    already_member: { title: "Already a member", text: "That address belongs to a member of the organization." },
    too_many_keys: { title: "You have too many keys", text: "Please revoke one that you don't need any more." },
    too_many: { title: "Too many tries", text: "Please wait a few minutes, then try again." },
    try_again: {
      title: "That didn't work",
      text: "It was our fault, and nothing was changed. Please try again in a moment.",
    },
    not_allowed: { title: "That is not possible", text: "Nothing was changed." },
  },
};
