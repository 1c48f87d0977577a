create or replace function app_private.allows_reentry(ticket app_public.tickets)
returns boolean
language sql stable security definer set search_path = ''
as $$
  -- A pass that was used on one date is still good for the others.
  select
    (allows_reentry.ticket).entry_count - (allows_reentry.ticket).earlier_entries
      <= e.reentry_limit
    or p.pass_name is not null
  from app_public.performances as p
  join app_public.events as e on e.id = p.event_id and e.organization_id = p.organization_id
  where p.organization_id = (allows_reentry.ticket).organization_id
    and p.id = (allows_reentry.ticket).performance_id
$$;

comment on function app_private.allows_reentry(app_public.tickets) is
  'Whether whoever came in with a ticket may go out and come back.';
