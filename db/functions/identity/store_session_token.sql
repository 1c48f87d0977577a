create or replace function app_private.store_session_token(
  session app_public.user_sessions, token text
)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_private.session_tokens (token_hash, session_id, user_id, actor_id, expires_at)
  values (
    app_hidden.hash_token(store_session_token.token), (store_session_token.session).id,
    (store_session_token.session).user_id, (store_session_token.session).actor_id,
    (store_session_token.session).expires_at
  )
$$;

comment on function app_private.store_session_token(app_public.user_sessions, text) is
  'Lets a token speak for a session; only its hash is stored.';
