-- If this fails, people travel to a show that does not take place, or are told twice.
select plan(26);

select tests.create_theatre();
create function tests.mails()
returns text
language sql stable security definer set search_path = ''
return (
  select string_agg(format('%s %s', e.recipient, e.template), ', ' order by e.created_at, e.id)
  from app_private.outgoing_emails as e where e.template like 'performance%' and e.sent_at is null
);
create function tests.batch(batch_limit integer default 100)
returns integer
language sql volatile security definer set search_path = ''
return app_private.mail_notices_of(
  (select n.id from app_private.performance_notices as n where n.completed_at is null
    order by n.id limit 1), batch.batch_limit
);
create function tests.forget_mails()
returns void
language sql volatile security definer set search_path = ''
as $$ delete from app_private.outgoing_emails $$;

select tests.sell('a', 'theatre', 1, 1, 2);
select tests.sell('b', 'theatre', 2, 3);
select tests.sell('c', 'theatre', 3, 4);
select tests.sell('gone', 'theatre', 4, 5);
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('gone'));
select tests.as_owner();
update app_public.bookings set canceled_at = now() - interval '1 minute'
where id = tests.id('gone');
select tests.as_guest(5);
select tests.keep('cart', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(6))
).id);

-- Taken off, in two batches: each of them once.
select tests.sign_in('theatre owner');
select app_public.postpone_performance(tests.id('theatre.performance'), reason => 'Illness');
select tests.as_owner();
select is(
  (select count(*) from graphile_worker.jobs where task_identifier = 'performance__notify'),
  1::bigint, 'the worker is told'
) where to_regclass('graphile_worker.jobs') is not null;
select is(tests.batch(2), 2, 'a batch');
select is(
  tests.mails(), 'guest1@example.com performance_postponed, guest2@example.com performance_postponed',
  'is mailed'
);
select is(tests.batch(2), 1, 'and the rest');
select is(tests.batch(2), 0, 'and nobody else');
select is(
  (select (mails_queued, completed_at is not null)::text from app_private.performance_notices),
  '(3,t)', 'so it is done'
);
select is(
  (select app_private.mail_notices_of(id) from app_private.performance_notices), 0, 'for good'
);
select is(
  (select (variables - 'startsAt' - 'refundsUntil')::text from app_private.outgoing_emails
    where template = 'performance_postponed' and recipient = 'guest1@example.com'),
  (select jsonb_build_object(
      'event', 'theatre.event', 'reason', 'Illness', 'booking', booking_reference,
      'organization', 'theatre', 'contact', 'office@theatre.example'
    )::text
    from app_public.bookings where id = tests.id('a')),
  'with what they want to know'
);
select matches(
  (select variables ->> 'startsAt' from app_private.outgoing_emails
    where template like 'performance%' limit 1),
  '^\d{4}-\d\d-\d\d \d\d:\d\d Europe/Vienna$', 'in the time of the place'
);

-- Another date; who is in both gets both.
select tests.forget_mails();
select tests.sign_in('theatre owner');
select app_public.postpone_performance(
  tests.id('theatre.performance'), date_trunc('hour', now()) + interval '60 days'
);
select tests.as_owner();
select is(tests.batch(), 3, 'a move is told');
select is(
  tests.mails(),
  'guest1@example.com performance_moved, guest2@example.com performance_moved, '
    'guest3@example.com performance_moved',
  'to everybody'
);
select isnt(
  (select variables ->> 'newStartsAt' from app_private.outgoing_emails
    where template like 'performance%' limit 1),
  null, 'with the new date'
);
select is(tests.batch(), 0, 'once');
select tests.sign_in('theatre owner');
select app_public.postpone_performance(
  tests.id('theatre.performance'), date_trunc('hour', now()) + interval '60 days',
  reason => 'The same again'
);
select tests.as_owner();
select is(
  (select count(*) from app_private.performance_notices where completed_at is null), 0::bigint,
  'what did not change is not told'
);

-- Whoever bought after the move knows its date.
update app_private.performance_notices set known_from = now() - interval '1 hour',
  completed_at = null, last_booking_id = null where kind = 'moved';
select tests.forget_mails();
select is(tests.batch(), 0, 'nobody is told what they knew when they bought');

-- Who was handed a ticket is told too, whoever paid.
create function tests.hand_on(seat_no integer, guest integer, address text)
returns void
language plpgsql volatile as $$
declare
  v_ticket_id uuid := (
    select t.id from app_public.tickets as t
    where t.performance_id = tests.id('theatre.performance') and t.seat_no = hand_on.seat_no
  );
begin
  perform tests.as_guest(1);
  perform app_public.offer_ticket(v_ticket_id, hand_on.address);
  perform tests.as_owner();
  update app_private.ticket_transfer_tokens
  set token_hash = app_hidden.hash_token(tests.token('offer of ' || hand_on.seat_no));
  perform tests.as_guest(hand_on.guest);
  perform app_public.accept_ticket(tests.token('offer of ' || hand_on.seat_no));
  perform tests.as_owner();
end
$$;
select tests.hand_on(1, 8, 'friend@example.com'), tests.hand_on(2, 8, 'Friend@example.com');
select tests.forget_mails();
select tests.sign_in('theatre owner');
select app_public.postpone_performance(
  tests.id('theatre.performance'), date_trunc('hour', now()) + interval '90 days'
);
select tests.as_owner();
select is(tests.batch(), 3, 'three bookings');
select is(tests.batch(), 0, 'once');
select is(
  tests.mails(),
  'guest1@example.com performance_moved, friend@example.com performance_moved, '
    'guest2@example.com performance_moved, guest3@example.com performance_moved',
  'and a friend with two tickets, once'
);
select is(
  (
    select variables ?& array['newStartsAt', 'ticket']
      and not variables ?| array['booking', 'refundsUntil']
    from app_private.outgoing_emails where recipient = 'friend@example.com'
      and template = 'performance_moved'
  ),
  true, 'who learns nothing of the booking'
);
select tests.forget_mails();

-- Canceled: whatever order refunds and mails come in.
select tests.sign_in('theatre owner');
select tests.keep('cancellation', (
  app_public.cancel_event(tests.id('theatre.event'), 'Fire')
).id);
select tests.as_owner();
select is(tests.batch(1), 1, 'a mail before the refunds');
select app_private.cancel_bookings_of(tests.id('cancellation'));
select is(tests.batch(1), 1, 'and after them');
select is(tests.batch(), 1, 'to the last one');
select is(tests.batch(), 0, 'and not to who had canceled, or only had a cart');
select is(
  tests.mails(),
  'guest1@example.com performance_canceled, friend@example.com performance_canceled, '
    'guest2@example.com performance_canceled, guest3@example.com performance_canceled',
  'everybody was told once'
);

-- Fraud alerts reach who can do something.
select tests.forget_mails();
select tests.rule('rule', 'amount', 'alert', amount_cents => 1, amount_currency => 'EUR');
select tests.as_owner();
insert into app_public.fraud_alerts (organization_id, rule_id, booking_id, severity, action, risk_score)
select tests.id('theatre.organization'), tests.id('rule'), tests.id('a'), 'high', 'alert', 50;
select is(app_private.announce_fraud_alert(id), true, 'an alert is told') from app_public.fraud_alerts;
select app_private.announce_fraud_alert(id) from app_public.fraud_alerts;
select is(
  (select string_agg(recipient::text, ', ' order by recipient) from app_private.outgoing_emails
    where template = 'fraud_alert'),
  'theatre.admin@example.com, theatre.owner@example.com', 'once, to who has the permission'
);
