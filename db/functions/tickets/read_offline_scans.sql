-- A clock that is wrong by a year is wrong by a year when it sends, too.
create or replace function app_private.read_offline_scans(scans jsonb, device_time timestamptz)
returns app_private.offline_scan[]
language plpgsql stable set search_path = ''
as $$
declare
  v_scans app_private.offline_scan[];
begin
  if jsonb_typeof(read_offline_scans.scans) is distinct from 'array'
    or jsonb_array_length(read_offline_scans.scans) not between 1 and 1000
  then
    raise exception '1 to 1,000 scans are merged at once, as a list.'
      using errcode = 'LMINP', detail = 'scans';
  end if;
  -- As everywhere, a time names its zone: read as another one, it would be hours away.
  if exists (
    select from jsonb_array_elements(read_offline_scans.scans) as s (scan)
    where s.scan ->> 'scanned_at' !~ ':[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$'
  ) then
    raise exception 'A time is of a zone, and this one names none.'
      using errcode = 'LMINP', detail = 'scans',
        hint = 'Write 2026-11-21T19:30:00+01:00, or 2026-11-21T18:30:00Z.';
  end if;
  v_scans := array(
    select row(
      s.scan_id, s.credential_hash, s.direction,
      s.scanned_at + coalesce(now() - read_offline_scans.device_time, interval '0'), s.result,
      s.gate_id
    )::app_private.offline_scan
    from jsonb_populate_recordset(
      null::app_private.offline_scan, read_offline_scans.scans
    ) as s
  );
  if exists (
    select from unnest(v_scans) as s
    where s.scan_id is null
      or s.scanned_at is null
      or not isfinite(s.scanned_at)
      or s.result is null
      or s.credential_hash is null
      or s.credential_hash !~ '^[0-9a-f]{64}$'
  ) then
    raise exception 'An offline scan has an id, a time, a result, and the SHA-256 of a code.'
      using errcode = 'LMINP', detail = 'scans';
  end if;
  return v_scans;
exception
  when data_exception then
    raise exception 'A value of an offline scan does not have its form.'
      using errcode = 'LMINP', detail = 'scans';
end
$$;

comment on function app_private.read_offline_scans(jsonb, timestamptz) is
  'What a scanner sent, at the times that the database''s clock showed. '
  'Raises LMINP for scans that cannot be merged.';
