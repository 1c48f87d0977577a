create or replace function app_private.check_ticket_was_accepted_by_its_holder()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'ticket_was_accepted_by_its_holder', t.organization_id, t.id,
    format('ticket %s is held by a transfer that is %s', t.ticket_number, x.status)
  from app_public.tickets as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  where x.status <> 'accepted'
    or exists (
      select from app_public.ticket_transfers as later
      where later.organization_id = t.organization_id
        and later.ticket_id = t.id
        and later.status = 'accepted'
        and later.ended_at > x.ended_at
    )
$$;

comment on function app_private.check_ticket_was_accepted_by_its_holder() is
  'A ticket whose holder has not accepted it, or not last.';
