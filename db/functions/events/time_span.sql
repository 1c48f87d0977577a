create or replace function app_hidden.time_span(starts timestamptz, ends timestamptz)
returns tstzrange
language plpgsql immutable set search_path = ''
as $$
begin
  if time_span.ends <= time_span.starts
    or not isfinite(time_span.starts) or not isfinite(time_span.ends)
  then
    raise exception 'A period ends after it begins.'
      using errcode = 'LMINP', detail = 'valid_until';
  end if;
  return tstzrange(time_span.starts, time_span.ends);
end
$$;

comment on function app_hidden.time_span(timestamptz, timestamptz) is
  'From and until; null: open. Raises LMINP for one that is empty.';
