create or replace function app_hidden.current_session_id()
returns uuid
language sql stable security definer set search_path = ''
as $$
  select s.session_id from app_private.current_session as s
$$;

comment on function app_hidden.current_session_id() is 'The session of this request, or null.';
grant execute on function app_hidden.current_session_id() to lml_user;
