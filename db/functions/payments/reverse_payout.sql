create or replace function app_public.reverse_payout(
  payout_id uuid, reason text, amount_cents bigint default null,
  idempotency_key text default null
)
returns app_public.payout_reversals
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
  v_reversal app_public.payout_reversals;
  v_known uuid;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_platform_role('support');
  v_known := app_private.replay_result(
    reverse_payout.idempotency_key, 'reverse_payout',
    jsonb_build_array(reverse_payout.payout_id, reverse_payout.reason, reverse_payout.amount_cents)
  );
  if v_known is not null then
    select * into strict v_reversal from app_public.payout_reversals as r where r.id = v_known;
    return v_reversal;
  end if;
  v_payout := app_private.lock_payout_for_hold(reverse_payout.payout_id);
  if v_payout.status <> 'paid' then
    perform app_private.raise_payout_status(v_payout);
  end if;
  perform app_hidden.require_chargeable(
    reverse_payout.amount_cents, v_payout.currency, 'amount_cents'
  );
  insert into app_public.payout_reversals (
    organization_id, payout_id, amount_cents, reason, requested_by
  )
  values (
    v_payout.organization_id, v_payout.id,
    coalesce(reverse_payout.amount_cents, v_payout.net_payout_cents - v_payout.reversed_cents),
    trim(reverse_payout.reason), app_hidden.current_user_id()
  )
  returning * into v_reversal;
  update app_public.payouts as p
  set reversed_cents = p.reversed_cents + v_reversal.amount_cents
  where p.id = v_payout.id;
  perform app_private.add_stripe_job('payout_reversal.create', v_reversal.id, '0');
  perform app_private.keep_result(reverse_payout.idempotency_key, v_reversal.id);
  return v_reversal;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    raise exception 'That is more than was paid.' using errcode = 'LMINP', detail = 'amount_cents';
end
$$;

comment on function app_public.reverse_payout(uuid, text, bigint, text) is
  'Takes a payout back, or an amount of it; the payee is owed it again. For '
  'the platform''s support. '
  'Raises LMPOS, LMINP, LMNFD, LMRGT, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.reverse_payout(uuid, text, bigint, text) to lml_user;
