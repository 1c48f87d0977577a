-- The session of this request, whoever acts in it. Who is asking is a question of its own, asked for
-- every row that a policy guards: see current_user_id.
create or replace function app_private.current_session()
returns app_public.user_sessions
language sql stable security definer set search_path = ''
as $$
  select s.*
  from app_private.session_tokens as t
  join app_public.user_sessions as s on s.id = t.session_id
  where t.token_hash
      = app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
    and s.revoked_at is null
    and s.expires_at > now()
$$;

comment on function app_private.current_session() is 'The session of this request, or null.';
