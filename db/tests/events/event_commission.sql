-- If this fails, everybody sees what the platform takes from whom.
select plan(11);

select tests.create_theatre();
select tests.create_theatre('rival');
select is(
  tests.attempt_as(w.who, $$ select app_public.event_commission(tests.id('theatre.event')) $$),
  w.outcome, w.who || ' is told: ' || w.outcome
)
from (values
  ('theatre owner', 'done'), ('theatre viewer', 'done'), ('rival owner', 'LMNFD'), ('eve', 'LMNFD')
) as w (who, outcome);
select tests.sign_in('theatre manager');
select is(
  app_public.event_commission(tests.id('theatre.event')), 10.0000, 'members know the commission'
);
select tests.refused('select app_public.event_commission(null)', 'LMNFD', 'there is no such event');
select tests.refused(
  'select commission_percentage from app_public.events', '42501', 'in the table nobody reads it'
);
select tests.refused('select e from app_public.events as e', '42501', 'nor with the whole row');
select tests.as_guest(1);
select tests.refused(
  'select commission_percentage from app_public.events', '42501', 'guests do not either'
);
select tests.refused(
  $$ select app_public.event_commission(tests.id('theatre.event')) $$, '42501', 'and cannot ask'
);
select is(
  (select title from app_public.events where id = tests.id('theatre.event')), 'theatre.event',
  'control: all else is public'
);
