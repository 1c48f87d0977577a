create or replace function app_private.apply_transfer(object jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_transfer.object;
  v_text text := v_object #>> '{metadata,lml_payout_id}';
  v_payout app_public.payouts;
  v_destination text;
begin
  if not pg_input_is_valid(coalesce(v_text, ''), 'uuid') then
    return 'ignored: not ours';
  end if;
  select p.* into v_payout
  from app_public.payouts as p where p.id = v_text::uuid
  for no key update;
  if not found then
    return app_private.outcome_without_parent(v_object, 'lml_payout_id');
  end if;
  select a.stripe_account_id into v_destination
  from app_public.stripe_accounts as a
  where a.organization_id = v_payout.organization_id and a.id = v_payout.stripe_account_id;
  if v_object ->> 'amount' is distinct from v_payout.net_payout_cents::text then
    return 'refused: event_amount_differs';
  end if;
  if upper(v_object ->> 'currency') is distinct from v_payout.currency then
    return 'refused: event_currency_differs';
  end if;
  if app_private.stripe_id_in(v_object, 'destination')
    is distinct from v_destination
  then
    return 'refused: event_account_differs';
  end if;
  if not app_private.belongs_as_it_says(v_object, v_payout.organization_id) then
    return 'refused: event_metadata_differs';
  end if;
  if v_payout.status <> 'in_transit'
    and v_object ->> 'id' is distinct from v_payout.stripe_transfer_id
  then
    return 'refused: transfer_not_asked_for';
  end if;
  perform app_private.record_transfer(
    v_payout.id, v_object ->> 'id',
    app_private.stripe_id_in(v_object, 'balance_transaction')
  );
  perform app_private.overtake_stripe_calls('payout.send', v_payout.id);
  -- All that was ever asked for, as a reversal that was refused may be told after one that was not.
  if (v_object ->> 'amount_reversed')::numeric > (
    select coalesce(sum(r.amount_cents), 0)
    from app_public.payout_reversals as r
    where r.organization_id = v_payout.organization_id and r.payout_id = v_payout.id
  ) or exists (
    select from app_private.unasked_reversals_in(v_object, v_payout.organization_id)
  ) then
    return 'refused: reversal_not_asked_for';
  end if;
  return 'applied';
end
$$;

comment on function app_private.apply_transfer(jsonb) is
  'What Stripe says of a transfer: applied, ignored when it is none of ours, parked while its '
  'payout is unknown, refused when it is not what was asked for.';
