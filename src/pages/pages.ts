import { DATA, DATA_FILE } from "./data.tsx";
import { HOME } from "./home.tsx";
import { INVITATION } from "./invitation.tsx";
import { KEYS } from "./keys.tsx";
import { LINK_PAGES } from "./link-pages.tsx";
import { LOGIN, SIGN_OUT } from "./login.tsx";
import { LOGIN_CODE } from "./login-code.tsx";
import { LOGIN_GOOGLE } from "./login-google.ts";
import { SECOND_FACTOR } from "./login-second-factor.tsx";
import { ORGANIZATION } from "./organization.tsx";
import { CREDENTIALS, PROJECTS } from "./organization-assets.tsx";
import { AUDIT } from "./organization-audit.tsx";
import { INVITATIONS } from "./organization-invitations.tsx";
import type { Page } from "./page.ts";
import { PROFILE } from "./profile.tsx";
import { CHECK_MAIL, FORGOT, REGISTER } from "./register.tsx";
import { SECURITY } from "./security.tsx";
import { TWO_FACTOR } from "./two-factor.tsx";

export const PAGES: readonly Page[] = [
  HOME,
  LOGIN,
  LOGIN_CODE,
  LOGIN_GOOGLE,
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
  DATA,
  DATA_FILE,
  ORGANIZATION,
  INVITATIONS,
  PROJECTS,
  CREDENTIALS,
  AUDIT,
];
