create or replace function app_private.payout_period_end(
  schedule app_public.payout_schedule, timezone text, at timestamptz
)
returns timestamptz
language sql stable
return date_trunc(
  case payout_period_end.schedule
    when 'daily' then 'day' when 'weekly' then 'week' else 'month'
  end,
  payout_period_end.at at time zone payout_period_end.timezone
) at time zone payout_period_end.timezone;

comment on function app_private.payout_period_end(
  app_public.payout_schedule, text, timestamptz
) is 'When the last period of a schedule has ended: at midnight, on a Monday, or on the first.';
