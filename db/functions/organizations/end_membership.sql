create or replace function app_private.end_membership(member app_public.organization_members)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.revoke_venues(
    (end_membership.member).organization_id, (end_membership.member).user_id
  );
  perform app_private.revoke_invitations_by(
    (end_membership.member).organization_id, (end_membership.member).user_id
  );
  delete from app_public.member_permissions as p
  where p.member_id = (end_membership.member).id
    and p.organization_id = (end_membership.member).organization_id;
  delete from app_public.organization_members as m
  where m.id = (end_membership.member).id;
end
$$;

comment on function app_private.end_membership(app_public.organization_members) is
  'Removes a member, with what hangs on the membership. The audit log keeps it. Raises LMOWN.';
