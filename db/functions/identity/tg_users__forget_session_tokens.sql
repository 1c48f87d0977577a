-- Nobody acts for an account that is closed. Whoever signs in at the same moment counts the sign-in
-- on the account's row first, so one of the two sees the other.
create or replace function app_hidden.tg_users__forget_session_tokens()
returns trigger
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from app_private.session_tokens as t where t.user_id = new.id;
  return null;
end
$$;

comment on function app_hidden.tg_users__forget_session_tokens() is
  'Deletes the tokens of an account that is closed.';

create or replace trigger _500_forget_session_tokens
  after update of account_status on app_public.users
  for each row when (new.account_status <> 'active')
  execute function app_hidden.tg_users__forget_session_tokens();
