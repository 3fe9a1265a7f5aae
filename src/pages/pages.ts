import { HOME } from "./home.tsx";
import { INVITATION } from "./invitation.tsx";
import { KEYS } from "./keys.tsx";
import { LINK_PAGES } from "./link-pages.tsx";
import { LOGIN, SECOND_FACTOR, SIGN_OUT } from "./login.tsx";
import type { Page } from "./page.ts";
import { PROFILE } from "./profile.tsx";
import { CHECK_MAIL, FORGOT, REGISTER } from "./register.tsx";
import { SECURITY } from "./security.tsx";
import { TWO_FACTOR } from "./two-factor.tsx";

export const PAGES: readonly Page[] = [
  HOME,
  LOGIN,
  SECOND_FACTOR,
  SIGN_OUT,
  REGISTER,
  FORGOT,
  ...CHECK_MAIL,
  ...LINK_PAGES,
  INVITATION,
  PROFILE,
  SECURITY,
  TWO_FACTOR,
  KEYS,
];
