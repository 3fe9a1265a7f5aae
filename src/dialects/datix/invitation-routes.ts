import { acceptInvitation, invite, listInvitations, revokeInvitation } from "../../domain/invitations.ts";
import { type Row, row } from "../../wire/dialect.ts";
import { pageQuery } from "../../wire/paging.ts";
import * as shapes from "./invitation-shapes.ts";
import { done } from "./shapes.ts";

/** How people come into an organization that is there already. */
export const invitationRows: readonly Row[] = [
  row({
    method: "GET",
    path: "/v1/auth/invitations",
    access: "account",
    needs: "invitations.read",
    summary: "List the invitations that wait",
    read: { query: pageQuery<number>() },
    run: (core, { caller, query }) => listInvitations(core, { caller, wanted: query }),
    answer: shapes.InvitationList,
    write: shapes.invitationList,
  }),
  row({
    method: "POST",
    path: "/v1/auth/invitations",
    access: "session",
    needs: "invitations.write",
    summary: "Invite somebody by mail; an older invitation to the address is void then",
    read: { body: shapes.NewInvitation },
    run: (core, { call, caller, body }) => invite(core, { call, caller, invited: body }),
    status: 201,
    answer: shapes.InvitationShape,
    write: shapes.invitation,
    refusals: ["email_unverified", "already_member", "too_many_requests"],
  }),
  row({
    method: "DELETE",
    path: "/v1/auth/invitations/:id",
    access: "session",
    needs: "invitations.write",
    summary: "Revoke an invitation that waits",
    read: { params: shapes.InvitationPath },
    run: (core, { call, caller, params }) => revokeInvitation(core, { call, caller, id: params.id }),
    ...done("Invitation revoked"),
    refusals: ["not_found"],
  }),
  row({
    method: "POST",
    path: "/v1/auth/accept-invitation",
    access: "session",
    summary: "Become a member of the organization that invited the current user's verified address",
    read: { body: shapes.Acceptance },
    run: (core, { call, caller, body }) => acceptInvitation(core, { call, caller, token: body.token }),
    answer: shapes.Joined,
    write: shapes.joined,
    refusals: ["not_found", "email_unverified", "already_member"],
  }),
];
