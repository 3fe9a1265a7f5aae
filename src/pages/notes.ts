/** What a page may say of what was just done: a closed list, carried by a cookie. */
export const NOTES = [
  "sign_in_first",
  "signed_out",
  "name_saved",
  "email_asked",
  "verification_sent",
  "phone_asked",
  "phone_saved",
  "phone_removed",
  "password_changed",
  "second_factor_on",
  "second_factor_off",
  "session_ended",
  "others_ended",
  "key_revoked",
  "account_deleted",
  "invited",
  "invitation_revoked",
  "member_changed",
  "member_removed",
  "left",
  "project_saved",
  "credential_revoked",
] as const;

export type Note = (typeof NOTES)[number];

export function isNote(text: string): text is Note {
  return NOTES.some((note) => note === text);
}
