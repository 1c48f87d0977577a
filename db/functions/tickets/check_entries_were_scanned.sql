create or replace function app_private.check_entries_were_scanned()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'entries_were_scanned', t.organization_id, t.id,
    format('ticket %s came in %s times, and was scanned %s times', t.ticket_number,
      t.entry_count, s.scans)
  from app_public.tickets as t
  cross join lateral (
    select count(*) as scans from app_public.ticket_scans as s
    where s.organization_id = t.organization_id
      and s.ticket_id = t.id
      and s.performance_id = t.performance_id
      and s.result = 'success'
      and s.direction = 'in'
  ) as s
  where t.entry_count <> s.scans
$$;

comment on function app_private.check_entries_were_scanned() is
  'A ticket that came in more often than it was scanned, or less often.';
