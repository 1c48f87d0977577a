-- Who is asking. The setting holds an unguessable session token, never a user id, so whoever can
-- set it can only become somebody whose token they have.
create or replace function app_hidden.current_user_id()
returns uuid
language sql stable security definer set search_path = ''
as $$
  select s.user_id from app_private.current_session as s
$$;

comment on function app_hidden.current_user_id() is
  'The signed-in user, or null without a live session.';
grant execute on function app_hidden.current_user_id() to lml_anonymous, lml_user, lml_worker;
