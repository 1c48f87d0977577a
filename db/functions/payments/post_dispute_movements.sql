-- One posting for each balance transaction of Stripe, with its fee, so that the books move what
-- Stripe moved. In order of time, so that nothing comes back before it went.
create or replace function app_private.post_dispute_movements(
  dispute app_public.disputes, object jsonb
)
returns app_public.disputes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_dispute app_public.disputes := post_dispute_movements.dispute;
  v_movement record;
begin
  for v_movement in
    select * from app_private.dispute_movements(post_dispute_movements.object) as m
    order by m.occurred_at, m.amount_cents, m.stripe_id
  loop
    if app_private.post_to_ledger(
      v_dispute.organization_id, v_dispute.booking_id, v_dispute.currency,
      format(
        '%s:%s:%s',
        case when v_movement.amount_cents > 0 then 'dispute_reinstatement' else 'dispute' end,
        v_dispute.id, v_movement.stripe_id
      ),
      format(
        'Dispute %s %s', v_dispute.stripe_dispute_id,
        case when v_movement.amount_cents > 0 then 'gave money back' else 'took money' end
      ),
      array['disputes', 'stripe_fees', 'stripe_balance']::app_public.ledger_account_kind[],
      array[
        -v_movement.amount_cents, v_movement.fee_cents,
        v_movement.amount_cents - v_movement.fee_cents
      ],
      v_movement.occurred_at
    ) then
      update app_public.disputes as d
      set withdrawn_cents = d.withdrawn_cents + greatest(0, -v_movement.amount_cents),
        reinstated_cents = d.reinstated_cents + greatest(0, v_movement.amount_cents),
        fee_cents = d.fee_cents + v_movement.fee_cents
      where d.id = v_dispute.id
      returning * into v_dispute;
    end if;
  end loop;
  return v_dispute;
end
$$;

comment on function app_private.post_dispute_movements(app_public.disputes, jsonb) is
  'Posts what Stripe took and gave back for a dispute, once for each of its balance transactions.';
