create or replace function app_public.reopen_period(organization_id uuid, period date)
returns app_public.accounting_periods
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_period app_public.accounting_periods := app_private.lock_period(
    reopen_period.organization_id, reopen_period.period
  );
begin
  if v_period.status = 'open' then
    return v_period;
  end if;
  update app_public.accounting_periods as p
  set status = 'open', closing_started_at = null
  where p.id = v_period.id
  returning * into v_period;
  return v_period;
end
$$;

comment on function app_public.reopen_period(uuid, date) is
  'Gives the closing of a month up. One that is closed stays closed. '
  'Needs books.manage. Raises LMAPP, LMPER, LMNFD, LMRGT, LMAUT.';
grant execute on function app_public.reopen_period(uuid, date) to lml_user;
