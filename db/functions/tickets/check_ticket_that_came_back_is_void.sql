create or replace function app_private.check_ticket_that_came_back_is_void()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'ticket_that_came_back_is_void', t.organization_id, t.id,
    format('ticket %s is %s', t.ticket_number, t.status)
  from app_public.tickets as t
  where t.status in ('valid', 'used') and exists (
      select from app_public.refund_items as i
      where i.organization_id = t.organization_id and i.ticket_id = t.id and i.is_return
    )
$$;

comment on function app_private.check_ticket_that_came_back_is_void() is
  'A ticket that was returned, and still lets somebody in.';
