-- For rule_catches, which adds whose: the planner puts it in place, so that each finds its index.
create or replace function app_private.signals_within(
  signal app_private.booking_signals, since timestamptz
)
returns setof app_private.booking_signals
language sql stable
as $$
  select *
  from app_private.booking_signals as s
  where s.organization_id = (signals_within.signal).organization_id
    and s.stage = (signals_within.signal).stage
    and s.occurred_at > signals_within.since
    and s.occurred_at <= (signals_within.signal).occurred_at
$$;

comment on function app_private.signals_within(app_private.booking_signals, timestamptz) is
  'What was written down at its stage since then, up to a signal.';
