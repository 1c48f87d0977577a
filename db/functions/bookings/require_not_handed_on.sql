-- Looked at with the tickets locked: somebody may be accepting one of them.
create or replace function app_private.require_not_handed_on(
  booking app_public.bookings, ticket_ids uuid[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets;
begin
  for v_ticket in
    select * from app_public.tickets as t
    where t.organization_id = (require_not_handed_on.booking).organization_id
      and t.booking_id = (require_not_handed_on.booking).id
      and (
        require_not_handed_on.ticket_ids is null or t.id = any (require_not_handed_on.ticket_ids)
      )
      and t.status = 'valid'
    order by t.id
    for no key update
  loop
    if v_ticket.transfer_id is not null then
      raise exception 'A ticket that was handed on is returned by the organization only.'
        using errcode = 'LMNRF', detail = v_ticket.id::text,
          hint = 'Ask the organization; quote the booking reference.';
    end if;
  end loop;
end
$$;

comment on function app_private.require_not_handed_on(app_public.bookings, uuid[]) is
  'Locks valid tickets of a booking. Raises LMNRF when another person holds one.';
