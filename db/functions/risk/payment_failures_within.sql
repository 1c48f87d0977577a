-- For rule_catches, which adds whose: the planner puts it in place, so that each finds its index.
create or replace function app_private.payment_failures_within(
  signal app_private.booking_signals, since timestamptz
)
returns setof app_private.payment_failure_signals
language sql stable
as $$
  select *
  from app_private.payment_failure_signals as f
  where f.organization_id = (payment_failures_within.signal).organization_id
    and f.occurred_at > payment_failures_within.since
    and f.occurred_at <= (payment_failures_within.signal).occurred_at
$$;

comment on function app_private.payment_failures_within(app_private.booking_signals, timestamptz) is
  'Which payments had failed since then, up to a signal.';
