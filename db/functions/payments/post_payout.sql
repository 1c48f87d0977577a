-- Under way, the money is owed to nobody any more: what Stripe has charged is borne by
-- the payee, and what the box office has taken itself is settled. If the transfer
-- fails, all of it is put back.
create or replace function app_private.post_payout(
  payout app_public.payouts, category text, sign integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := post_payout.payout;
  v_fees bigint;
  v_box_office bigint;
begin
  select coalesce(sum(i.stripe_fees_cents), 0), coalesce(sum(i.box_office_cents), 0)
  into v_fees, v_box_office
  from app_public.payout_items as i
  where i.organization_id = v_payout.organization_id and i.payout_id = v_payout.id;
  perform app_private.post_to_ledger(
    v_payout.organization_id, null, v_payout.currency,
    format('%s:%s:%s', post_payout.category, v_payout.id, v_payout.attempt),
    case post_payout.sign when 1 then 'Payout under way' else 'Payout failed' end,
    array[
      case when v_payout.promoter_id is null then 'organizer_payable' else 'promoter_payable' end,
      'stripe_fees', 'box_office', 'payouts_in_transit'
    ]::app_public.ledger_account_kind[],
    array[
      post_payout.sign * (v_payout.net_payout_cents + v_fees + v_box_office),
      -post_payout.sign * v_fees, -post_payout.sign * v_box_office,
      -post_payout.sign * v_payout.net_payout_cents
    ]
  );
end
$$;

comment on function app_private.post_payout(app_public.payouts, text, integer) is
  'Posts that a payout is under way (1), or that it failed (-1).';
