-- The update is the lock: of two who bring the same token at once, one finds it used.
create or replace function app_private.use_user_token(
  token text, purpose app_private.user_token_purpose
)
returns app_private.user_tokens
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_token app_private.user_tokens;
begin
  update app_private.user_tokens as t
  set used_at = now()
  from app_public.users as u
  where t.token_hash = app_hidden.hash_token(use_user_token.token)
    and t.purpose = use_user_token.purpose
    and t.used_at is null
    and t.expires_at > now()
    and u.id = t.user_id
    and u.account_status = 'active'
  returning t.* into v_token;
  if v_token.user_id is null then
    raise exception 'This link is not good, or not any more.'
      using errcode = 'LMTOK', hint = 'Ask for a new one.';
  end if;
  return v_token;
end
$$;

comment on function app_private.use_user_token(text, app_private.user_token_purpose) is
  'Uses a mailed token up. Raises LMTOK when it is unknown, used, expired, or for something else.';
