create or replace function app_hidden.current_session_id()
returns uuid
language sql stable security definer set search_path = ''
as $$
  select s.id
  from app_private.session_tokens as t
  join app_public.user_sessions as s on s.id = t.session_id
  where t.token_hash
      = app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
    and s.revoked_at is null
    and s.expires_at > now()
$$;

comment on function app_hidden.current_session_id() is 'The session of this request, or null.';
grant execute on function app_hidden.current_session_id() to lml_user;
