create or replace function app_private.require_cancellation_windows(
  days_before integer[], percentages numeric[]
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if days_before is null or percentages is null
    or cardinality(days_before) <> cardinality(percentages) or cardinality(days_before) > 20
    or array_position(percentages, null) is not null
    or cardinality(days_before) <> (select count(distinct d) from unnest(days_before) as d)
  then
    raise exception 'Give up to 20 windows: a number of days, each once, and a percentage for each.'
      using errcode = 'LMINP', detail = 'days_before, percentages';
  end if;
  if exists (
    select from unnest(days_before, percentages) as early (days, share)
    join unnest(days_before, percentages) as late (days, share) on late.days < early.days
    where late.share >= early.share
  ) then
    raise exception 'Who cancels later gets less.' using errcode = 'LMINP', detail = 'percentages';
  end if;
end
$$;

comment on function app_private.require_cancellation_windows(integer[], numeric[]) is
  'Raises LMINP.';
