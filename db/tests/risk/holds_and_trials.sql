-- If this fails, a hold is not refused where a rule says so, or is where none does; a rule is made
-- that asks nothing; or a rule that is tried over history says something else than what happened.
select plan(56);

select tests.create_theatre();
select tests.create_theatre('rival');
update app_public.fraud_detection_rules set is_enabled = false;

-- No rule at holds: nothing is recorded.
select is_empty(
  'select from app_public.events where screens_holds', 'events do not ask at holds by themselves'
);
select tests.as_guest(1);
select tests.keep(
  'one', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(1))).id
);
select tests.as_owner();
select is_empty('select from app_private.booking_signals', 'a hold records nothing');

-- A rule at holds.
select tests.rule('grab', 'seat_hoarding', 'block', 4, 600, stage => 'hold');
select results_eq(
  $$ select title from app_public.events where screens_holds $$, $$ values ('theatre.event') $$,
  'the organization''s events ask from now on'
);
select tests.create_event('theatre', 'next.event');
select tests.create_event('rival', 'theirs.event');
select is(
  (select string_agg(title, ',' order by title) from app_public.events where screens_holds),
  'next.event,theatre.event', 'new ones, too, and no one else''s'
);
select tests.as_guest(2);
select tests.keep(
  'two', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(2, 3))).id
);
select lives_ok(
  $$ select app_public.hold_seats(tests.id('theatre.performance'), tests.seats(4),
    tests.id('two')) $$, 'three seats are not four'
);
select throws_ok(
  $$ select app_public.hold_seats(tests.id('theatre.performance'), tests.seats(5),
    tests.id('two')) $$, 'LMRSK', 'These seats cannot be held for you now.', 'a fourth is refused'
);
select tests.refused(
  $$ select app_public.hold_seats(tests.id('theatre.performance'), tests.seats(5)) $$, 'LMRSK',
  'and with another booking, too'
);
select tests.as_owner();
select is(
  tests.seat_status(tests.id('theatre.performance'), 5), 'available', 'the seat stays free'
);
select is((select count(*) from app_private.booking_signals), 2::bigint, 'holds are recorded');
select tests.sign_in('ada');
select is(
  app_public.acquire_seat_lock(
    tests.id('theatre.event'), (tests.seats(6))[1], tests.user_id('ada')
  ),
  true, 'somebody else may hold, seat by seat'
);
select is(
  (select array_agg(app_public.acquire_seat_lock(
    tests.id('theatre.event'), (tests.seats(n))[1], tests.user_id('ada')
  )) from generate_series(7, 8) as n),
  array[true, true], 'up to the limit'
);
select tests.refused(
  $$ select app_public.acquire_seat_lock(
    tests.id('theatre.event'), (tests.seats(9))[1], tests.user_id('ada')) $$,
  'LMRSK', 'and no further'
);
select tests.sign_in('theatre owner');
select is(
  (app_public.set_fraud_rule_enabled(tests.id('grab'), false)).is_enabled, false, 'disabled'
);
select tests.as_owner();
select is_empty(
  'select from app_public.events where screens_holds', 'the events do not ask any more'
);
select tests.sign_in('ada');
select is(
  app_public.acquire_seat_lock(
    tests.id('theatre.event'), (tests.seats(9))[1], tests.user_id('ada')
  ),
  true, 'and the seat is held'
);
select tests.consistent();

-- Rules of the platform.
insert into app_public.platform_staff (user_id, role)
values (tests.user_id('guard'), 'security'), (tests.user_id('clerk'), 'support');
select tests.sign_in('theatre owner');
select is_empty(
  'select from app_public.fraud_detection_rules where organization_id is null',
  'whoever founds an organization does not see them'
);
select tests.as_owner();
update app_public.organizations set verification_status = 'verified'
where id = tests.id('theatre.organization');
select tests.sign_in('theatre owner');
select is(
  (select count(*) from app_public.fraud_detection_rules where organization_id is null),
  9::bigint, 'a verified one does'
);
select tests.refused(
  format('select tests.sign_in(%L); %s', who.name, what.statement), who.code, who.name
)
from (values
  ('clerk', 'LMRGT'), ('theatre owner', 'LMRGT'), ('eve', 'LMRGT')
) as who (name, code),
(values
  ('select app_public.create_fraud_rule(''all'', ''disposable_email'', ''low'', ''flag'')'),
  (
    'select app_public.set_fraud_rule_enabled((select id from app_public.fraud_detection_rules '
    'where organization_id is null limit 1), true)'
  )
) as what (statement)
where who.name <> 'eve' or what.statement like '%create%';
select tests.sign_in('guard');
select lives_ok(
  $$ select tests.keep('all', (app_public.create_fraud_rule('all', 'velocity_user', 'low', 'block',
    trigger_count => 50, window_seconds => 60, stage => 'hold')).id) $$,
  'the platform''s security staff make rules for all'
);
select tests.as_owner();
select is(
  (select bool_and(screens_holds) from app_public.events), true, 'which all events then ask'
);
select tests.sign_in('guard');
select app_public.set_fraud_rule_enabled(tests.id('all'), false);
select tests.as_owner();
select is(
  (select bool_or(screens_holds) from app_public.events), false, 'and no longer'
);
select tests.sign_in('guard');
select tests.refused(
  $$ select app_public.set_fraud_rule_enabled(tests.id('grab'), true) $$, 'LMNFD',
  'an organization''s rules are its own'
);

