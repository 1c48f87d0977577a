import type { ListOptions } from "../caller.ts";
import {
  AcceptInvitationDocument,
  ChangeMemberRoleDocument,
  GrantMemberPermissionDocument,
  GrantVenueAccessDocument,
  type InvitationFragment,
  InviteMemberDocument,
  LeaveOrganizationDocument,
  LiftVenueRestrictionDocument,
  type MemberFragment,
  MembersDocument,
  type OrganizationRole,
  ReactivateMemberDocument,
  RemoveMemberDocument,
  ResendInvitationDocument,
  RevokeInvitationDocument,
  RevokeMemberPermissionDocument,
  RevokeVenueAccessDocument,
  SuspendMemberDocument,
  TransferOwnershipDocument,
} from "../generated.ts";
import { type Ref, idOf } from "../models.ts";
import type { Paged } from "../pages.ts";
import { type CallOptions, present } from "../transport.ts";
import { PlatformCalls } from "./platform.ts";

/** Who works for an organization. */
export type Member = MemberFragment;

/** An address that was asked to work for an organization. */
export type Invitation = InvitationFragment;

/** Who works for an organization, and what they may do. All but the last three need `members.manage`. */
export abstract class MemberCalls extends PlatformCalls {
  /** Who works for an organization, or did. For its members. */
  members(organization: Ref, options: ListOptions = {}): Paged<Member> {
    const condition = { organizationId: idOf(organization) };
    return this.list(options, async (first, after) => {
      const variables = { condition, first, after };
      return present((await this.call(MembersDocument, variables, options)).organizationMembers);
    });
  }

  /**
   * Invites an address for seven days; inviting it again replaces the invitation. Needs all rights of the role. Not repeated
   * when its answer is lost.
   *
   * @throws NotFoundError, NotAllowedError, InvalidInputError, ImpersonationError, OrganizationNotActiveError
   */
  async inviteMember(
    organization: Ref,
    input: { readonly email: string; readonly role: OrganizationRole },
    options?: CallOptions,
  ): Promise<Invitation> {
    const variables = { input: { ...input, organizationId: idOf(organization) } };
    const data = await this.callOnce(InviteMemberDocument, variables, options);
    return present(present(data.inviteMember).organizationInvitation);
  }

  /**
   * Mails an open invitation again, ten times at most; its earlier mails are worthless then.
   *
   * @throws InvitationError, NotFoundError, NotAllowedError, InvalidInputError, ImpersonationError
   */
  async resendInvitation(invitation: Ref, options?: CallOptions): Promise<Invitation> {
    const variables = { input: { invitationId: idOf(invitation) } };
    const data = await this.callOnce(ResendInvitationDocument, variables, options);
    return present(present(data.resendInvitation).organizationInvitation);
  }

  /**
   * Makes an invitation worthless.
   *
   * @throws InvitationError (accepted), NotFoundError, NotAllowedError
   */
  async revokeInvitation(invitation: Ref, options?: CallOptions): Promise<Invitation> {
    const variables = { input: { invitationId: idOf(invitation) } };
    const data = await this.call(RevokeInvitationDocument, variables, options);
    return present(data.revokeInvitation).organizationInvitation;
  }

  /**
   * Gives a member another role. Needs all rights of the old and the new one.
   *
   * @throws LastOwnerError, NotFoundError, NotAllowedError, InvalidInputError, ImpersonationError
   */
  async changeMemberRole(
    member: Ref,
    role: OrganizationRole,
    options?: CallOptions,
  ): Promise<Member> {
    const variables = { input: { memberId: idOf(member), role } };
    const data = await this.call(ChangeMemberRoleDocument, variables, options);
    return present(data.changeMemberRole).organizationMember;
  }

  /**
   * Puts a member's rights out of force, and revokes the member's open invitations.
   *
   * @throws LastOwnerError, NotFoundError, NotAllowedError, ImpersonationError
   */
  async suspendMember(member: Ref, options?: CallOptions): Promise<Member> {
    const variables = { input: { memberId: idOf(member) } };
    const data = await this.call(SuspendMemberDocument, variables, options);
    return present(data.suspendMember).organizationMember;
  }

