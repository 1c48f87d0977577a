-- If this fails, whoever took the money of one order back buys the next one unseen.
select plan(4);

select tests.create_theatre();
create function tests.checked_out(guest integer, seat integer) returns text
language plpgsql volatile as $$
declare
  v_id uuid;
begin
  perform tests.as_guest(guest);
  v_id := (
    app_public.hold_seats(tests.id('theatre.performance'), tests.seats(seat))
  ).id;
  perform app_public.start_checkout(v_id, 'guest' || guest || '@example.com');
  perform tests.as_owner();
  return tests.status(v_id);
end
$$;
select tests.sell('lost', 'theatre', 1, 1);
insert into app_public.disputes (
  organization_id, booking_id, payment_intent_id, stripe_dispute_id, status, reason,
  amount_cents, currency, opened_at, closed_at
)
select p.organization_id, p.booking_id, p.id, 'dp_1', 'lost', 'fraudulent', p.amount_cents,
  p.currency, now(), now()
from app_public.payment_intents as p;
select app_private.count_disputes(p.id) from app_public.payment_intents as p;
select app_private.settle_disputes_of(tests.id('lost'));
select is(tests.status(tests.id('lost')), 'refunded', 'an order was lost to a dispute');
select tests.sign_in('theatre owner');
select lives_ok(
  $$ select app_public.create_fraud_rule(
    organization_id => tests.id('theatre.organization'), rule_name => 'Took it back',
    rule_type => 'lost_disputes', severity => 'high', action => 'review', trigger_count => 1,
    window_seconds => 31536000
  ) $$,
  'a rule counts that'
);
select tests.as_owner();
select is(tests.checked_out(1, 2), 'fraud_hold', 'who did it before is looked at');
select is(tests.checked_out(2, 3), 'pending_payment', 'nobody else is');
