-- Which month a fact belongs to: the one it happened in or, when that is closed, the first that is
-- open. Its row is locked for as long as the transaction lasts, so that whoever closes the month
-- waits for what is being posted, and what comes after that finds it closed.
create or replace function app_hidden.tg_ledger_transactions__assign_period()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_starts_at timestamptz;
  v_wanted date := new.accounting_period;
begin
  -- Another clock may be ahead of ours.
  new.occurred_at := least(new.occurred_at, new.created_at);
  for n in 1 .. 2 loop
    select p.period, p.starts_at into new.accounting_period, v_starts_at
    from app_public.accounting_periods as p
    where p.organization_id = new.organization_id
      and p.status = 'open'
      and p.ends_at > new.occurred_at
      and (v_wanted is null or p.period = v_wanted)
    order by p.ends_at
    limit 1
    for key share;
    exit when found;
    if v_wanted is not null then
      raise exception 'Nothing can be posted into %.', to_char(v_wanted, 'YYYY-MM')
        using errcode = 'LMPER', detail = v_wanted::text,
          hint = 'Leave the month out: what comes late is posted into the first open one.';
    end if;
    perform app_private.open_periods(new.organization_id, new.occurred_at);
  end loop;
  new.effective_at := greatest(new.occurred_at, v_starts_at);
  return new;
end
$$;

comment on function app_hidden.tg_ledger_transactions__assign_period() is
  'Finds the open month of a fact. Raises LMPER for a month that takes nothing.';

create or replace trigger _100_assign_period
  before insert on app_public.ledger_transactions
  for each row execute function app_hidden.tg_ledger_transactions__assign_period();
