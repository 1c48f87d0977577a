create or replace function app_private.require_offline_scans(scans app_public.offline_scan[])
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if coalesce(cardinality(require_offline_scans.scans), 0) not between 1 and 1000 then
    raise exception '1 to 1,000 scans are merged at once.'
      using errcode = 'LMINP', detail = 'scans';
  end if;
  if exists (
    select from unnest(require_offline_scans.scans) as s
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
end
$$;

comment on function app_private.require_offline_scans(app_public.offline_scan[]) is
  'Raises LMINP for scans that cannot be merged.';
