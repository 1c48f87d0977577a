create or replace function app_public.grant_platform_role(
  user_id uuid, role app_public.platform_role
)
returns app_public.platform_staff
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
begin
  perform app_private.lock_platform_staff();
  perform app_hidden.require_platform_role('admin');
  if grant_platform_role.role is null then
    perform app_hidden.raise_bad_input(null, 'role');
  end if;
  v_user := app_private.require_known_user(grant_platform_role.user_id);
  if v_user.account_status <> 'active' then
    raise exception 'This account cannot sign in.' using errcode = 'LMLCK';
  end if;
  return app_private.set_platform_role(
    v_user.id, grant_platform_role.role, app_hidden.current_user_id()
  );
end
$$;

comment on function app_public.grant_platform_role(uuid, app_public.platform_role) is
  'Makes somebody one of the platform''s staff, or gives them another role; granting it '
  'again changes nothing. For admins. Raises LMNFD, LMLCK, LMADM (the last admin), '
  'LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.grant_platform_role(uuid, app_public.platform_role)
  to lml_user;
