import * as v from "valibot";
import type { Invitation } from "../../domain/invitation.ts";
import { cursorOf, type Page } from "../../domain/page.ts";
import { type Membership, ROLES } from "../../domain/user.ts";
import { email, IsoDate, isoDate, publicId, sample, text } from "../../wire/fields.ts";
import { NextCursor } from "../../wire/paging.ts";

const ID = "inv_3vC8eP1yR0tMlX5uZ7sF2q";
const EMAIL = "jane@example.com";

export const NewInvitation = v.object({
  email: sample(email, EMAIL),
  role: sample(v.picklist(ROLES, `must be one of ${ROLES.join(", ")}`), "member"),
});

export const InvitationPath = v.object({ id: sample(publicId, ID) });

export const Acceptance = v.object({
  token: v.pipe(
    v.string("must be a string"),
    v.description("As the mailed link bears it"),
    v.examples(["gq3mYp0vXr7cTz1sKd9uWb5nEh2jLf8aQx4iVo6tRyM"]),
  ),
});

export const InvitationShape = v.object({
  id: text(ID),
  email: text(EMAIL),
  role: sample(v.picklist(ROLES), "member"),
  invited_by: text("user_123"),
  created_at: IsoDate,
  expires_at: sample(IsoDate, "2024-12-22T10:00:00Z"),
});

export function invitation(found: Invitation): v.InferOutput<typeof InvitationShape> {
  return {
    id: found.publicId,
    email: found.email,
    role: found.role,
    invited_by: found.inviter,
    created_at: isoDate(found.createdAt),
    expires_at: isoDate(found.expiresAt),
  };
}

export const InvitationList = v.object({ invitations: v.array(InvitationShape), next_cursor: NextCursor });

export function invitationList({ items, next }: Page<Invitation, number>): v.InferOutput<typeof InvitationList> {
  return { invitations: items.map(invitation), next_cursor: next === null ? null : cursorOf(next) };
}

export const Joined = v.object({
  organization_id: text("org_456"),
  organization_name: text("Acme Corp"),
  role: sample(v.picklist(ROLES), "member"),
});

export function joined({ organization, role }: Membership): v.InferOutput<typeof Joined> {
  return { organization_id: organization.publicId, organization_name: organization.name, role };
}
