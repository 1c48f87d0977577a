-- Between a payout and its transfer more may have come to be disputed.
create or replace function app_private.hold_disputed(payout app_public.payouts)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := hold_disputed.payout;
  v_missing bigint;
begin
  if v_payout.promoter_id is not null then
    return v_payout;
  end if;
  v_missing := app_private.held_for_disputes(v_payout.organization_id, v_payout.currency) - (
    select coalesce(sum(h.amount_cents), 0)
    from app_private.kept_back_of(v_payout.organization_id, null, v_payout.currency) as h
    where h.kind = 'dispute'
  );
  if v_missing <= 0 then
    return v_payout;
  end if;
  if v_payout.net_payout_cents - v_missing < app_hidden.charge_step(v_payout.currency) then
    return app_private.give_payout_up(v_payout, null, 'More than that is disputed by buyers.');
  end if;
  perform app_private.hold_back(v_payout, 'dispute', v_missing, 'Buyers dispute it.', null);
  return app_private.hold_remainder(app_private.sum_payout(v_payout.id));
end
$$;

comment on function app_private.hold_disputed(app_public.payouts) is
  'Holds back of a payout what came to be disputed since it was made, or gives it up.';
