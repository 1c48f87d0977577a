-- Whoever acts as somebody else has that person's rights, and none of the platform's.
create or replace function app_hidden.current_platform_role()
returns app_public.platform_role
language sql stable security definer set search_path = ''
as $$
  select p.role
  from app_public.platform_staff as p
  where p.user_id = app_hidden.current_user_id()
    and p.revoked_at is null
    and app_hidden.current_impersonator_id() is null
$$;

comment on function app_hidden.current_platform_role() is
  'What the signed-in user may do for the platform itself, or null.';
grant execute on function app_hidden.current_platform_role() to lml_anonymous, lml_user;
