-- Nothing here ends anything: it is over already. Ninety days are for whoever looks into what
-- happened to an account; what staff did in somebody's name stays.
create or replace function app_private.tidy_up_accounts(batch_limit integer default 1000)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_total integer := 0;
  v_count integer;
begin
  delete from app_private.attempts as a
  using app_private.attempt_limits as l
  where l.kind = a.kind and a.started_at <= now() - l.period;
  delete from app_private.sign_ups as s where s.expires_at <= now();
  delete from app_private.user_tokens as t where t.expires_at <= now() - interval '7 days';

  delete from app_public.failed_attempts as f where f.id in (
    select d.id from app_public.failed_attempts as d
    where d.created_at < now() - interval '90 days'
    limit tidy_up_accounts.batch_limit
  );
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;
  delete from app_public.trusted_devices as t where t.id in (
    select d.id from app_public.trusted_devices as d
    where least(d.expires_at, d.revoked_at) < now() - interval '90 days'
    limit tidy_up_accounts.batch_limit
  );
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;
  delete from app_public.user_sessions as s where s.id in (
    select d.id from app_public.user_sessions as d
    where least(d.expires_at, d.revoked_at) < now() - interval '90 days'
      and d.impersonator_id is null
    limit tidy_up_accounts.batch_limit
  );
  get diagnostics v_count = row_count;
  return v_total + v_count;
end
$$;

comment on function app_private.tidy_up_accounts(integer) is
  'Removes what expired: attempts, tokens, and sessions, devices and failures of over 90 days ago. '
  'Returns how many of the latter; call again while it is not 0.';
grant execute on function app_private.tidy_up_accounts(integer) to lml_worker;
