-- The whole amount and the fee, although not all of it would be the organizer's: what is lost is
-- lost at once, and what was paid out is hard to get back. A fee that the organizer bears anyway is
-- taken off a payout as a fact, so that it is not held besides.
create or replace function app_private.held_for_disputes(organization_id uuid, currency text)
returns bigint
language sql stable security definer set search_path = ''
as $$
  select coalesce(sum(
    d.counted_cents + case
      when app_private.bears_stripe_fees(d.organization_id, d.payment_intent_id) then 0
      else greatest(0, d.fee_cents - d.charged_fee_cents)
    end
  ), 0)::bigint
  from app_public.disputes as d
  where d.organization_id = held_for_disputes.organization_id
    and d.currency = held_for_disputes.currency
    and d.status in ('needs_response', 'under_review')
$$;

comment on function app_private.held_for_disputes(uuid, text) is
  'What payouts to an organization leave back because disputes are open.';
