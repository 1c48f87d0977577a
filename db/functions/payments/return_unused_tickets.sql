-- Add-ons stay with who has come, as where a buyer gives the other tickets back.
create or replace function app_private.return_unused_tickets(
  booking app_public.bookings, reason app_public.refund_reason, note text
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_request app_public.refund_requests;
begin
  -- A scan that is under way either comes first, and is seen here, or finds its ticket void.
  perform from app_public.tickets as t
  where t.organization_id = (return_unused_tickets.booking).organization_id
    and t.booking_id = (return_unused_tickets.booking).id
  order by t.id
  for no key update;
  v_request.ticket_ids := array(
    select t.id from app_public.tickets as t
    where t.organization_id = (return_unused_tickets.booking).organization_id
      and t.booking_id = (return_unused_tickets.booking).id
      and t.status = 'valid'
    order by t.id
  );
  if cardinality(v_request.ticket_ids) = 0 then
    return;
  end if;
  v_request.organization_id := (return_unused_tickets.booking).organization_id;
  v_request.booking_id := (return_unused_tickets.booking).id;
  v_request.currency := (return_unused_tickets.booking).currency;
  v_request.kind := 'ticket';
  v_request.status := 'approved';
  v_request.reason := return_unused_tickets.reason;
  v_request.note := return_unused_tickets.note;
  v_request.amount_cents := 0;
  perform app_private.carry_out_request(
    return_unused_tickets.booking, app_private.store_refund_request(v_request)
  );
end
$$;

comment on function app_private.return_unused_tickets(
  app_public.bookings, app_public.refund_reason, text
) is 'Takes the tickets of a locked booking back that nobody has come with, for all that was paid.';
