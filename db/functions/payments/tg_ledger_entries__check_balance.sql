create or replace function app_hidden.tg_ledger_entries__check_balance()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (
    select
    from app_public.ledger_entries as e
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where e.organization_id = new.organization_id and e.transaction_id = new.transaction_id
    group by a.currency
    having sum(e.amount_cents) <> 0
  ) then
    raise exception 'The entries of ledger transaction % do not sum to zero.', new.transaction_id
      using errcode = 'LMBAL';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_ledger_entries__check_balance() is 'Raises LMBAL at commit.';

drop trigger if exists _900_check_balance on app_public.ledger_entries;
create constraint trigger _900_check_balance
  after insert on app_public.ledger_entries
  deferrable initially deferred
  for each row execute function app_hidden.tg_ledger_entries__check_balance();
