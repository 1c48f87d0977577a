-- If this fails, a review loses the seats or keeps them for ever, a refused buyer is charged or told
-- the rule, or a rule's rate is not what its judges found.
select plan(97);

select tests.create_theatre();
select tests.create_theatre('rival');
update app_public.fraud_detection_rules set is_enabled = false;
select tests.rule('look', 'amount', 'review', amount_cents => 10000, amount_currency => 'EUR',
  severity => 'high');
select tests.rule('tell', 'amount', 'alert', amount_cents => 10000, amount_currency => 'EUR');
select tests.rule('mark', 'amount', 'flag', amount_cents => 10000, amount_currency => 'EUR',
  severity => 'low');

-- Under review.
select is(
  tests.buys(1, 'a@example.com', '{}', 2), 'look, tell, mark: fraud_hold',
  'the strongest of three rules wants a person to look at it'
);
select tests.keep('first', tests.id('last'));
select is(
  (
    select (a.score, a.action)::text from app_public.risk_assessments as a
    where a.booking_id = tests.id('first')
  ),
  '(85,review)', 'the score is the sum of the points'
);
select is(
  (
    select array_agg((f ->> 'points')::integer order by (f ->> 'points')::integer)
    from app_public.risk_assessments as a, jsonb_array_elements(a.factors) as f
  ),
  array[10, 25, 50], 'and says where they come from'
);
select is(tests.seat_status(tests.id('theatre.performance'), 1, 2), 'locked', 'the seats are kept');
select is(
  (select b.expires_at from app_public.bookings as b where b.id = tests.id('first')),
  now() + interval '1 day', 'for a day'
);
select is_empty('select from app_public.payment_intents', 'nothing is asked for yet');
select is((select count(*) from app_public.fraud_alerts), 2::bigint, 'two rules tell of it');
select is(tests.jobs('fraud_alert__announce'), 2::bigint, 'by a job each');
select tests.consistent();
select tests.as_role('lml_worker');
select is(
  (select array_agg(app_private.announce_fraud_alert(a)) from unnest(array[uuidv7()]) as a),
  array[false], 'what is not there is not announced'
);
select tests.as_owner();
select is(
  (
    select array_agg(app_private.announce_fraud_alert(a.id) order by n, a.id)
    from app_public.fraud_alerts as a, generate_series(1, 2) as n
  ),
  array[true, true, false, false], 'what is there, once'
);

-- What the buyer sees of it.
select tests.as_guest(1);
select is(tests.status(tests.id('first')), 'fraud_hold', 'the buyer sees the status');
select is(
  tests.visible('app_public.risk_assessments') || tests.visible('app_public.fraud_alerts')
    || tests.visible('app_public.fraud_detection_rules'),
  'denieddenieddenied', 'and nothing of what was found'
);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('first'), 'a@example.com') $$, 'LMBST',
  'there is no second checkout'
);
select tests.refused(
  $$ select app_public.hold_seats(tests.id('theatre.performance'), tests.seats(9),
    tests.id('first')) $$, 'LMBST', 'nor another seat'
);
select tests.as_guest(2);
select tests.refused(
  $$ select app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1)) $$, 'LMTKN',
  'others do not get the seats'
);

-- Whose business it is.
select is(tests.attempt_as(w.name, w.statement), w.code, format('%s: %s', w.name, w.statement))
from (values
  ('theatre manager', 'LMRGT'), ('theatre support', 'LMRGT'), ('theatre viewer', 'LMRGT'),
  ('rival owner', 'LMNFD'), ('eve', 'LMNFD')
) as who (name, code)
cross join lateral (
  select who.name, s.statement, who.code
  from (values
    ('select app_public.approve_fraud_review(tests.id(''first''))'),
    ('select app_public.reject_fraud_review(tests.id(''first''))'),
    ('select app_public.set_fraud_rule_enabled(tests.id(''look''), false)')
  ) as s (statement)
) as w;
select tests.as_owner();
select tests.keep('alert', a.id), tests.keep('other alert', b.id)
from app_public.fraud_alerts as a, app_public.fraud_alerts as b
where a.rule_id = tests.id('tell') and b.rule_id = tests.id('look');
select is(
  tests.attempt_as('theatre manager', s.statement), 'LMRGT', 'a manager: ' || s.statement
)
from (values
  ('select app_public.assign_fraud_alert(tests.id(''alert''))'),
  ('select app_public.add_fraud_alert_note(tests.id(''alert''), ''x'')'),
  ('select app_public.resolve_fraud_alert(tests.id(''alert''), ''confirmed'')')
) as s (statement);
select is(
  tests.attempt_as('rival owner', 'select app_public.resolve_fraud_alert(tests.id(''alert''),
    ''confirmed'')'),
  'LMNFD', 'another tenant''s owner'
);
select tests.sign_in('theatre manager');
select is(
  (select count(*) from app_public.risk_assessments)
    + (select count(*) from app_public.fraud_alerts), 3::bigint, 'a manager reads'
);
select is(
  (select false_positive_rate from app_public.fraud_detection_rules where id = tests.id('look')),
  null, 'a rule that nobody has judged has no rate'
);
select tests.sign_in('rival owner');
select is(
  tests.visible('app_public.risk_assessments') || tests.visible('app_public.fraud_alerts'), '00',
  'another tenant does not'
);
select is_empty(
  $$ select from app_public.fraud_detection_rules where organization_id is not null $$,
  'and sees the platform''s rules only'
);

