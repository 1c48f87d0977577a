create or replace function app_private.take_tickets_back(
  booking app_public.bookings, ticket_ids uuid[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.end_open_offers(
    (take_tickets_back.booking).organization_id, take_tickets_back.ticket_ids
  );
  update app_public.tickets as t
  set status = 'refunded', is_inside = false
  where t.organization_id = (take_tickets_back.booking).organization_id
    and t.id = any (take_tickets_back.ticket_ids);
  perform app_private.free_seats(take_tickets_back.booking, array(
    select t.seat_no from app_public.tickets as t
    where t.organization_id = (take_tickets_back.booking).organization_id
      and t.id = any (take_tickets_back.ticket_ids) and t.seat_no is not null
    order by t.seat_no
  ));
  perform app_private.free_admissions(
    take_tickets_back.booking, n.ticket_category_id, n.quantity
  )
  from (
    select t.ticket_category_id, count(*)::integer as quantity
    from app_public.tickets as t
    where t.organization_id = (take_tickets_back.booking).organization_id
      and t.id = any (take_tickets_back.ticket_ids) and t.seat_no is null
    group by t.ticket_category_id
    order by t.ticket_category_id
  ) as n;
end
$$;

comment on function app_private.take_tickets_back(app_public.bookings, uuid[]) is
  'Ends valid tickets of a booking, which are locked with it, and puts their seats and admissions '
  'on sale again.';
