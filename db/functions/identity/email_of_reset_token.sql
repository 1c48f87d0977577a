create or replace function app_private.email_of_reset_token(token text)
returns text
language sql stable security definer set search_path = ''
as $$
  select t.email::text
  from app_private.user_tokens as t
  where t.token_hash = app_hidden.hash_token(email_of_reset_token.token)
    and t.purpose = 'reset_password'
    and t.used_at is null
    and t.expires_at > now()
$$;

comment on function app_private.email_of_reset_token(text) is
  'Whose new password it is that the server refuses when it is their address; null: no such token.';
grant execute on function app_private.email_of_reset_token(text) to lml_authenticator;
