create or replace function app_public.revoke_membership(membership_id uuid)
returns app_public.memberships
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_membership app_public.memberships;
begin
  select * into v_membership
  from app_public.memberships as m where m.id = revoke_membership.membership_id
  for no key update;
  perform app_hidden.require_permission(v_membership.organization_id, 'memberships.manage');
  update app_public.memberships as m
  set revoked_at = now(), revoked_by = app_hidden.require_user_id()
  where m.id = v_membership.id and m.revoked_at is null
  returning * into v_membership;
  if not found then
    select * into v_membership
    from app_public.memberships as m where m.id = revoke_membership.membership_id;
  end if;
  return v_membership;
end
$$;

comment on function app_public.revoke_membership(uuid) is
  'Ends a membership now; what was bought, or is held, keeps its price. '
  'Needs memberships.manage. Raises LMNFD, LMRGT.';
grant execute on function app_public.revoke_membership(uuid) to lml_user;
