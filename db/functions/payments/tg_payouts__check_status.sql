-- Only the moves that payout_status_transitions lists, whoever makes them. What was sent, and
-- what is paid, stays as it is.
create or replace function app_hidden.tg_payouts__check_status()
returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    if new.status <> 'draft' then
      raise exception 'A payout begins as a draft.' using errcode = 'LMTRN';
    end if;
    return new;
  end if;
  if old.status <> new.status and not exists (
    select from app_public.payout_status_transitions as t
    where t.from_status = old.status and t.to_status = new.status
  ) then
    raise exception 'A payout cannot go from % to %.', old.status, new.status
      using errcode = 'LMTRN', detail = old.id::text;
  end if;
  if old.status not in ('draft', 'pending_approval', 'approved') and (
    new.net_payout_cents, new.organization_id, new.promoter_id, new.currency, new.stripe_account_id
  ) is distinct from (
    old.net_payout_cents, old.organization_id, old.promoter_id, old.currency, old.stripe_account_id
  ) then
    raise exception 'What was sent stays as it is.' using errcode = 'LMAPP', detail = old.id::text;
  end if;
  if new.status = 'approved' and new.approved_at is null then
    new.approved_at := now();
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_payouts__check_status() is 'Raises LMTRN, LMAPP.';

create or replace trigger _200_check_status
  before insert or update on app_public.payouts
  for each row execute function app_hidden.tg_payouts__check_status();
create or replace trigger _210_refuse_delete
  before delete on app_public.payouts
  for each row execute function app_hidden.tg__refuse_change();