-- Rules that ask nothing, or too much.
select tests.sign_in('theatre owner');
select tests.refused(
  format(
    'select app_public.create_fraud_rule(%s, organization_id => tests.id(''theatre.organization''))',
    r.definition
  ),
  r.code, r.definition
)
from (values
  ('''x'', ''velocity_user'', ''low'', ''flag''', 'LMINP'),
  ('''x'', ''velocity_user'', ''low'', ''flag'', trigger_count => 3', 'LMINP'),
  ('''x'', ''velocity_user'', ''low'', ''flag'', trigger_count => 0, window_seconds => 9', 'LMINP'),
  ('''x'', ''velocity_user'', ''low'', ''flag'', trigger_count => 1, window_seconds => 0', 'LMINP'),
  ('''x'', ''amount'', ''low'', ''flag''', 'LMINP'),
  ('''x'', ''amount'', ''low'', ''flag'', amount_cents => 1', 'LMINP'),
  ('''x'', ''amount'', ''low'', ''flag'', amount_cents => 1, amount_currency => ''XXY''', 'LMCUR'),
  ('''x'', ''disposable_email'', ''low'', ''flag'', amount_cents => 1, amount_currency => ''EUR''',
    'LMINP'),
  ('''x'', ''disposable_email'', ''low'', ''block'', stage => ''hold''', 'LMINP'),
  ('''x'', ''velocity_user'', ''low'', ''flag'', trigger_count => 1, window_seconds => 9, '
    || 'stage => ''hold''', 'LMINP'),
  ('''grab'', ''disposable_email'', ''low'', ''flag''', 'LMINP'),
  (''''', ''disposable_email'', ''low'', ''flag''', 'LMINP'),
  ('''x'', null, ''low'', ''flag''', 'LMINP')
) as r (definition, code);
select is(
  (
    select count(distinct (app_public.create_fraud_rule(
      'twice', 'disposable_email', 'low', 'flag', tests.id('theatre.organization'),
      idempotency_key => 'k'
    )).id)
    from generate_series(1, 2)
  ),
  1::bigint, 'a retry makes no second rule'
);
select tests.as_owner();
select tests.sell('r', 'rival', 9, 1);
select tests.refused(
  format(
    $$ insert into app_public.fraud_alerts (organization_id, booking_id, rule_id, severity, action,
      risk_score) values (%L, tests.id('r'), tests.id('grab'), 'low', 'alert', 1) $$,
    tests.id('rival.organization')
  ),
  'LMNFD', 'an alert of one tenant by a rule of another'
);

-- Tried over history.
delete from app_private.booking_signals;
select tests.rule('live', 'velocity_user', 'flag', 2, 3600);
select tests.tries(21, 'u@example.com');
select tests.tries(21, 'v@example.com');
select tests.keep('caught', tests.id('last'));
select tests.tries(22, 'w@example.com');
create temporary table before as select tests.fingerprint() as fingerprint;
grant select on before to public;
create function tests.trial(definition text) returns text
language plpgsql volatile as $$
declare
  v_caught text;
begin
  perform tests.sign_in('theatre support');
  execute format(
    'select coalesce(string_agg(c.booking_id::text, '','' order by c.caught_at), ''nothing'')
    from app_public.try_fraud_rule(tests.id(''theatre.organization''), now() - interval ''1 day'',
      now() + interval ''1 day'', %s) as c', trial.definition
  ) into v_caught;
  perform tests.as_owner();
  return v_caught;
end
$$;
select is(
  tests.trial('rule_id => tests.id(''live'')'), tests.id('caught')::text,
  'a rule that is there would have caught what it did catch'
);
select is(
  tests.trial('rule_type => ''velocity_user'', trigger_count => 2, window_seconds => 3600'),
  tests.id('caught')::text, 'one that is not there, too'
);
select is(
  tests.trial('rule_type => ''velocity_user'', trigger_count => 3, window_seconds => 3600'),
  'nothing', 'a milder one nothing'
);
select is(
  tests.trial('rule_type => ''amount'', amount_cents => 1, amount_currency => ''USD'''),
  'nothing', 'nor one in another currency'
);
select is(tests.fingerprint(), fingerprint, 'and nothing has changed') from before;
select tests.sign_in('theatre owner');
select tests.refused(
  format(
    'select * from app_public.try_fraud_rule(tests.id(''theatre.organization''), %s)', r.arguments
  ),
  r.code, r.arguments
)
from (values
  ('now(), now(), tests.id(''live'')', 'LMINP'),
  ('now() - interval ''2 years'', now(), tests.id(''live'')', 'LMINP'),
  ('null, now(), tests.id(''live'')', 'LMINP'),
  ('now() - interval ''1 day'', now()', 'LMINP'),
  ('now() - interval ''1 day'', now(), rule_type => ''amount''', 'LMINP'),
  ('now() - interval ''1 day'', now(), rule_type => ''velocity_user''', 'LMINP'),
  ('now() - interval ''1 day'', now(), uuidv7()', 'LMNFD')
) as r (arguments, code);
select is(
  tests.attempt_as(w.name,
    'select app_public.try_fraud_rule(tests.id(''theatre.organization''), now() - interval ''1 day'','
    ' now(), tests.id(''live''))'),
  w.code, w.name
)
from (values ('rival owner', 'LMNFD'), ('theatre viewer', 'LMRGT')) as w (name, code);
