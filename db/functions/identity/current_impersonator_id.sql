create or replace function app_hidden.current_impersonator_id()
returns uuid
language sql stable security definer set search_path = ''
as $$
  select s.impersonator_id from app_private.current_session as s
$$;

comment on function app_hidden.current_impersonator_id() is
  'Platform staff who act as the signed-in user in this session, or null.';
grant execute on function app_hidden.current_impersonator_id()
  to lml_anonymous, lml_user, lml_worker;
