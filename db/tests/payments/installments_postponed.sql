-- If this fails, who pays in parts loses their seats for not paying for a date that has no day.
select plan(15);

select tests.create_theatre();
create function tests.elapse(name text, days integer) returns void
language sql volatile security definer set search_path = '' as $$
  update app_public.booking_payment_schedule as s
  set due_at = s.due_at - make_interval(days => elapse.days),
    remind_at = s.remind_at - make_interval(days => elapse.days),
    cancel_at = s.cancel_at - make_interval(days => elapse.days)
  where s.booking_id = tests.id(elapse.name)
$$;
create function tests.parts(name text) returns text
language sql stable security definer set search_path = '' as $$
  select string_agg(
    format('%s:%s', s.installment_no, s.status), ' ' order by s.installment_no
  )
  from app_public.booking_payment_schedule as s where s.booking_id = tests.id(parts.name)
$$;
grant execute on all functions in schema tests to public;
select tests.sign_in('theatre manager');
select tests.keep('halves', (
  app_public.create_payment_plan(
    tests.id('theatre.event'), 'Halves', 1, deposit_percentage => 50, first_due_days => 7,
    reminder_days => 2, grace_days => 3
  )
).id);
select tests.in_parts('a', 1, 1, 2);
select tests.pay(tests.id('a'));
select tests.in_parts('late', 2, 3);
select tests.pay(tests.id('late'));
select tests.elapse('late', 8);
select is(app_private.follow_up_installments(), 1, 'one is overdue');

select tests.sign_in('theatre manager');
select app_public.postpone_performance(tests.id('theatre.performance'));
select tests.as_owner();
select tests.elapse('a', 20);
select tests.elapse('late', 20);
select is(app_private.follow_up_installments(), 0, 'while there is no day, nothing is due');
select is(
  (select count(*) from app_private.outgoing_emails as e where e.template = 'installment_due'),
  0::bigint, 'nobody is reminded'
);
select is(tests.parts('a'), '0:paid 1:pending', 'nothing overdue');
select is(tests.status(tests.id('late')), 'partially_paid', 'and nobody loses seats');
select tests.as_guest(1);
select is(
  (select s.status::text from app_public.open_payment(tests.id('a')) as s), 'pending',
  'who wants to may pay'
);

-- With another day, everybody has all of their time again.
select tests.sign_in('theatre manager');
select app_public.postpone_performance(
  tests.id('theatre.performance'), now() + interval '90 days'
);
select tests.as_owner();
select is(app_private.follow_up_installments(), 1, 'what was due meanwhile is overdue now');
select is(
  array[tests.parts('a'), tests.parts('late')],
  array['0:paid 1:overdue', '0:paid 1:overdue'], 'and not over'
);
select is(
  (
    select array_agg(distinct s.cancel_at - now())
    from app_public.booking_payment_schedule as s where s.status = 'overdue'
  ),
  array['3 days'::interval], 'there are three days of grace from then on'
);
select tests.elapse('late', 4);
select is(app_private.follow_up_installments(), 1, 'and after them');
select is(tests.status(tests.id('late')), 'canceled', 'the seats are free');

-- A pass has no day while one of its dates has none.
select tests.as_owner();
select tests.create_festival();
select tests.sign_in('theatre manager');
select tests.keep('passes', (
  app_public.create_payment_plan(
    tests.id('festival.event'), 'Halves', 1, deposit_percentage => 50, first_due_days => 7,
    grace_days => 3
  )
).id);
select tests.as_guest(4);
select tests.keep('pass', tests.attend('pass', 1));
select app_public.choose_payment_plan(tests.id('pass'), tests.id('passes'));
select app_public.start_checkout(tests.id('pass'), 'pass@example.com');
select tests.as_owner();
select tests.pay(tests.id('pass'));
select tests.elapse('pass', 8);
select is(app_private.follow_up_installments(), 1, 'a pass is overdue');
select tests.sign_in('theatre manager');
select app_public.postpone_performance(tests.id('festival.friday'));
select tests.as_owner();
select tests.elapse('pass', 20);
select is(app_private.follow_up_installments(), 0, 'which waits for a day of its date');
select tests.sign_in('theatre manager');
select app_public.postpone_performance(
  tests.id('festival.friday'), now() + interval '90 days'
);
select tests.as_owner();
select is(app_private.follow_up_installments(), 0, 'and then has all of the grace again');
select is(tests.status(tests.id('pass')), 'partially_paid', 'with its places');
