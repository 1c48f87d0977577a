-- If this fails, a move of the status is listed that no function makes, or one makes a move that is
-- not listed. Here each listed one is made by the function that is there for it.
select plan(5);

select tests.create_theatre();
create function tests.held(name text, guest integer, seat_no integer) returns uuid
language plpgsql volatile as $$
begin
  perform tests.as_guest(guest);
  return tests.keep(
    name, (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(seat_no))).id
  );
end
$$;
create function tests.checked_out(name text, guest integer, seat_no integer) returns uuid
language plpgsql volatile as $$
begin
  perform tests.held(name, guest, seat_no);
  perform app_public.start_checkout(tests.id(name), 'x@example.com');
  return tests.id(name);
end
$$;
create function tests.planned(name text, guest integer, seat_no integer) returns uuid
language plpgsql volatile as $$
begin
  perform tests.held(name, guest, seat_no);
  perform app_public.choose_payment_plan(tests.id(name), tests.id('plan'));
  perform app_public.start_checkout(tests.id(name), 'x@example.com');
  return tests.id(name);
end
$$;
create function tests.lapse(name text) returns void
language plpgsql volatile security definer as $$
begin
  perform tests.run_out(tests.id(name));
  perform app_private.expire_bookings();
end
$$;
create function tests.returned(name text) returns void
language sql volatile security definer set search_path = '' as $$
  select app_private.record_refund(
    tests.refund_of(tests.id(returned.name)), 're_' || returned.name, 'succeeded', null
  )
$$;
create function tests.came_back(name text) returns void
language sql volatile security definer set search_path = '' as $$
  select app_private.record_refund(
    tests.refund_of(tests.id(came_back.name)), 're_' || came_back.name, 'failed', null
  )
$$;
grant execute on all functions in schema tests to public;
select tests.sign_in('theatre owner');
select tests.keep('plan', (
  app_public.create_payment_plan(
    tests.id('theatre.event'), 'Plan', 1, 50, first_due_days => 2, last_due_days_before => 7
  )
).id);

-- draft > canceled; draft > expired; draft > pending_payment > canceled > refunded
select tests.held('a', 1, 1);
select app_public.cancel_booking(tests.id('a'));
select tests.held('b', 1, 1);
select tests.lapse('b');
select tests.checked_out('c', 1, 1);
select app_public.cancel_booking(tests.id('c'));
select tests.pay(tests.id('c'));
select tests.returned('c');
-- refunded > canceled
select tests.came_back('c');
-- pending_payment > expired > confirmed; pending_payment > confirmed > canceled
select tests.checked_out('d', 2, 1);
select tests.lapse('d');
select tests.pay(tests.id('d'));
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('d'));
select tests.checked_out('d2', 2, 1);
select tests.pay(tests.id('d2'));
-- expired > refunded
select tests.checked_out('e', 3, 2);
select tests.lapse('e');
select tests.checked_out('f', 4, 2);
select tests.pay(tests.id('f'));
select tests.pay(tests.id('e'));
select tests.returned('e');
-- refunded > expired
select tests.came_back('e');
-- pending_payment > partially_paid > confirmed; expired > partially_paid > canceled
select tests.planned('g', 5, 3);
select tests.pay(tests.id('g'));
select tests.as_guest(5);
select app_public.open_payment(tests.id('g'));
select tests.pay(tests.id('g'));
select tests.planned('h', 6, 4);
select tests.lapse('h');
select tests.pay(tests.id('h'));
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('h'));
-- draft > pending_approval > pending_payment, canceled, expired
select app_public.set_category_approval(c.id, true)
from app_public.ticket_categories as c
where c.event_id = tests.id('theatre.event');
select tests.checked_out('i', 7, 5);
select tests.checked_out('j', 7, 6);
select tests.checked_out('k', 8, 7);
select tests.sign_in('theatre owner');
select app_public.approve_booking(tests.id('i'));
select app_public.decline_booking(tests.id('j'), 'x');
select tests.lapse('k');
-- pending_payment > draft; pending_payment > pending_approval
select app_public.set_category_approval(c.id, true, capture_method => 'manual')
from app_public.ticket_categories as c
where c.event_id = tests.id('theatre.event');
select tests.checked_out('q', 13, 13);
select app_public.reopen_checkout(tests.id('q'));
select app_public.start_checkout(tests.id('q'), 'x@example.com');
select tests.stripe_says(tests.id('q'), 'requires_capture');
select tests.sign_in('theatre owner');
select app_public.set_category_approval(c.id, true)
from app_public.ticket_categories as c
where c.event_id = tests.id('theatre.event');
-- fraud_hold > pending_payment, canceled, expired, pending_approval
select tests.rule('look', 'amount', 'review', amount_cents => 1, amount_currency => 'EUR');
select tests.checked_out('l', 9, 8);
select tests.sign_in('theatre owner');
select app_public.approve_fraud_review(tests.id('l'));
select app_public.set_category_approval(c.id, false)
from app_public.ticket_categories as c
where c.event_id = tests.id('theatre.event');
select tests.checked_out('m', 10, 9);
select tests.checked_out('n', 11, 10);
select tests.checked_out('o', 12, 11);
select tests.sign_in('theatre owner');
select app_public.approve_fraud_review(tests.id('m'));
select app_public.reject_fraud_review(tests.id('n'));
select tests.lapse('o');
select tests.as_owner();
update app_public.fraud_detection_rules set is_enabled = false;
-- draft > confirmed
select tests.sign_in('theatre owner');
select tests.keep('p', (app_public.hold_for_customer(
  tests.id('theatre.performance'), 'x@example.com', seat_ids => tests.seats(12)
)).id);
select app_public.checkout_for_customer(tests.id('p'), 'complimentary', 'x');
-- confirmed > completed
select tests.as_owner();
update app_public.performances
set starts_at = now() - interval '3 days', ends_at = now() - interval '2 days'
where id = tests.id('theatre.performance');
select is(app_private.complete_performances(), 1, 'the performance is over');
select cmp_ok(app_private.complete_bookings(2), '=', 2, 'its bookings are completed in batches');
select app_private.complete_bookings() from generate_series(1, 3);
select is(app_private.complete_bookings(), 0, 'until there is none');

-- completed > canceled
select tests.sign_in('theatre owner');
select app_public.refund_tickets(b.id, 'It was a bad show.')
from app_public.bookings as b
where b.performance_id = tests.id('theatre.performance') and b.status = 'completed'
order by b.id
limit 1;
select tests.as_owner();

-- Disputes have a story of their own.
select results_eq(
  $$ select distinct from_status, to_status from app_public.booking_state_transitions
    where from_status is not null order by 1, 2 $$,
  $$ select from_status, to_status from app_public.booking_status_transitions
    where 'disputed' not in (from_status, to_status) order by 1, 2 $$,
  'these were all listed moves, and no others'
);
select tests.consistent();
