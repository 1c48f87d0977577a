-- In a transaction of its own: what was refused has changed nothing else. What was typed is not
-- kept: it may be the password of something else.
create or replace function app_private.record_failed_attempt(
  kind app_public.attempt_kind, user_id uuid default null
)
returns void
language sql volatile security definer set search_path = ''
as $$
  insert into app_public.failed_attempts (kind, user_id, ip_address, user_agent)
  values (
    record_failed_attempt.kind, record_failed_attempt.user_id,
    case when pg_input_is_valid(current_setting('lml.ip_address', true), 'inet')
      then current_setting('lml.ip_address', true)::inet
    end,
    left(nullif(current_setting('lml.user_agent', true), ''), 1000)
  )
$$;

comment on function app_private.record_failed_attempt(app_public.attempt_kind, uuid) is
  'Remembers that a password, a code or a token was wrong.';
grant execute on function app_private.record_failed_attempt(app_public.attempt_kind, uuid)
  to lml_authenticator;