-- The investigation.
select tests.sign_in('theatre admin');
select tests.refused(
  $$ select app_public.assign_fraud_alert(tests.id('alert'), tests.user_id('theatre viewer')) $$,
  'LMINP', 'nobody looks into what they may not see'
);
select is(
  (
    app_public.assign_fraud_alert(tests.id('alert'), tests.user_id('theatre manager'))
  ).status::text,
  'assigned', 'an alert is assigned'
);
select is(
  (app_public.assign_fraud_alert(tests.id('alert'))).status::text, 'open', 'and given back'
);
select tests.as_owner();
insert into app_public.member_permissions (organization_id, member_id, permission)
select m.organization_id, m.id, 'risk.read'
from app_public.organization_members as m where m.user_id = tests.user_id('theatre viewer');
select tests.sign_in('theatre admin');
select is(
  (app_public.assign_fraud_alert(tests.id('alert'), tests.user_id('theatre viewer'))).assigned_to,
  tests.user_id('theatre viewer'), 'but whoever was given the right in person does'
);
select tests.as_owner();
update app_public.organization_members set venues_restricted = true
where user_id = tests.user_id('theatre manager');
select tests.sign_in('theatre admin');
select tests.refused(
  $$ select app_public.assign_fraud_alert(tests.id('alert'), tests.user_id('theatre manager')) $$,
  'LMINP', 'and nobody who is restricted to venues'
);
select is(
  (app_public.assign_fraud_alert(tests.id('alert'), null)).assigned_to, null, 'given back again'
);
select tests.as_owner();
update app_public.organization_members set venues_restricted = false
where user_id = tests.user_id('theatre manager');
select tests.sign_in('theatre admin');
select is(
  (app_public.add_fraud_alert_note(tests.id('alert'), 'Called them.')).note, 'Called them.',
  'a note is written'
);
select tests.refused(
  $$ select app_public.add_fraud_alert_note(tests.id('alert'), '') $$, 'LMINP', 'not an empty one'
);
select tests.as_owner();
select tests.refused(
  'update app_public.fraud_alert_notes set note = ''x''', 'LMAPP', 'and stays as it is'
);

-- Not while the platform has stopped all sales.
select tests.as_owner();
insert into app_public.platform_staff (user_id, role)
values (tests.user_id('root'), 'admin'), (tests.user_id('guard'), 'security');
select tests.sign_in('guard');
select app_public.suspend_organization(tests.id('theatre.organization'), 'A fraud.');
select tests.sign_in('theatre admin');
select tests.refused(
  $$ select app_public.approve_fraud_review(tests.id('first')) $$, 'LMORG',
  'a suspended organization sells nothing by approving it'
);
select is(tests.status(tests.id('first')), 'fraud_hold', 'which stays as it is');
select tests.sign_in('guard');
select app_public.reactivate_organization(tests.id('theatre.organization'));

