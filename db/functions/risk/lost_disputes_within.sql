-- For rule_catches, which adds whose: the planner puts it in place, so that each finds its index.
create or replace function app_private.lost_disputes_within(
  signal app_private.booking_signals, since timestamptz
)
returns setof app_private.lost_dispute_signals
language sql stable
as $$
  select *
  from app_private.lost_dispute_signals as f
  where f.organization_id = (lost_disputes_within.signal).organization_id
    and f.occurred_at > lost_disputes_within.since
    and f.occurred_at <= (lost_disputes_within.signal).occurred_at
$$;

comment on function app_private.lost_disputes_within(app_private.booking_signals, timestamptz) is
  'Which disputes were lost since then, up to a signal.';
