-- Reading with a session that has ended is reading as nobody, which is right for a page. Whoever is
-- told something for as long as they listen must learn that it is no longer they who listen.
create or replace function app_hidden.require_living_session()
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if nullif(current_setting('lml.session_token', true), '') is null then
    return;
  end if;
  -- Only users may ask for the scanner.
  if app_hidden.current_user_id() is null and app_hidden.current_device_id() is null then
    raise exception 'Your session has ended.'
      using errcode = 'LMSES',
        hint = 'Sign in again. A scanner only scans, and is registered anew once it was revoked.';
  end if;
end
$$;

comment on function app_hidden.require_living_session() is
  'Raises LMSES when a token came with the request that is no longer, or never was, that of a '
  'session or scanner.';
grant execute on function app_hidden.require_living_session() to lml_anonymous, lml_user;
