create or replace function app_private.return_attempt(
  kind app_public.attempt_kind, address inet
)
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_private.attempts as a
  set attempts = a.attempts - 1
  where a.kind = return_attempt.kind
    and a.network = app_private.client_network(return_attempt.address)
    and a.attempts > 0
$$;

comment on function app_private.return_attempt(app_public.attempt_kind, inet) is
  'Takes one attempt back, because it succeeded; only failures count.';
grant execute on function app_private.return_attempt(app_public.attempt_kind, inet)
  to lml_authenticator;
