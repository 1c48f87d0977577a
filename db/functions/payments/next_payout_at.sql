-- From noon to noon, by the calendar: days of 23 and 25 hours, and months of other lengths, end
-- when their midnight comes.
create or replace function app_private.next_payout_at(
  schedule app_public.payout_schedule, timezone text, at timestamptz
)
returns timestamptz
language sql stable
return app_private.end_of_payout_period(
  next_payout_at.schedule, next_payout_at.timezone,
  (
    app_private.end_of_payout_period(
      next_payout_at.schedule, next_payout_at.timezone, next_payout_at.at
    ) at time zone next_payout_at.timezone
    + interval '12 hours'
    + case next_payout_at.schedule
      when 'daily' then interval '1 day' when 'weekly' then interval '1 week'
      else interval '1 month'
    end
  ) at time zone next_payout_at.timezone
);

comment on function app_private.next_payout_at(app_public.payout_schedule, text, timestamptz) is
  'When the period of a schedule ends in which a moment is.';
