create or replace function app_private.check_ticket_is_offered_while_it_is_unused()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'ticket_is_offered_while_it_is_unused', t.organization_id, t.id,
    format('ticket %s came in, and changed hands afterwards', t.ticket_number)
  from app_public.tickets as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  where x.ended_at > t.used_at
$$;

comment on function app_private.check_ticket_is_offered_while_it_is_unused() is
  'A ticket that changed hands after somebody came in with it.';
