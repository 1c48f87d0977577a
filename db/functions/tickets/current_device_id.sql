-- A scanner sends its token where a session's would be. It is no session: current_user_id() finds
-- nobody under it, so that it can do only what asks for a scanner.
create or replace function app_hidden.current_device_id()
returns uuid
language sql stable security definer set search_path = ''
as $$
  select d.id
  from app_private.scanner_tokens as t
  join app_public.scanner_devices as d
    on d.organization_id = t.organization_id and d.id = t.device_id
  where t.token_hash
      = app_hidden.hash_token(nullif(current_setting('lml.session_token', true), ''))
    and d.revoked_at is null
$$;

comment on function app_hidden.current_device_id() is 'The scanner that is asking, or null.';
grant execute on function app_hidden.current_device_id() to lml_user;
