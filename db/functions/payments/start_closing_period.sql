create or replace function app_public.start_closing_period(organization_id uuid, period date)
returns app_public.accounting_periods
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_period app_public.accounting_periods := app_private.lock_period(
    start_closing_period.organization_id, start_closing_period.period
  );
begin
  if v_period.status <> 'open' then
    return v_period;
  end if;
  if v_period.ends_at > now() then
    raise exception 'The month has not ended.'
      using errcode = 'LMPER', detail = v_period.period::text,
        hint = format('It ends at %s.', v_period.ends_at);
  end if;
  update app_public.accounting_periods as p
  set status = 'closing', closing_started_at = now()
  where p.id = v_period.id
  returning * into v_period;
  return v_period;
end
$$;

comment on function app_public.start_closing_period(uuid, date) is
  'From here on nothing is posted into a month that has ended, so that it can be checked: what '
  'comes late is posted into the next one. Needs books.manage. Raises LMPER, LMNFD, LMRGT, LMAUT.';
grant execute on function app_public.start_closing_period(uuid, date) to lml_user;