-- Approved: everything that was found was a false positive.
select tests.sign_in('theatre admin');
select is(
  (app_public.approve_fraud_review(tests.id('first'), 'A school class.')).status::text,
  'pending_payment', 'the booking is approved'
);
select tests.refused(
  $$ select app_public.approve_fraud_review(tests.id('first')) $$, 'LMBST', 'once'
);
select tests.refused(
  $$ select app_public.resolve_fraud_alert(tests.id('alert'), 'confirmed') $$, 'LMALC',
  'its alerts are closed'
);
select is(
  (
    select string_agg(r.rule_name || ' ' || r.false_positives || ' ' || r.false_positive_rate, ', '
      order by r.rule_name)
    from app_public.fraud_detection_rules as r where r.false_positives > 0
  ),
  'look 1 1.0000, tell 1 1.0000', 'and count as wrong'
);
select is(
  (select string_agg(n.note, ' ' order by n.id) from app_public.fraud_alert_notes as n
    where n.alert_id = tests.id('alert')),
  'Called them. A school class.', 'with a note'
);
select tests.as_owner();
select is(tests.jobs('payment_intent__create'), 1::bigint, 'the payment is asked for');
select is(tests.pay(tests.id('first')), 'applied', 'it arrives');
select is(tests.status(tests.id('first')), 'confirmed', 'and the booking is confirmed');
select tests.consistent();

-- Rejected: everything that was found was right.
select tests.buys(2, 'b@example.com', '{}', 2);
select tests.keep('second', tests.id('last'));
select tests.sign_in('theatre owner');
select is(
  (app_public.reject_fraud_review(tests.id('second'))).status::text, 'canceled', 'rejected'
);
select tests.as_owner();
select is(
  tests.seat_status(tests.id('theatre.performance'), 3, 4), 'available', 'the seats are free again'
);
select is(
  (select (true_positives, false_positives, false_positive_rate)::text
    from app_public.fraud_detection_rules where id = tests.id('look')),
  '(1,1,0.5000)', 'the rule was right in one of two'
);
select tests.consistent();

-- Nobody decides: it lets go by itself.
update app_public.organization_settings set fraud_review_seconds = 3600;
select tests.buys(3, 'c@example.com', '{}', 2);
select tests.keep('third', tests.id('last'));
select is(
  (select b.expires_at from app_public.bookings as b where b.id = tests.id('third')),
  now() + interval '1 hour', 'the limit is a setting'
);
select tests.run_out(tests.id('third'));
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select app_public.approve_fraud_review(tests.id('third')) $$, 'LMEXP', 'too late to approve'
);
select tests.as_guest(4);
select lives_ok(
  $$ select tests.keep('fourth', (app_public.hold_seats(tests.id('theatre.performance'),
    tests.seats(3))).id) $$, 'another buyer takes a seat before any sweep'
);
select tests.as_owner();
select is(app_private.expire_bookings(), 1, 'the sweep ends it');
select is(tests.status(tests.id('third')), 'expired', 'as any other');
select is(tests.seat_status(tests.id('theatre.performance'), 4), 'available', 'and frees the rest');
select is(
  (select string_agg(a.status::text, ',') from app_public.fraud_alerts as a
    where a.booking_id = tests.id('third')),
  'open,open', 'what was found is still to be judged'
);
select tests.sign_in('theatre owner');
select is(
  (
    select (app_public.resolve_fraud_alert(a.id, 'false_positive', 'Harmless.')).status::text
    from app_public.fraud_alerts as a
    where a.booking_id = tests.id('third') and a.rule_id = tests.id('tell')
  ),
  'dismissed', 'a false alarm is dismissed'
);
select is(
  (
    select (app_public.resolve_fraud_alert(a.id, 'confirmed')).status::text
    from app_public.fraud_alerts as a
    where a.booking_id = tests.id('third') and a.rule_id = tests.id('look')
  ),
  'resolved', 'a right one is resolved'
);
select is(
  (
    select string_agg(rule_name || ' ' || false_positive_rate, ', ' order by rule_name)
    from app_public.fraud_detection_rules where true_positives + false_positives > 0
  ),
  'look 0.3333, tell 0.6667', 'the rates follow'
);
select tests.consistent();

-- The buyer gives up.
select tests.buys(5, 'e@example.com', '{}', 2);
select tests.as_guest(5);
select is(
  (app_public.cancel_booking(tests.id('last'))).status::text, 'canceled', 'a buyer need not wait'
);

-- Refused.
select tests.rule('never', 'amount', 'block', amount_cents => 10000, amount_currency => 'EUR',
  severity => 'critical');
