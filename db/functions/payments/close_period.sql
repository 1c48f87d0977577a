create or replace function app_public.close_period(
  organization_id uuid, period date, accept_unreconciled boolean default false
)
returns app_public.accounting_periods
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_period app_public.accounting_periods := app_public.start_closing_period(
    close_period.organization_id, close_period.period
  );
  v_unreconciled bigint;
begin
  if v_period.status = 'closed' then
    return v_period;
  end if;
  v_unreconciled := app_private.require_closable(v_period);
  if v_unreconciled > 0 and not coalesce(close_period.accept_unreconciled, false) then
    raise exception '% movements of the month were not compared with Stripe.', v_unreconciled
      using errcode = 'LMPER', detail = 'unreconciled',
        hint = 'Wait for the reconciliation, or accept that they are not.';
  end if;
  perform app_private.write_ledger_balances(v_period);
  update app_public.accounting_periods as p
  set status = 'closed', closed_at = now(), closed_by = app_hidden.current_user_id(),
    unreconciled_count = v_unreconciled::integer
  where p.id = v_period.id
  returning * into v_period;
  return v_period;
end
$$;

comment on function app_public.close_period(uuid, date, boolean) is
  'Closes a month of the books for good, when it has ended, balances, nothing in it is open, and '
  'all before it are closed. Closing it twice is harmless. '
  'Needs books.manage. Raises LMPER, LMBAL, LMNFD, LMRGT, LMAUT.';
grant execute on function app_public.close_period(uuid, date, boolean) to lml_user;
