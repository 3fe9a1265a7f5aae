import { named } from "./d1.ts";
import { users } from "./d1-schema.ts";

/** A user, for any join and any batch. */
export const USER_COLUMNS = {
  id: named(users.id, "user_row"),
  publicId: named(users.publicId, "user_public_id"),
  email: named(users.email, "user_email"),
  fullName: users.fullName,
  createdAt: named(users.createdAt, "user_created_at"),
  emailVerifiedAt: users.emailVerifiedAt,
  pendingEmail: users.pendingEmail,
  phone: users.phone,
  pendingPhone: users.pendingPhone,
};
