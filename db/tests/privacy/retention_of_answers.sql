-- If this fails, what people said about their health stays for ever, or an address goes before what
-- is to be mailed there.
select plan(5);

select tests.create_theatre();
select tests.sell('sale', 'theatre', 1, 1);
select tests.as_guest(1);
select app_public.set_ticket_attendee(
  (select id from app_public.tickets where seat_no = 1), 'Ada', answers => '{"Diet": "vegan"}'
);
select tests.as_owner();
insert into app_public.booking_details (booking_id, organization_id, accessibility_requirements)
select id, organization_id, 'A ramp' from app_public.bookings where id = tests.id('sale');
insert into app_public.delivery_addresses (booking_id, organization_id, address, updated_at)
select id, organization_id, '{"line1": "Ring 1", "city": "Wien", "country": "AT"}',
  now() - interval '200 days'
from app_public.bookings where id = tests.id('sale');

create function tests.kept_after(days integer) returns text
language plpgsql volatile security definer as $$
begin
  update app_public.performances
  set starts_at = now() - make_interval(days => days), ends_at = null
  where id = tests.id('theatre.performance');
  perform app_private.apply_retention();
  return format(
    'attendees %s, details %s, addresses %s',
    (select count(*) from app_public.ticket_attendees),
    (select count(*) from app_public.booking_details),
    (select count(*) from app_public.delivery_addresses)
  );
end
$$;

select is(
  tests.kept_after(-100), 'attendees 1, details 1, addresses 1',
  'nothing goes before the performance, however long ago it was said'
);
select is(
  tests.kept_after(170), 'attendees 1, details 1, addresses 1', 'nor half a year after'
);
select is(tests.kept_after(190), 'attendees 1, details 1, addresses 0', 'addresses go first');
select is(tests.kept_after(400), 'attendees 1, details 1, addresses 0', 'answers are kept a year');
select is(tests.kept_after(403), 'attendees 0, details 0, addresses 0', 'and then go, too');
