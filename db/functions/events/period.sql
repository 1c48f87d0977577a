create or replace function app_hidden.period(starts timestamptz, ends timestamptz)
returns tstzrange
language plpgsql immutable set search_path = ''
as $$
begin
  if period.ends <= period.starts or not isfinite(period.starts) or not isfinite(period.ends) then
    raise exception 'A period ends after it begins.' using errcode = 'LMINP', detail = 'valid_until';
  end if;
  return tstzrange(period.starts, period.ends);
end
$$;

comment on function app_hidden.period(timestamptz, timestamptz) is
  'From and until; null: open. Raises LMINP for one that is empty.';
