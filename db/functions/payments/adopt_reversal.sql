-- The payout is locked.
create or replace function app_private.adopt_reversal(
  payout app_public.payouts, object jsonb, note text
)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := adopt_reversal.payout;
  v_left bigint := v_payout.net_payout_cents - v_payout.reversed_cents;
  v_id uuid;
begin
  -- Stripe will refuse one of ours.
  if (adopt_reversal.object ->> 'amount')::bigint > v_left then
    raise exception 'Less than that is left, as long as a reversal of ours is under way.'
      using errcode = 'LMRFX', detail = v_left::text, hint = 'Try again when it has ended.';
  end if;
  insert into app_public.payout_reversals (
    organization_id, payout_id, amount_cents, reason, requested_by
  )
  values (
    v_payout.organization_id, v_payout.id, (adopt_reversal.object ->> 'amount')::bigint,
    adopt_reversal.note, app_hidden.require_user_id()
  )
  returning id into v_id;
  update app_public.payouts as p
  set reversed_cents = p.reversed_cents + (adopt_reversal.object ->> 'amount')::bigint
  where p.id = v_payout.id
  returning * into v_payout;
  perform app_private.record_payout_reversal(
    v_id, adopt_reversal.object ->> 'id',
    app_private.stripe_id_in(adopt_reversal.object, 'balance_transaction'), null
  );
  return v_payout;
end
$$;

comment on function app_private.adopt_reversal(app_public.payouts, jsonb, text) is
  'Makes a reversal of what somebody has taken back at Stripe. Raises LMRFX.';
