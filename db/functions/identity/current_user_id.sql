-- Who is asking. The setting holds an unguessable session token, never a user id, so whoever can
-- set it can only become somebody whose token they have.
create or replace function app_hidden.current_user_id()
returns uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_token text := nullif(current_setting('lml.session_token', true), '');
begin
  if v_token is null then
    return null;
  end if;
  return (
    select u.id
    from app_private.session_tokens as t
    join app_public.user_sessions as s on s.id = t.session_id
    join app_public.users as u on u.id = s.user_id
    where t.token_hash = app_hidden.hash_token(v_token)
      and s.revoked_at is null
      and s.expires_at > now()
      and u.account_status = 'active'
  );
end
$$;

comment on function app_hidden.current_user_id() is
  'The signed-in user, or null without a live session.';
grant execute on function app_hidden.current_user_id() to lml_anonymous, lml_user, lml_worker;
