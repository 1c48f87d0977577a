create or replace function app_private.may_send_payout(payout app_public.payouts)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select (may_send_payout.payout).scheduled_for <= now()
    and exists (
      select from app_public.organizations as o
      where o.id = (may_send_payout.payout).organization_id
        and o.status = 'active' and o.verification_status = 'verified'
    )
    and (may_send_payout.payout).stripe_account_id = (app_private.payable_account_of(
      (may_send_payout.payout).organization_id, (may_send_payout.payout).promoter_id
    )).id
    and not exists (
      select from app_public.payout_holds as h
      where h.organization_id = (may_send_payout.payout).organization_id
        and h.payout_id = (may_send_payout.payout).id
        and h.amount_cents is null
        and h.released_at is null
        and (h.hold_until is null or h.hold_until > now())
    )
$$;

comment on function app_private.may_send_payout(app_public.payouts) is
  'Whether an approved payout may be sent now: it is due and not held, and its payee may be paid.';
