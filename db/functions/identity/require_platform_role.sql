create or replace function app_hidden.require_platform_role(
  variadic roles app_public.platform_role[]
)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  perform app_hidden.require_user_id();
  if coalesce(
    app_hidden.current_platform_role()
      <> all (require_platform_role.roles || array['admin']::app_public.platform_role[]),
    true
  ) then
    raise exception 'This is for the platform''s staff.'
      using errcode = 'LMRGT', hint = 'Ask an admin of the platform.';
  end if;
end
$$;

comment on function app_hidden.require_platform_role(app_public.platform_role[]) is
  'Raises LMAUT or LMSES without a user, LMRGT without one of the roles; an admin has them all.';
grant execute on function app_hidden.require_platform_role(app_public.platform_role[])
  to lml_anonymous, lml_user;
