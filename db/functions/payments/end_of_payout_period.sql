create or replace function app_private.end_of_payout_period(
  schedule app_public.payout_schedule, timezone text, at timestamptz
)
returns timestamptz
language sql stable
return date_trunc(
  case end_of_payout_period.schedule
    when 'daily' then 'day' when 'weekly' then 'week' else 'month'
  end,
  end_of_payout_period.at at time zone end_of_payout_period.timezone
) at time zone end_of_payout_period.timezone;

comment on function app_private.end_of_payout_period(
  app_public.payout_schedule, text, timestamptz
) is 'When the last period of a schedule has ended: at midnight, on a Monday, or on the first.';
