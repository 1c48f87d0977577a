-- Who was let in before has been there; what they have paid for it is gone all the same.
create or replace function app_private.end_disputed(booking app_public.bookings)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket_ids uuid[];
  v_booking app_public.bookings;
begin
  select coalesce(array_agg(t.id order by t.id), '{}') into v_ticket_ids
  from (
    select t.id from app_public.tickets as t
    where t.organization_id = (end_disputed.booking).organization_id
      and t.booking_id = (end_disputed.booking).id
      and t.status in ('valid', 'used')
    order by t.id
    for no key update
  ) as t;
  perform app_private.take_tickets_back(end_disputed.booking, v_ticket_ids);
  update app_public.tickets as t
  set is_disputed = false
  where t.organization_id = (end_disputed.booking).organization_id
    and t.id = any (v_ticket_ids);
  v_booking := app_private.close_booking(
    end_disputed.booking, 'The payment was lost to a dispute.'
  );
  perform app_private.withdraw_payment(v_booking);
  return v_booking;
end
$$;

comment on function app_private.end_disputed(app_public.bookings) is
  'Ends a booking whose money is lost: its tickets are void, its places are on sale again.';
