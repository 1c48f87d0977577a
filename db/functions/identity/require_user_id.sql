create or replace function app_hidden.require_user_id()
returns uuid
language plpgsql stable set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.current_user_id();
begin
  if v_user_id is not null then
    return v_user_id;
  end if;
  if nullif(current_setting('lml.session_token', true), '') is not null then
    raise exception 'Your session has ended.'
      using errcode = 'LMSES',
        hint = 'Sign in again. A scanner only scans, and is registered anew once it was revoked.';
  end if;
  raise exception 'You are not signed in.'
    using errcode = 'LMAUT', hint = 'Sign in and send the token as "Authorization: Bearer TOKEN".';
end
$$;

comment on function app_hidden.require_user_id() is
  'The signed-in user. Raises LMAUT without a token, LMSES with one that is no longer good.';
grant execute on function app_hidden.require_user_id() to lml_anonymous, lml_user;
