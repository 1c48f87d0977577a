create or replace function app_private.hold_back(
  payout app_public.payouts, kind app_public.payout_hold_kind, amount_cents bigint, reason text,
  hold_until timestamptz, is_of_platform boolean default false
)
returns app_public.payout_holds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_hold app_public.payout_holds;
begin
  if hold_back.amount_cents = 0 then
    return null;
  end if;
  insert into app_public.payout_holds (
    organization_id, payout_id, kind, amount_cents, reason, hold_until, is_of_platform, created_by
  )
  values (
    (hold_back.payout).organization_id, (hold_back.payout).id, hold_back.kind,
    hold_back.amount_cents, hold_back.reason, hold_back.hold_until, hold_back.is_of_platform,
    case when hold_back.kind = 'manual' then app_hidden.require_user_id() end
  )
  returning * into v_hold;
  if v_hold.amount_cents is not null then
    insert into app_public.payout_items (
      organization_id, payout_id, promoter_id, kind, hold_id, adjustments_cents, net_cents
    )
    values (
      v_hold.organization_id, v_hold.payout_id, (hold_back.payout).promoter_id, 'hold', v_hold.id,
      -v_hold.amount_cents, -v_hold.amount_cents
    );
  end if;
  return v_hold;
end
$$;

comment on function app_private.hold_back(
  app_public.payouts, app_public.payout_hold_kind, bigint, text, timestamptz, boolean
) is 'Holds an amount of a payout back, or all of it; the payout is summed by whoever calls.';
