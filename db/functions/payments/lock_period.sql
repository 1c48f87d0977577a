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
    and lock_period.period >= p.period
    and lock_period.period < (p.period + interval '1 month')::date
  for no key update;
  if not found then
    raise exception 'The books have no such month.' using errcode = 'LMNFD', detail = 'period';
  end if;
  return v_period;
end
$$;

comment on function app_private.lock_period(uuid, date) is
  'A month of the books, locked. Raises LMNFD, LMRGT, LMAUT, LMSES.';
