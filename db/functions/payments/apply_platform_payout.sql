-- From events and from Stripe's answers alike, in any order.
create or replace function app_private.apply_platform_payout(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- What comes later stays.
  c_statuses constant text[] := '{pending,in_transit,paid,canceled,failed}';
  v_object jsonb := apply_platform_payout.object;
  v_payout app_private.platform_payouts;
begin
  if array_position(c_statuses, v_object ->> 'status') is null then
    return 'refused: event_status_unknown';
  end if;
  if not coalesce(pg_input_is_valid(v_object ->> 'amount', 'bigint'), false) then
    return 'refused: event_amount_differs';
  end if;
  insert into app_private.platform_payouts (id, amount_cents, currency, stripe_created_at)
  values (
    v_object ->> 'id', (v_object ->> 'amount')::bigint, upper(v_object ->> 'currency'),
    to_timestamp((v_object ->> 'created')::double precision)
  )
  on conflict (id) do nothing;
  select * into strict v_payout
  from app_private.platform_payouts as p where p.id = v_object ->> 'id'
  for no key update;
  if v_object ->> 'amount' <> v_payout.amount_cents::text then
    return 'refused: event_amount_differs';
  end if;
  if upper(v_object ->> 'currency') is distinct from v_payout.currency then
    return 'refused: event_currency_differs';
  end if;
  if array_position(c_statuses, v_object ->> 'status')
    <= array_position(c_statuses, v_payout.status)
  then
    return 'applied';
  end if;
  update app_private.platform_payouts as p
  set status = v_object ->> 'status', failure_code = left(v_object ->> 'failure_code', 100),
    told_at = now()
  where p.id = v_payout.id
  returning * into v_payout;
  if v_payout.status = 'failed' then
    perform app_private.raise_payment_finding(
      'bank_payout_failed', v_payout.id, null, null,
      jsonb_build_object(
        'amount', v_payout.amount_cents, 'currency', v_payout.currency,
        'failure_code', v_payout.failure_code
      )
    );
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_platform_payout(jsonb) is
  'What Stripe says of a payout to the platform''s bank: applied, or refused when it was another '
  'amount. One that failed is a finding.';
grant execute on function app_private.apply_platform_payout(jsonb) to lml_worker;
