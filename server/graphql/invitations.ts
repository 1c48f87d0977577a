import { access, context, object, sideEffect, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import type { InviteMember, Invitations, ResendInvitation } from "../invitations.ts";

declare global {
  namespace Grafast {
    interface Context {
      /** What invites people, for this request. */
      readonly invitations: Invitations;
    }
  }
}

/** `inviteMember` and `resendInvitation`: making the token is the server's work, everything else the database's. */
export const InvitationsPlugin: GraphileConfig.Plugin = extendSchema((build) => {
  const { organization_invitations: invitations } = build.input.pgRegistry.pgResources;
  if (invitations === undefined) throw new Error("There is no table of invitations.");
  const payload = {
    organizationInvitation: ($payload: Step) =>
      invitations.get({ id: access<string>($payload, "id") }),
  };
  return {
    typeDefs: gql`
      extend type Mutation {
        """
        Invites an address to work for an organization, for seven days; inviting it again replaces
        the invitation. Needs members.manage and all rights of the role. Raises LMNFD, LMRGT, LMINP,
        LMIMP, LMORG, LMAUT, LMSES.
        """
        inviteMember(input: InviteMemberInput!): InviteMemberPayload
        """
        Mails an open invitation again, ten times at most; its earlier mails are worthless then.
        Needs members.manage and all rights of its role. Raises LMNFD, LMRGT, LMINV, LMINP, LMAUT,
        LMIMP, LMSES.
        """
        resendInvitation(input: ResendInvitationInput!): ResendInvitationPayload
      }
      "Whom to invite."
      input InviteMemberInput {
        "The organization."
        organizationId: UUID!
        "Where the invitation goes, and whose account may accept it."
        email: String!
        "As what."
        role: OrganizationRole!
      }
      "An invitation that is on its way."
      type InviteMemberPayload {
        "The invitation. Its token is in the mail alone."
        organizationInvitation: OrganizationInvitation
      }
      "Which invitation to send again."
      input ResendInvitationInput {
        "The invitation."
        invitationId: UUID!
      }
      "An invitation that is on its way again."
      type ResendInvitationPayload {
        "The invitation. Its token is in the mail alone."
        organizationInvitation: OrganizationInvitation
      }
    `,
    objects: {
      Mutation: {
        plans: {
          inviteMember: (_$root, fieldArgs) => {
            const $input: Step<InviteMember> = fieldArgs.getRaw("input");
            const $id = sideEffect([context().get("invitations"), $input], ([service, input]) =>
              service.invite(input),
            );
            return object({ id: $id });
          },
          resendInvitation: (_$root, fieldArgs) => {
            const $input: Step<ResendInvitation> = fieldArgs.getRaw("input");
            const $id = sideEffect([context().get("invitations"), $input], ([service, input]) =>
              service.resend(input),
            );
            return object({ id: $id });
          },
        },
      },
      InviteMemberPayload: { plans: payload },
      ResendInvitationPayload: { plans: payload },
    },
  };
}, "LmlInvitationsPlugin");
