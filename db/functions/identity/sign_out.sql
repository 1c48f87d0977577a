create or replace function app_public.sign_out()
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update app_public.user_sessions as s
  set revoked_at = now(), revoked_reason = 'manual'
  from app_private.session_tokens as t
  where t.session_id = s.id
    and t.token_hash
      = app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
    and s.revoked_at is null;
  return found;
end
$$;

comment on function app_public.sign_out() is
  'Ends the session of this request at once. True when there was one.';
grant execute on function app_public.sign_out() to lml_anonymous, lml_user;
