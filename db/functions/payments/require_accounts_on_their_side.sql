-- A correction may bring an account nearer to its side, and must not take it off. Between the parts
-- of a sale it moves what is left of them: of a sale that was taken back meanwhile, nothing, or one
-- account would keep what another one never got.
create or replace function app_private.require_accounts_on_their_side(
  correction app_public.ledger_corrections, booking_id uuid
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_kind app_public.ledger_account_kind;
begin
  select c.kind into v_kind
  from unnest(
    (require_accounts_on_their_side.correction).kinds,
    (require_accounts_on_their_side.correction).amounts_cents
  ) as c (kind, amount_cents)
  join app_public.ledger_account_rules as k on k.kind = c.kind and not k.may_be_negative
  join app_public.ledger_accounts as a
    on a.organization_id = (require_accounts_on_their_side.correction).organization_id
    and a.currency = (require_accounts_on_their_side.correction).currency and a.kind = c.kind
  cross join lateral (
    select sum(e.amount_cents) as balance
    from app_public.ledger_entries as e
    where e.organization_id = a.organization_id and e.account_id = a.id
  ) as e
  cross join lateral (
    select case k.normal_side when 'debit' then -1 else 1 end as direction
  ) as d
  where c.amount_cents * d.direction > 0 and e.balance * d.direction > 0
  union all
  select l.kind
  from app_public.bookings as b
  cross join app_private.left_of_sale(b) as l
  join unnest(
    (require_accounts_on_their_side.correction).kinds,
    (require_accounts_on_their_side.correction).amounts_cents
  ) as c (kind, amount_cents) on c.kind = l.kind
  where b.id = require_accounts_on_their_side.booking_id
    and l.kind <> 'buyer_clearing' and c.amount_cents > 0 and l.amount_cents > 0
  limit 1;
  if found then
    raise exception 'The correction would leave less than nothing on %.', v_kind
      using errcode = 'LMBAL', detail = v_kind::text,
        hint = 'Reject it, and ask for a smaller one.';
  end if;
end
$$;

comment on function app_private.require_accounts_on_their_side(
  app_public.ledger_corrections, uuid
) is
  'Raises LMBAL when a correction that was posted has left an account on the wrong side, or has '
  'moved more than is left of the sale of a booking.';
