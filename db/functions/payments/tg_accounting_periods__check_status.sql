-- A month goes from open over closing to closed, in the order of the months, and never back, except
-- that closing may be given up. What it is, and when, is never changed.
create or replace function app_hidden.tg_accounting_periods__check_status()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if (new.id, new.organization_id, new.period, new.starts_at, new.ends_at)
      is distinct from (old.id, old.organization_id, old.period, old.starts_at, old.ends_at)
    or old.status = 'closed'
    or (old.status = 'open' and new.status = 'closed')
  then
    raise exception 'A month of the books is % and stays as it is.', old.status
      using errcode = 'LMAPP', hint = 'What comes late is posted into the first open month.';
  end if;
  -- Whoever is posting into it has its key locked, which a change of the
  -- status alone does not meet.
  if new.status <> old.status then
    perform from app_public.accounting_periods as p where p.id = old.id for update;
  end if;
  if new.status <> 'open' and old.status = 'open' and exists (
    select from app_public.accounting_periods as p
    where p.organization_id = new.organization_id and p.period < new.period and p.status = 'open'
  ) then
    raise exception 'An earlier month is still open.'
      using errcode = 'LMPER', detail = new.period::text, hint = 'Close the months in their order.';
  end if;
  if new.status = 'closed' and exists (
    select from app_public.accounting_periods as p
    where p.organization_id = new.organization_id and p.period < new.period
      and p.status <> 'closed'
  ) then
    raise exception 'An earlier month is not closed.'
      using errcode = 'LMPER', detail = new.period::text, hint = 'Close the months in their order.';
  end if;
  if new.status = 'open' and old.status = 'closing' and exists (
    select from app_public.accounting_periods as p
    where p.organization_id = new.organization_id and p.period > new.period
      and p.status <> 'open'
  ) then
    raise exception 'A later month is being closed.'
      using errcode = 'LMPER', detail = new.period::text, hint = 'Reopen the last one first.';
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_accounting_periods__check_status() is
  'Raises LMAPP for a change of a closed month, LMPER for months out of their order.';

create or replace trigger _200_check_status
  before update on app_public.accounting_periods
  for each row execute function app_hidden.tg_accounting_periods__check_status();
create or replace trigger _210_refuse_delete
  before delete on app_public.accounting_periods
  for each row execute function app_hidden.tg__refuse_change();
create or replace trigger _200_refuse_truncate
  before truncate on app_public.accounting_periods
  for each statement execute function app_hidden.tg__refuse_change();
