-- One for one: what is left over on either side is a difference.
create or replace function app_private.link_stripe_movements()
returns void
language sql volatile security definer set search_path = ''
as $$
  update app_public.payment_transactions as m
  set stripe_balance_transaction_id = w.stripe_id
  from (
    select distinct on (p.id) p.id, k.id as stripe_id
    from (
      select distinct on (k.id) k.id, m.id as movement_id
      from app_private.stripe_balance_transactions as k
      join app_public.payment_transactions as m
        on m.organization_id = k.organization_id
        and m.stripe_balance_transaction_id is null
        and case
          when k.type in ('charge', 'payment')
            then m.transaction_type = 'payment' and m.payment_intent_id = k.payment_intent_id
          when k.type in ('refund', 'payment_refund')
            then m.transaction_type = 'refund' and m.refund_id = k.refund_id
              and m.net_amount_cents < 0
          when k.type in ('refund_failure', 'payment_failure_refund')
            then m.transaction_type = 'refund' and m.refund_id = k.refund_id
              and m.net_amount_cents > 0
        end
      where not exists (
        select from app_public.payment_transactions as o
        where o.stripe_balance_transaction_id = k.id and o.transaction_type <> 'fee'
      )
      order by k.id, m.id
    ) as k
    join app_public.payment_transactions as p on p.id = k.movement_id
    order by p.id, k.id
  ) as w
  where m.id = w.id
$$;

comment on function app_private.link_stripe_movements() is
  'Writes what Stripe calls them on movements that do not know it yet.';
