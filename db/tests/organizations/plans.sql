-- If this fails, an organization sells more than its plan allows, or is stopped before.
select plan(20);

select tests.create_theatre();
select tests.create_event('theatre', 'a.event');
select tests.create_event('theatre', 'b.event');
select tests.as_owner();
insert into app_public.platform_staff (user_id, role) values (tests.user_id('desk'), 'support');

select is(
  (
    select s.subscription_tier from app_public.organization_settings as s
    where s.organization_id = tests.id('theatre.organization')
  ), 'basic', 'who comes is a beginner'
);
select tests.sign_in('desk');
select tests.refused(
  $$ select app_public.change_organization_plan(tests.id('theatre.organization'), 'gold') $$,
  'LMINP', 'there is no such plan'
);
select tests.refused(
  $$ select app_public.change_organization_plan(tests.id('theatre.organization'), 'pro', -1) $$,
  'LMINP', 'there is no such limit'
);
select tests.refused(
  $$
    select app_public.change_organization_plan(
      tests.id('theatre.organization'), 'pro', commission_percentage => 51
    )
  $$, 'LMINP', 'there is no such commission'
);
select tests.refused(
  $$
    select app_public.change_organization_plan(
      tests.id('theatre.organization'), 'pro', commission_percentage => 5000
    )
  $$, 'LMINP', 'nor this one'
);

-- Events: one of two was published by the theatre itself.
select is(
  (app_public.change_organization_plan(
    tests.id('theatre.organization'), 'basic', 2, 150, 12.5, 'sub_1'
  )).commission_percentage, 12.5000, 'a plan of its own'
);
select tests.sign_in('theatre owner');
select lives_ok($$ select app_public.publish_event(tests.id('a.event')) $$, 'the second event');
select tests.refused(
  $$ select app_public.publish_event(tests.id('b.event')) $$, 'LMLIM', 'is the last'
);
select lives_ok(
  $$ select app_public.publish_event(tests.id('a.event')) $$,
  'what is published may be published again'
);
select tests.as_owner();
update app_public.events set published_at = now() - interval '32 days'
where id = tests.id('a.event');
select tests.sign_in('theatre owner');
select lives_ok(
  $$ select app_public.publish_event(tests.id('b.event')) $$, 'another month is another month'
);

-- Revenue: 150 in a month, of tickets without fees and taxes. Seats 1 to 12 are 50 each.
select tests.sell('one', 'theatre', 1, 1, 2);
select tests.as_guest(2);
select tests.keep('two', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(3, 4))
).id);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('two'), 'g2@example.com') $$, 'LMLIM',
  'two more are too many'
);
select is(tests.status(tests.id('two')), 'draft', 'and the cart is as it was');
select app_public.release_seats(tests.id('two'), tests.seats(4));
select lives_ok(
  $$ select app_public.start_checkout(tests.id('two'), 'g2@example.com') $$, 'one is not'
);
select tests.as_guest(3);
select tests.keep('three', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(5))
).id);
select lives_ok(
  $$ select app_public.start_checkout(tests.id('three'), 'g3@example.com') $$,
  'what is being paid does not count yet'
);
select tests.as_owner();
select tests.pay(tests.id('two'));
select tests.pay(tests.id('three'));
select is(tests.status(tests.id('three')), 'confirmed', 'and what is paid is never refused');
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('one'));
select tests.as_guest(4);
select tests.keep('four', (
  app_public.hold_seats(tests.id('theatre.performance'), tests.seats(6))
).id);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('four'), 'g4@example.com') $$, 'LMLIM',
  'a refund gives no room back'
);
select tests.sign_in('theatre owner');
select tests.keep('counter', (
  app_public.hold_for_customer(
    tests.id('theatre.performance'), 'g5@example.com', seat_ids => tests.seats(7)
  )
).id);
select tests.refused(
  $$ select app_public.checkout_for_customer(tests.id('counter'), 'cash') $$, 'LMLIM',
  'nor to staff at the counter'
);
select tests.sign_in('desk');
select app_public.change_organization_plan(tests.id('theatre.organization'), 'enterprise');
select tests.as_guest(4);
select lives_ok(
  $$ select app_public.start_checkout(tests.id('four'), 'g4@example.com') $$,
  'control: without a limit it sells'
);
select tests.as_anonymous();
select is(tests.visible('app_public.subscription_tiers'), '3', 'plans are public');
select tests.consistent();
