create or replace function app_private.check_entries_of_passes_were_scanned()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'entries_of_passes_were_scanned', t.organization_id, t.id,
    format('pass %s came in %s times on a date, and was scanned %s times', t.ticket_number,
      coalesce(e.entry_count, 0), coalesce(s.scans, 0))
  from (
    select s.organization_id, s.ticket_id, s.performance_id, count(*)::integer as scans
    from app_public.ticket_scans as s
    where s.ticket_id is not null and s.result = 'success' and s.direction = 'in'
    group by s.organization_id, s.ticket_id, s.performance_id
  ) as s
  full join app_public.pass_entries as e
    on e.organization_id = s.organization_id
    and e.ticket_id = s.ticket_id
    and e.performance_id = s.performance_id
  join app_public.tickets as t
    on t.organization_id = coalesce(e.organization_id, s.organization_id)
    and t.id = coalesce(e.ticket_id, s.ticket_id)
    and t.performance_id <> coalesce(e.performance_id, s.performance_id)
  where e.entry_count is distinct from s.scans
$$;

comment on function app_private.check_entries_of_passes_were_scanned() is
  'A pass that came in on a date more often than it was scanned there, or less often.';
