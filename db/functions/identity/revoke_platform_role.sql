create or replace function app_public.revoke_platform_role(user_id uuid)
returns app_public.platform_staff
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_grant app_public.platform_staff;
begin
  -- Before the caller's own role is looked at: it may be ending right now.
  perform app_private.lock_platform_staff();
  perform app_hidden.require_platform_role('admin');
  v_grant := app_private.end_platform_role(
    revoke_platform_role.user_id, app_hidden.current_user_id()
  );
  if v_grant.id is null then
    raise exception 'This is nobody of the platform''s staff.' using errcode = 'LMNFD';
  end if;
  return v_grant;
end
$$;

comment on function app_public.revoke_platform_role(uuid) is
  'Ends somebody''s platform role, and what they do in others'' names, at once. For admins. '
  'Raises LMADM (the last admin), LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.revoke_platform_role(uuid) to lml_user;
