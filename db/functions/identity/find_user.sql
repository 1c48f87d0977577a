create or replace function app_public.find_user(email text)
returns app_public.users
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_user app_public.users;
begin
  perform app_hidden.require_platform_role('support', 'security');
  select * into v_user
  from app_public.users as u
  where u.email operator(public.=) find_user.email::public.citext;
  return v_user;
end
$$;

comment on function app_public.find_user(text) is
  'Whoever has an address, or null. For the platform''s support and security. '
  'Raises LMRGT, LMAUT, LMSES.';
grant execute on function app_public.find_user(text) to lml_user;
