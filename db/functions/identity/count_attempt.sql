-- Called in a transaction of its own before anything is verified, so that a hundred guesses at once
-- are a hundred, and what fails stays counted. The answer depends on the address alone: it tells
-- nothing of any account.
create or replace function app_private.count_attempt(
  kind app_public.attempt_kind, address inet
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_limit app_private.attempt_limits;
  v_counted app_private.attempts;
  v_seconds integer;
begin
  select * into strict v_limit
  from app_private.attempt_limits as l where l.kind = count_attempt.kind;
  insert into app_private.attempts as a (kind, network)
  values (count_attempt.kind, app_private.client_network(count_attempt.address))
  on conflict on constraint attempts_pkey do update
  set started_at = case
      when a.started_at <= now() - v_limit.period then excluded.started_at else a.started_at
    end,
    attempts = case when a.started_at <= now() - v_limit.period then 1 else a.attempts + 1 end
  returning * into v_counted;
  if v_counted.attempts > v_limit.attempts then
    v_seconds := ceil(extract(epoch from v_counted.started_at + v_limit.period - now()));
    raise exception 'These are too many attempts from your address.'
      using errcode = 'LMRTE', detail = greatest(v_seconds, 1)::text,
        hint = 'Try again after so many seconds.';
  end if;
end
$$;

comment on function app_private.count_attempt(app_public.attempt_kind, inet) is
  'Counts what an address tries, for all server processes alike. Raises LMRTE.';
grant execute on function app_private.count_attempt(app_public.attempt_kind, inet)
  to lml_authenticator;
