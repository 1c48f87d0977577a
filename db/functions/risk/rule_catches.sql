-- The one place that says what rules mean: a checkout asks it about now, and try_fraud_rule about
-- then. It reads only what was written down up to the signal, so both get the same answer. It stops
-- counting at the threshold, since everybody may come from one address. Each way to be the same
-- person is a query of its own, which has its index.
create or replace function app_private.rule_catches(
  rule app_public.fraud_detection_rules, signal app_private.booking_signals
)
returns boolean
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
-- The first checkout plans for all, and sees tables that are nearly empty.
set enable_seqscan = off set enable_bitmapscan = off
as $$
declare
  v_since timestamptz := signal.occurred_at - make_interval(secs => rule.window_seconds);
begin
  case rule.rule_type
    when 'amount' then
      return signal.currency = rule.amount_currency and signal.amount_cents >= rule.amount_cents;
    when 'disposable_email' then
      return signal.is_disposable_email;
    when 'geography_mismatch' then
      return coalesce(signal.country <> all (signal.expected_countries), false);
    when 'velocity_user' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select s.id from app_private.signals_within(signal, v_since) as s
          where s.buyer_key = signal.buyer_key
          union
          select s.id from app_private.signals_within(signal, v_since) as s
          where s.email = signal.email
          limit rule.trigger_count
        ) as seen
      );
    when 'velocity_address' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select s.id from app_private.signals_within(signal, v_since) as s
          where s.ip_address = signal.ip_address
          limit rule.trigger_count
        ) as seen
      );
    when 'velocity_device' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select s.id from app_private.signals_within(signal, v_since) as s
          where s.device = signal.device
          limit rule.trigger_count
        ) as seen
      );
    when 'seat_hoarding' then
      return rule.trigger_count <= (
        select coalesce(sum(seen.tickets), 0)
        from (
          select s.id, s.tickets from app_private.signals_within(signal, v_since) as s
          where s.performance_id = signal.performance_id and s.buyer_key = signal.buyer_key
          union
          select s.id, s.tickets from app_private.signals_within(signal, v_since) as s
          where s.performance_id = signal.performance_id and s.email = signal.email
        ) as seen
      );
    when 'payment_failures' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select f.id from app_private.payment_failures_within(signal, v_since) as f
          where f.buyer_key = signal.buyer_key
          union
          select f.id from app_private.payment_failures_within(signal, v_since) as f
          where f.email = signal.email
          union
          select f.id from app_private.payment_failures_within(signal, v_since) as f
          where f.ip_address = signal.ip_address
          union
          select f.id from app_private.payment_failures_within(signal, v_since) as f
          where f.device = signal.device
          limit rule.trigger_count
        ) as seen
      );
    when 'lost_disputes' then
      return rule.trigger_count <= (
        select count(*)
        from (
          select f.id from app_private.lost_disputes_within(signal, v_since) as f
          where f.buyer_key = signal.buyer_key
          union
          select f.id from app_private.lost_disputes_within(signal, v_since) as f
          where f.email = signal.email
          union
          select f.id from app_private.lost_disputes_within(signal, v_since) as f
          where f.ip_address = signal.ip_address
          union
          select f.id from app_private.lost_disputes_within(signal, v_since) as f
          where f.device = signal.device
          limit rule.trigger_count
        ) as seen
      );
  end case;
end
$$;

comment on function app_private.rule_catches(
  app_public.fraud_detection_rules, app_private.booking_signals
) is
  'Whether a rule fires at what was known at a hold or a checkout, enabled or not.';