  /**
   * Puts a member's rights into force again.
   *
   * @throws NotFoundError, NotAllowedError, ImpersonationError
   */
  async reactivateMember(member: Ref, options?: CallOptions): Promise<Member> {
    const variables = { input: { memberId: idOf(member) } };
    const data = await this.call(ReactivateMemberDocument, variables, options);
    return present(data.reactivateMember).organizationMember;
  }

  /**
   * Ends a membership at once; true. Not repeated when its answer is lost.
   *
   * @throws LastOwnerError, NotFoundError, NotAllowedError, ImpersonationError
   */
  async removeMember(member: Ref, options?: CallOptions): Promise<boolean> {
    const variables = { input: { memberId: idOf(member) } };
    const data = await this.callOnce(RemoveMemberDocument, variables, options);
    return present(data.removeMember).removed;
  }

  /**
   * Lets a member's rights hold at all venues again.
   *
   * @throws NotFoundError, NotAllowedError, ImpersonationError
   */
  async liftVenueRestriction(member: Ref, options?: CallOptions): Promise<Member> {
    const variables = { input: { memberId: idOf(member) } };
    const data = await this.call(LiftVenueRestrictionDocument, variables, options);
    return present(data.liftVenueRestriction).organizationMember;
  }

  /**
   * Lets a member do something beyond the role. Needs the permission itself.
   *
   * @throws InvalidInputError (no such permission), NotFoundError, NotAllowedError, ImpersonationError
   */
  async grantMemberPermission(
    member: Ref,
    permission: string,
    options?: CallOptions,
  ): Promise<void> {
    const variables = { input: { memberId: idOf(member), permission } };
    await this.call(GrantMemberPermissionDocument, variables, options);
  }

  /**
   * Takes an extra permission away; false when the member had none.
   *
   * @throws NotFoundError, NotAllowedError, ImpersonationError
   */
  async revokeMemberPermission(
    member: Ref,
    permission: string,
    options?: CallOptions,
  ): Promise<boolean> {
    const variables = { input: { memberId: idOf(member), permission } };
    const data = await this.call(RevokeMemberPermissionDocument, variables, options);
    return present(data.revokeMemberPermission).revoked;
  }

  /**
   * Restricts a member to venues, and adds this one.
   *
   * @throws InvalidInputError (an owner), NotFoundError, NotAllowedError, ImpersonationError
   */
  async grantVenueAccess(member: Ref, venue: Ref, options?: CallOptions): Promise<void> {
    const variables = { input: { memberId: idOf(member), venueId: idOf(venue) } };
    await this.call(GrantVenueAccessDocument, variables, options);
  }

  /**
   * Takes a venue from a member, who has none after the last one; false when they did not have it.
   *
   * @throws NotFoundError, NotAllowedError, ImpersonationError
   */
  async revokeVenueAccess(member: Ref, venue: Ref, options?: CallOptions): Promise<boolean> {
    const variables = { input: { memberId: idOf(member), venueId: idOf(venue) } };
    const data = await this.call(RevokeVenueAccessDocument, variables, options);
    return present(data.revokeVenueAccess).revoked;
  }

  /**
   * Makes a member an owner, and you an admin. Needs `organization.own`. Not repeated when its answer is lost.
   *
   * @throws InvalidInputError (not active), NotFoundError, NotAllowedError, ImpersonationError
   */
  async transferOwnership(organization: Ref, member: Ref, options?: CallOptions): Promise<Member> {
    const variables = { input: { organizationId: idOf(organization), memberId: idOf(member) } };
    const data = await this.callOnce(TransferOwnershipDocument, variables, options);
    return present(data.transferOwnership).organizationMember;
  }

  /**
   * Makes you a member, with the token that was mailed to your address.
   *
   * @throws InvitationError, NotSignedInError, SessionEndedError
   */
  async acceptInvitation(token: string, options?: CallOptions): Promise<Member> {
    const data = await this.call(AcceptInvitationDocument, { input: { token } }, options);
    return present(data.acceptInvitation).organizationMember;
  }

  /**
   * Ends your own membership; false when there is none.
   *
   * @throws LastOwnerError, NotSignedInError, SessionEndedError
   */
  async leaveOrganization(organization: Ref, options?: CallOptions): Promise<boolean> {
    const variables = { input: { organizationId: idOf(organization) } };
    const data = await this.call(LeaveOrganizationDocument, variables, options);
    return present(data.leaveOrganization).left;
  }
}
