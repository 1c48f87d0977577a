-- If this fails, somebody pays for all dates of a pass who chose it before one of them was canceled.
select plan(17);

select tests.create_theatre();
select tests.create_festival();
create function tests.pass(name text, guest integer) returns text
language plpgsql volatile as $$
begin
  perform tests.as_guest(guest);
  perform tests.keep(name, tests.attend('pass', 1));
  return (app_public.start_checkout(tests.id(name), name || '@example.com')).status;
end
$$;
create function tests.paid(name text) returns text
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform tests.pay(tests.id(paid.name));
  return tests.status(tests.id(paid.name)) || coalesce((
    select format(', %s back', r.amount_cents)
    from app_public.refunds as r where r.booking_id = tests.id(paid.name)
  ), '');
end
$$;
grant execute on all functions in schema tests to public;

select tests.pass(name, guest)
from (values ('swept', 1), ('unswept', 2), ('open', 3)) as v (name, guest);
select tests.as_owner();
select tests.run_out(tests.id('swept'));
select is(app_private.expire_bookings(), 1, 'nobody paid for a pass in time');
select tests.run_out(tests.id('unswept'));
select tests.sign_in('theatre owner');
select app_public.cancel_performance(tests.id('festival.friday'), 'Rain');
select is(tests.paid('swept'), 'expired, 4422 back', 'who pays for it now has the money back');
select is(tests.paid('unswept'), 'expired, 4422 back', 'whether or not the sweep was there');
select is(tests.paid('open'), 'canceled, 4422 back', 'and so has who was choosing');
select tests.consistent();

-- On sale again, it is what it says.
select tests.sign_in('theatre owner');
select app_public.update_ticket_category(tests.id('festival.pass.category'), status => 'active');
select tests.as_owner();
-- Time stands still in here: it was canceled a minute ago.
update app_public.performances as p set canceled_at = p.canceled_at - interval '1 minute'
where p.id = tests.id('festival.friday');
select is(tests.pass('knowing', 4), 'pending_payment', 'somebody buys it for the other date');
select tests.as_owner();
select tests.run_out(tests.id('knowing'));
select is(app_private.expire_bookings(), 1, 'does not pay in time');
select is(tests.paid('knowing'), 'confirmed', 'and has it all the same');
select tests.consistent();

-- What is offered for a lost date is for those who had chosen it.
select tests.as_owner();
update app_private.performance_notices as n set known_from = n.known_from - interval '1 minute'
where n.performance_id = tests.id('festival.pass');
select tests.as_guest(4);
select is(
  (app_public.quote_cancellation(tests.id('knowing'))).percentage, 0::numeric,
  'who bought it without the date is offered nothing'
);
select tests.refused(
  $$ select app_public.return_booking(tests.id('knowing')) $$, 'LMNRF', 'and keeps it'
);
select tests.as_owner();
update app_public.bookings as b set created_at = b.created_at - interval '2 minutes'
where b.id = tests.id('knowing');
select tests.as_guest(4);
select is(
  (app_public.return_booking(tests.id('knowing'))).status::text, 'canceled',
  'had they bought it before, they would get all of it back'
);

-- The last date that was still to come is canceled after the others took place.
select tests.create_festival('theatre', 'autumn');
select tests.as_guest(5);
select tests.keep('absent', tests.attend('pass', 1, null, 'autumn'));
select app_public.start_checkout(tests.id('absent'), 'absent@example.com');
select is(tests.paid('absent'), 'confirmed', 'somebody has a pass');
select tests.as_owner();
update app_public.performances as p
set starts_at = now() - interval '1 day', ends_at = now() - interval '20 hours'
where p.id = tests.id('autumn.friday');
select app_private.complete_performances();
select tests.sign_in('theatre owner');
select app_public.cancel_performance(tests.id('autumn.saturday'), 'Storm');
select tests.as_owner();
select app_private.complete_performances();
select is(
  (select p.status::text from app_public.performances as p where p.id = tests.id('autumn.pass')),
  'scheduled', 'the pass is not over before its holders had time'
);
select tests.as_guest(5);
select is(
  (app_public.return_booking(tests.id('absent'))).status::text, 'canceled', 'to give it back'
);
select tests.as_owner();
update app_public.performances as p set refunds_until = now() where p.id = tests.id('autumn.pass');
select app_private.complete_performances();
select is(
  (select p.status::text from app_public.performances as p where p.id = tests.id('autumn.pass')),
  'completed', 'then it is'
);
select tests.consistent();