select is(
  tests.buys(6, 'f@example.com', '{}', 2), 'look, tell, mark, never: canceled',
  'a blocked booking is canceled'
);
select is(
  (select (b.cancellation_reason, b.expires_at)::text from app_public.bookings as b
    where b.id = tests.id('last')),
  '("The order was not accepted.",)', 'without a word about the rule'
);
select is(
  (select a.score from app_public.risk_assessments as a where a.booking_id = tests.id('last')),
  100::smallint, 'the score, which ends at 100, is there'
);
select is(
  (select string_agg(a.action::text, ',' order by a.action) from app_public.fraud_alerts as a
    where a.booking_id = tests.id('last')),
  'alert,review,block', 'and so are the alerts'
);
select is_empty(
  $$ select from app_public.payment_intents where booking_id = tests.id('last') $$,
  'no payment is asked for'
);
select is(
  tests.seat_status(tests.id('theatre.performance'), 4, 5, 6), 'available', 'the seats are free'
);
select is(
  tests.buys(6, 'f@example.com', '{}', 1), 'nothing: pending_payment', 'a smaller order is accepted'
);
select tests.consistent();

-- Nobody decides about an order of their own.
select tests.sign_in('theatre admin');
select tests.keep('own', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.free_seats(2))
).id);
select tests.as_owner();
update app_public.fraud_detection_rules set is_enabled = false where rule_name = 'never';
select tests.sign_in('theatre admin');
select is(
  (app_public.start_checkout(tests.id('own'), 'someone@example.com')).status::text, 'fraud_hold',
  'a member buys as anybody does'
);
select tests.as_owner();
select tests.keep('own alert', a.id) from app_public.fraud_alerts as a
where a.booking_id = tests.id('own') and a.rule_id = tests.id('tell');
select tests.sign_in('theatre admin');
select tests.refused(s.statement, 'LMRGT', s.statement)
from (values
  ('select app_public.approve_fraud_review(tests.id(''own''))'),
  ('select app_public.reject_fraud_review(tests.id(''own''))'),
  ('select app_public.resolve_fraud_alert(tests.id(''own alert''), ''false_positive'')')
) as s (statement);
select is(tests.status(tests.id('own')), 'fraud_hold', 'and it stays under review');
select tests.sign_in('theatre owner');
select is(
  (app_public.approve_fraud_review(tests.id('own'))).status::text, 'pending_payment',
  'somebody else decides'
);
select tests.as_owner();
select tests.buys(7, 'THEATRE.ADMIN@example.com', '{}', 2);
select tests.keep('own cart', tests.id('last'));
select is(
  (select u.email::text from app_public.users as u where u.id = tests.user_id('theatre admin')),
  'theatre.admin@example.com', 'the address of the admin'
);
select tests.sign_in('theatre admin');
select tests.refused(
  $$ select app_public.approve_fraud_review(tests.id('own cart')) $$, 'LMRGT',
  'an order for the own address is an own one, without an account, too'
);
-- Changing the address of the account between buying and deciding makes it nobody else's.
select tests.as_owner();
insert into app_public.customers (organization_id, user_id, email)
values (
  tests.id('theatre.organization'), tests.user_id('theatre admin'), 'old.admin@example.com'
);
select tests.buys(9, 'old.admin@example.com', '{}', 2);
select tests.keep('old address', tests.id('last'));
select tests.sign_in('theatre admin');
select tests.refused(
  $$ select app_public.approve_fraud_review(tests.id('old address')) $$, 'LMRGT',
  'an order for an address that was one''s own is an own one'
);
select tests.as_owner();
update app_public.customers set user_id = null where email = 'old.admin@example.com';
select tests.sign_in('theatre admin');
select is(
  (app_public.approve_fraud_review(tests.id('old address'))).status::text, 'pending_payment',
  'control: an order of somebody unknown is not'
);

-- In the audit log.
select tests.as_owner();
select set_eq(
  $$ select l.entity_type || ' ' || l.action from app_public.audit_log as l
    where l.entity_type like 'fraud%' and l.organization_id = tests.id('theatre.organization') $$,
  array[
    'fraud_detection_rules insert', 'fraud_detection_rules update', 'fraud_alerts insert',
    'fraud_alerts update'
  ], 'rules and alerts are audited'
);
select results_eq(
  $$ select l.user_id, l.old_values, l.new_values from app_public.audit_log as l
    where l.entity_id = tests.id('never') and l.action = 'update' $$,
  $$ values (null::uuid, '{"is_enabled": true}'::jsonb, '{"is_enabled": false}'::jsonb) $$,
  'with what was switched off'
);
select is(
  (
    select l.user_id from app_public.audit_log as l
    where l.entity_id = tests.id('own alert') and l.action = 'update'
  ),
  tests.user_id('theatre owner'), 'and who closed an alert'
);
select tests.consistent();
