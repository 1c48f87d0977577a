create or replace function app_private.lock_period(organization_id uuid, period date)
returns app_public.accounting_periods
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_period app_public.accounting_periods;
begin
  perform app_hidden.require_permission(lock_period.organization_id, 'books.manage');
  select * into v_period
  from app_public.accounting_periods as p
  where p.organization_id = lock_period.organization_id
    -- Not by way of a timestamp, which ends before dates do.
    and p.period = lock_period.period - extract(day from lock_period.period)::integer + 1
  for no key update;
  if not found then
    raise exception 'The books have no such month.' using errcode = 'LMNFD', detail = 'period';
  end if;
  return v_period;
end
$$;

comment on function app_private.lock_period(uuid, date) is
  'A month of the books, locked. Raises LMNFD, LMRGT, LMAUT, LMSES.';
