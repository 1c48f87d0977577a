-- Locked in order; a scan that is under way either comes first, and is seen here, or waits and then
-- finds the ticket void.
create or replace function app_private.lock_tickets_to_return(
  booking app_public.bookings, ticket_ids uuid[]
)
returns uuid[]
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets;
  v_ids uuid[] := '{}';
begin
  for v_ticket in
    select * from app_public.tickets as t
    where t.organization_id = (lock_tickets_to_return.booking).organization_id
      and t.booking_id = (lock_tickets_to_return.booking).id
      and case
        when lock_tickets_to_return.ticket_ids is null then t.status in ('valid', 'used')
        else t.id = any (lock_tickets_to_return.ticket_ids)
      end
    order by t.id
    for no key update
  loop
    -- After the performance, also of those who were there.
    if not ((lock_tickets_to_return.booking).status = 'completed' and v_ticket.status = 'used') then
      perform app_private.require_valid_ticket(v_ticket);
    end if;
    v_ids := v_ids || v_ticket.id;
  end loop;
  return v_ids;
end
$$;

comment on function app_private.lock_tickets_to_return(app_public.bookings, uuid[]) is
  'Tickets of a locked booking, or all that are live, locked; they must be valid, or, when the '
  'performance is over, may have been used. '
  'Raises LMTUS, LMTVD.';
