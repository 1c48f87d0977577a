-- Money has moved, or it has not: only what reconciliation finds out is added later.
create or replace function app_hidden.tg_payment_transactions__refuse_change()
returns trigger
language plpgsql set search_path = ''
as $$
declare
  v_allowed app_public.payment_transactions := old;
begin
  v_allowed.reconciliation_status := new.reconciliation_status;
  v_allowed.reconciled_at := new.reconciled_at;
  v_allowed.reconciliation_run_id := new.reconciliation_run_id;
  v_allowed.stripe_balance_transaction_id := coalesce(
    old.stripe_balance_transaction_id, new.stripe_balance_transaction_id
  );
  if new is distinct from v_allowed then
    raise exception 'payment_transactions is append-only, except for its reconciliation.'
      using errcode = 'LMAPP', hint = 'Post a correction.';
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_payment_transactions__refuse_change() is
  'Raises LMAPP for a change of anything but the reconciliation.';

create or replace trigger _200_refuse_change
  before update on app_public.payment_transactions
  for each row execute function app_hidden.tg_payment_transactions__refuse_change();
create or replace trigger _210_refuse_delete
  before delete on app_public.payment_transactions
  for each row execute function app_hidden.tg__refuse_change();
create or replace trigger _200_refuse_truncate
  before truncate on app_public.payment_transactions
  for each statement execute function app_hidden.tg__refuse_change();
