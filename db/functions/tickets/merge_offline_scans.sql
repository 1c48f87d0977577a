-- Tickets are taken in the order of their ids, as by whoever cancels a booking, so that nobody
-- waits in a circle; scans of one ticket in the order of their times.
create or replace function app_public.merge_offline_scans(
  performance_id uuid, scans jsonb, device_time timestamptz default null
)
returns setof app_public.merged_scan
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Where the scanner stands now, and whether that gate is still in use, matters no more.
  v_door app_private.door := app_private.open_door(
    merge_offline_scans.performance_id, null, at_gate => false
  );
  v_scans app_private.offline_scan[];
  v_scan app_private.offline_scan;
begin
  perform app_private.require_scanner(v_door);
  v_scans := app_private.read_offline_scans(
    merge_offline_scans.scans, merge_offline_scans.device_time
  );
  for v_scan in
    select s.scan_id, s.credential_hash, s.direction, s.scanned_at, s.result, s.gate_id
    from unnest(v_scans) with ordinality as s
    left join app_private.ticket_credentials as c
      on c.credential_hash = decode(s.credential_hash, 'hex')
    order by c.ticket_id, s.scanned_at, s.ordinality
  loop
    perform app_private.merge_offline_scan(v_door, v_scan);
  end loop;
  return query
    select m.scan_id, m.ticket_id, m.result, m.code, m.is_double
    from (
      select s.scan_id, min(s.ordinality) as ordinality
      from unnest(v_scans) with ordinality as s
      group by s.scan_id
    ) as s
    join app_private.offline_scan_results as m
      on m.scan_id = s.scan_id
      and (m.device_id = v_door.device_id) is true
      and (m.organization_id = v_door.organization_id) is true
    order by s.ordinality;
end
$$;

comment on function app_public.merge_offline_scans(uuid, jsonb, timestamptz) is
  'Tells what a registered scanner did while it was offline, and returns what became of each '
  'scan. Up to 1,000 objects with scan_id (a UUID that the scanner made), credential_hash '
  '(SHA-256 of the code, in hexadecimal), scanned_at with its zone, result, and perhaps direction '
  'and gate_id. '
  'device_time is what the scanner''s clock shows now: its times are corrected by it. '
  'Merging the same scan again changes nothing and returns the same. Raises LMDEV, LMINP, LMNFD, '
  'LMRGT, LMAUT, LMSES.';
grant execute on function app_public.merge_offline_scans(uuid, jsonb, timestamptz) to lml_user;
