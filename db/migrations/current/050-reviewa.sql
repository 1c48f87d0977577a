-- Scanners tell what their clock shows when they merge what they did offline.
drop function app_public.merge_offline_scans(uuid, jsonb);
drop function app_private.read_offline_scans(jsonb);

comment on column app_public.ticket_scans.offline_at is
  'When the device scanned it while offline, by its own clock, corrected by what that showed when '
  'the device told of it; null: online.';
comment on column app_public.events.tags is 'Labels.';
