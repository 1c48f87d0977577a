create or replace function app_private.sign_up(
  email text, password_hash text, first_name text, last_name text, token text
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_private.register_user(
    sign_up.email, sign_up.password_hash, sign_up.first_name, sign_up.last_name
  );
begin
  perform app_private.issue_user_token(v_user_id, 'verify_email', sign_up.email, sign_up.token);
  return v_user_id;
end
$$;

comment on function app_private.sign_up(text, text, text, text, text) is
  'Opens an account and mails the token that proves its address. Raises LMINP, LMEML.';
grant execute on function app_private.sign_up(text, text, text, text, text) to lml_authenticator;
