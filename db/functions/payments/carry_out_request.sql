-- What the request takes back is computed now, under the lock of its booking: what was taken back
-- in the meantime is not there any more.
create or replace function app_private.carry_out_request(
  booking app_public.bookings, request app_public.refund_requests
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := carry_out_request.booking;
  v_request app_public.refund_requests := carry_out_request.request;
  v_ticket_ids uuid[];
  v_parts app_private.refund_part[];
  v_is_all boolean;
  v_is_over boolean := false;
begin
  if v_request.kind in ('full', 'ticket') then
    perform app_private.require_add_ons_of(
      v_booking, v_request.add_on_item_ids, v_request.add_on_quantities
    );
    v_ticket_ids := app_private.lock_tickets_to_return(
      v_booking, case
        when v_request.add_on_item_ids is null then v_request.ticket_ids
        else coalesce(v_request.ticket_ids, '{}')
      end
    );
  end if;
  v_parts := array(select p from app_private.parts_of_request(v_booking, v_request) as p);
  if v_request.kind in ('full', 'ticket') then
    v_is_all := app_private.is_all_of(v_booking, v_parts);
    perform app_private.take_tickets_back(v_booking, v_ticket_ids);
    if v_is_all and not exists (
      select from app_public.tickets as t
      where t.organization_id = v_booking.organization_id and t.booking_id = v_booking.id
        and t.status in ('valid', 'used')
    ) then
      v_booking := app_private.close_booking(
        v_booking, coalesce(v_request.note, 'Given back by the buyer')
      );
      v_is_over := true;
      v_parts := app_private.parts_not_received(v_booking, v_parts);
    else
      perform app_private.free_add_on_units(v_booking, v_parts);
    end if;
  end if;
  update app_public.refund_requests as r
  set amount_cents = (
    select coalesce(sum(app_private.total_of_part(p)), 0) from unnest(v_parts) as p
  )
  where r.id = v_request.id
  returning * into v_request;
  v_booking := app_private.take_back(v_booking, v_request, v_parts);
  if v_is_over then
    perform app_private.withdraw_payment(v_booking);
  end if;
  return v_request;
end
$$;

comment on function app_private.carry_out_request(
  app_public.bookings, app_public.refund_requests
) is
  'Does what an approved request says: tickets end, seats go on sale, money is queued. '
  'Raises LMTUS, LMTVD, LMRFX.';
