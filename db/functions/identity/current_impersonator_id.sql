-- Asked for every audited row, so it looks itself: through a function that current_session_id
-- shares, it takes twice as long.
create or replace function app_hidden.current_impersonator_id()
returns uuid
language sql stable security definer set search_path = ''
as $$
  select s.impersonator_id
  from app_private.session_tokens as t
  join app_public.user_sessions as s on s.id = t.session_id
  where t.token_hash
      = app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
    and s.revoked_at is null
    and s.expires_at > now()
$$;

comment on function app_hidden.current_impersonator_id() is
  'Platform staff who act as the signed-in user in this session, or null.';
grant execute on function app_hidden.current_impersonator_id()
  to lml_anonymous, lml_user, lml_worker;
