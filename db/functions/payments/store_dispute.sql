create or replace function app_private.store_dispute(
  intent app_public.payment_intents, object jsonb, event jsonb
)
returns app_public.disputes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := store_dispute.object;
  v_news text := app_private.dispute_news(v_object, store_dispute.event);
  v_opened_at timestamptz := coalesce(
    to_timestamp((v_object ->> 'created')::double precision), now()
  );
  v_status app_public.dispute_status := (v_object ->> 'status')::app_public.dispute_status;
  v_is_answered boolean := coalesce(
    (v_object #>> '{evidence_details,submission_count}')::numeric > 0, false
  );
  v_dispute app_public.disputes;
begin
  insert into app_public.disputes (
    organization_id, booking_id, payment_intent_id, stripe_dispute_id, status, reason,
    amount_cents, currency, opened_at
  )
  values (
    (store_dispute.intent).organization_id, (store_dispute.intent).booking_id,
    (store_dispute.intent).id, v_object ->> 'id', 'warning_needs_response',
    coalesce(left(v_object ->> 'reason', 100), 'general'), (v_object ->> 'amount')::bigint,
    (store_dispute.intent).currency, v_opened_at
  )
  on conflict on constraint disputes_stripe_id_is_unique do nothing;
  update app_public.disputes as d
  set status = v_status,
    stripe_news = v_news,
    stripe_charge_id = coalesce(v_object #>> '{charge,id}', v_object ->> 'charge'),
    reason = coalesce(left(v_object ->> 'reason', 100), d.reason),
    network_reason_code = left(
      v_object #>> '{payment_method_details,card,network_reason_code}', 100
    ),
    -- What was lost stays lost.
    amount_cents = greatest((v_object ->> 'amount')::bigint, d.lost_cents),
    counted_cents = least(d.counted_cents, (v_object ->> 'amount')::bigint),
    evidence_due_at = to_timestamp(
      (v_object #>> '{evidence_details,due_by}')::double precision
    ),
    evidence_submitted_at = case when v_is_answered
      then coalesce(d.evidence_submitted_at, now()) else d.evidence_submitted_at end,
    closed_at = case when v_status in ('warning_closed', 'prevented', 'won', 'lost')
      then coalesce(d.closed_at, now()) end
  where d.organization_id = (store_dispute.intent).organization_id
    and d.stripe_dispute_id = v_object ->> 'id'
    and coalesce(d.stripe_news collate "C" < v_news, true)
    -- The first word of a bank is its last.
    and not (d.status in ('won', 'lost') and d.status <> v_status)
  returning * into v_dispute;
  if not found then
    select * into strict v_dispute
    from app_public.disputes as d
    where d.organization_id = (store_dispute.intent).organization_id
      and d.stripe_dispute_id = v_object ->> 'id';
  end if;
  return v_dispute;
end
$$;

comment on function app_private.store_dispute(app_public.payment_intents, jsonb, jsonb) is
  'Keeps what is told of a dispute, if nothing newer is known.';
