-- A session that has ended has no token, however it was ended.
create or replace function app_hidden.tg_user_sessions__forget_token()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from app_private.session_tokens as t where t.session_id = new.id;
  return null;
end
$$;

comment on function app_hidden.tg_user_sessions__forget_token() is
  'Deletes the token of a session that was ended.';

create or replace trigger _500_forget_token
  after insert or update of revoked_at on app_public.user_sessions
  for each row when (new.revoked_at is not null)
  execute function app_hidden.tg_user_sessions__forget_token();
