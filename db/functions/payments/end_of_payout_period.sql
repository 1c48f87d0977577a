-- Where the clocks go back over midnight, as on the Azores, a day begins twice: the first time
-- counts, as by the second one the period would end in the future for an hour.
create or replace function app_private.end_of_payout_period(
  schedule app_public.payout_schedule, timezone text, at timestamptz
)
returns timestamptz
language sql stable
return (
  select case
    when (m.last - b.back) at time zone end_of_payout_period.timezone = l.midnight
    then m.last - b.back
    else m.last
  end
  from (
    select date_trunc(
      case end_of_payout_period.schedule
        when 'daily' then 'day' when 'weekly' then 'week' else 'month'
      end,
      end_of_payout_period.at at time zone end_of_payout_period.timezone
    ) as midnight
  ) as l
  cross join lateral (
    select l.midnight at time zone end_of_payout_period.timezone as last
  ) as m
  cross join lateral (
    select interval '3 hours' - (
      (m.last at time zone end_of_payout_period.timezone)
      - ((m.last - interval '3 hours') at time zone end_of_payout_period.timezone)
    ) as back
  ) as b
);

comment on function app_private.end_of_payout_period(
  app_public.payout_schedule, text, timestamptz
) is 'When the last period of a schedule has ended: at midnight, on a Monday, or on the first.';
