-- Stripe transfers what it can charge: thousandths in tens, and some currencies without cents. What
-- is beyond the last whole step is paid with the next payout.
create or replace function app_private.hold_remainder(payout app_public.payouts)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_remainder bigint := (hold_remainder.payout).net_payout_cents
    % app_hidden.charge_step((hold_remainder.payout).currency);
begin
  if v_remainder <= 0 then
    return hold_remainder.payout;
  end if;
  perform app_private.hold_back(
    hold_remainder.payout, 'rounding', v_remainder,
    'Less than can be transferred in this currency.', null
  );
  return app_private.sum_payout((hold_remainder.payout).id);
end
$$;

comment on function app_private.hold_remainder(app_public.payouts) is
  'Leaves back of a payout what Stripe cannot transfer in its currency.';
