create or replace function app_private.require_known_user(user_id uuid)
returns app_public.users
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user app_public.users;
begin
  select * into v_user
  from app_public.users as u where u.id = require_known_user.user_id for no key update;
  if v_user.id is null or v_user.account_status = 'deleted' then
    raise exception 'There is no such user.' using errcode = 'LMNFD';
  end if;
  return v_user;
end
$$;

comment on function app_private.require_known_user(uuid) is
  'A user, locked, for the platform''s staff. Raises LMNFD.';
