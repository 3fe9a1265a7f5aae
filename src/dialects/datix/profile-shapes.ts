import * as v from "valibot";
import type { Account } from "../../domain/user.ts";
import { described, email, IsoDate, isoDate, line, newPassword, password, phone, sample } from "../../wire/fields.ts";
import { LoggedInUser, loggedInUser } from "./shapes.ts";

export const ProfileUpdate = v.pipe(
  sample(v.object({ full_name: v.optional(line()), email: v.optional(email), phone: v.optional(v.nullable(phone)) }), {
    full_name: "John Smith",
    email: "john.smith@example.com",
  }),
  v.transform(({ full_name: fullName, ...rest }) => ({ fullName, ...rest })),
);

export const PasswordChange = v.pipe(
  v.object({
    current_password: sample(password, "OldPass123!"),
    new_password: sample(newPassword, "NewPass456!"),
  }),
  v.transform((body) => ({ currentPassword: body.current_password, newPassword: body.new_password })),
);

export const Profile = v.object({
  ...LoggedInUser.entries,
  two_factor_enabled: sample(v.boolean(), true),
  assigned_agents: sample(v.array(v.string()), ["agent_abc", "agent_def"]),
  created_at: sample(IsoDate, "2024-01-15T10:00:00Z"),
  email_verified: sample(v.boolean(), true),
  pending_email: described(v.nullable(v.string()), null, "Asked for, until the link mailed there is used"),
  phone: described(v.nullable(v.string()), null, "Proven by a code sent there"),
  pending_phone: described(v.nullable(v.string()), null, "Asked for, until the code sent there comes back"),
});

export function profile(account: Account): v.InferOutput<typeof Profile> {
  const { emailVerifiedAt, pendingEmail, phone, pendingPhone, createdAt } = account.user;
  return {
    ...loggedInUser(account),
    assigned_agents: [...(account.membership?.assignedAgents ?? [])],
    created_at: isoDate(createdAt),
    email_verified: emailVerifiedAt !== null,
    pending_email: pendingEmail,
    phone,
    pending_phone: pendingPhone,
  };
}
