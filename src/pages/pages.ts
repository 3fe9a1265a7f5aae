import { HOME } from "./home.tsx";
import { INVITATION } from "./invitation.tsx";
import { LINK_PAGES } from "./link-pages.tsx";
import { LOGIN, SECOND_FACTOR, SIGN_OUT } from "./login.tsx";
import type { Page } from "./page.ts";
import { CHECK_MAIL, FORGOT, REGISTER } from "./register.tsx";

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
];
