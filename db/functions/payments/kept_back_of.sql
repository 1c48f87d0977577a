-- An amount is given back only after the payout that it was taken off is paid: until then that one
-- may be given up, and the next one would pay the whole of it.
create or replace function app_private.kept_back_of(
  organization_id uuid, promoter_id uuid, currency text
)
returns table (hold_id uuid, amount_cents bigint, is_held boolean, kind app_public.payout_hold_kind)
language sql stable security definer set search_path = ''
as $$
  select h.id, -i.net_cents,
    p.status <> 'paid'
      or h.kind = 'manual' and h.released_at is null
        and (h.hold_until is null or h.hold_until > now()),
    h.kind
  from app_public.payouts as p
  join app_public.payout_items as i
    on i.organization_id = p.organization_id and i.payout_id = p.id
  join app_public.payout_holds as h on h.organization_id = i.organization_id and h.id = i.hold_id
  where p.organization_id = kept_back_of.organization_id
    and p.promoter_id is not distinct from kept_back_of.promoter_id
    and p.currency = kept_back_of.currency
    and i.kind = 'hold'
    and i.released_at is null
    and not exists (
      select from app_public.payout_items as given
      where given.organization_id = h.organization_id
        and given.hold_id = h.id
        and given.kind = 'release'
        and given.released_at is null
    )
$$;

comment on function app_private.kept_back_of(uuid, uuid, text) is
  'Amounts that were held back of payouts and not paid since, and whether '
  'they still are to be held. '
  'What is disputed is looked at anew by each payout.';
