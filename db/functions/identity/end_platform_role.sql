create or replace function app_private.end_platform_role(user_id uuid, ended_by uuid)
returns app_public.platform_staff
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_grant app_public.platform_staff;
begin
  update app_public.platform_staff as p
  set revoked_at = now(), revoked_by = end_platform_role.ended_by
  where p.user_id = end_platform_role.user_id and p.revoked_at is null
  returning * into v_grant;
  -- Nobody acts in somebody's name without the role that let them.
  perform app_private.end_sessions(end_platform_role.user_id, 'admin', is_own_kept => true);
  return v_grant;
end
$$;

comment on function app_private.end_platform_role(uuid, uuid) is
  'Ends a platform role, and every impersonation of who had it. Raises LMADM.';
