create or replace function app_private.check_pass_that_came_in_is_used()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'pass_that_came_in_is_used', t.organization_id, t.id,
    format('pass %s came in, and is %s', t.ticket_number, t.status)
  from app_public.pass_entries as e
  join app_public.tickets as t on t.organization_id = e.organization_id and t.id = e.ticket_id
  where t.status = 'valid' and e.entry_count > e.earlier_entries
$$;

comment on function app_private.check_pass_that_came_in_is_used() is
  'A pass that came in on a date, and counts as unused.';
