-- If this fails, a month that is closed still changes, or what comes late is lost.
select plan(49);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.keep('organization', tests.id('theatre.organization'));
create function tests.month(back integer) returns date
language sql stable as $$
  select (date_trunc('month', now() at time zone 'UTC') - back * interval '1 month')::date
$$;
-- A fact of some days after the beginning of a month.
create function tests.post(name text, back integer, amount bigint default 5) returns boolean
language plpgsql volatile as $$
declare
  v_posted boolean;
begin
  v_posted := app_private.post_to_ledger(
    tests.id('organization'), null, 'EUR', 'test:' || name, 'Test',
    array['adjustments', 'organizer_payable']::app_public.ledger_account_kind[],
    array[amount, -amount],
    least(tests.month(back)::timestamp at time zone 'UTC' + interval '3 days', now())
  );
  return v_posted;
end
$$;
create function tests.posted_in(name text) returns integer
language sql stable as $$
  select (extract(year from age(tests.month(0), t.accounting_period)) * 12
    + extract(month from age(tests.month(0), t.accounting_period)))::integer
  from app_public.ledger_transactions as t where t.source = 'test:' || name
$$;
create function tests.close(back integer, accept boolean default true) returns text
language plpgsql volatile as $$
declare
  v_status text;
begin
  perform tests.sign_in('theatre owner');
  v_status := (
    app_public.close_period(tests.id('organization'), tests.month(back), accept)
  ).status;
  perform tests.as_owner();
  return v_status;
end
$$;

grant execute on all functions in schema tests to public;

-- Members of the theatre, as the stories of policies have them.
insert into app_public.organization_members (organization_id, user_id, role)
select tests.id('theatre.organization'), tests.user_id('theatre ' || r), r::app_public.organization_role
from unnest(array['viewer', 'manager']) as r
on conflict do nothing;

-- Months open by themselves.
select is((select count(*) from app_public.accounting_periods), 0::bigint, 'no books, no months');
select is(tests.post('a', 3), true, 'something of three months ago');
select is(tests.posted_in('a'), 3, 'opens its month');
select is(tests.post('b', 0), true, 'something of now');
select is(
  (select string_agg(status::text, ' ') from app_public.accounting_periods),
  'open open open open', 'opens those between, too'
);
select is(tests.post('early', 5), true, 'something from before the books began');
select is(tests.posted_in('early'), 3, 'is posted into the first month');
select is(
  (select effective_at from app_public.ledger_transactions where source = 'test:early'),
  tests.month(3)::timestamp at time zone 'UTC', 'and counts from its beginning'
);
select is(
  (select occurred_at from app_public.ledger_transactions where source = 'test:early'),
  tests.month(5)::timestamp at time zone 'UTC' + interval '3 days', 'while it is known when it happened'
);
select is(
  app_private.post_to_ledger(
    tests.id('organization'), null, 'EUR', 'test:future', 'Test',
    array['adjustments', 'organizer_payable']::app_public.ledger_account_kind[], array[1, -1],
    now() + interval '1 year'
  ), true, 'a clock that is ahead'
);
select is(tests.posted_in('future'), 0, 'opens no months of the future');

-- Who may close.
select tests.refused(
  format('select tests.close(%s)', back), 'LMPER', why
)
from (values (2, 'not before the month before it'), (0, 'not before it has ended')) as v (back, why);
select tests.refused('select tests.close(9)', 'LMNFD', 'nor a month that has no books');
select is(
  tests.attempt_as(person, format(
    'select app_public.%s(%L, %L)', f, tests.id('organization'), tests.month(3)
  )), code, person || ': ' || f
)
from (values ('theatre viewer', 'LMRGT'), ('theatre manager', 'LMRGT'), ('rival owner', 'LMNFD'))
  as p (person, code),
  unnest(array['start_closing_period', 'close_period', 'reopen_period']) as f;
select tests.as_owner();

-- Closing.
select is(tests.close(3), 'closed', 'the first is closed');
select is(tests.close(3), 'closed', 'and closed again, which is harmless');
select results_eq(
  $$ select a.kind::text, b.opening_cents, b.debit_cents, b.credit_cents, b.closing_cents
    from app_public.ledger_balances as b
    join app_public.ledger_accounts as a on a.id = b.account_id order by a.kind $$,
  $$ values ('organizer_payable', 0::bigint, 0::bigint, 10::bigint, -10::bigint),
    ('adjustments', 0::bigint, 10::bigint, 0::bigint, 10::bigint) $$,
  'what the accounts had then is written down'
);
select is(tests.post('late', 3), true, 'what comes late');
select is(tests.posted_in('late'), 2, 'is posted into the next month');
select is(
  (select effective_at from app_public.ledger_transactions where source = 'test:late'),
  tests.month(2)::timestamp at time zone 'UTC', 'and counts from there'
);
select tests.refused(
  format($$ insert into app_public.ledger_transactions (
      organization_id, source, description, accounting_period
    ) values (%L, 'test:x', 'x', %L) $$, tests.id('organization'), tests.month(back)),
  'LMPER', 'nothing is posted into ' || what || ', also from psql'
)
from (values (3, 'a closed month'), (12, 'one that is not there')) as v (back, what);
-- What is checked at commit, so that nothing is pending that a truncate would stumble upon.
set constraints all immediate;
set constraints all deferred;
select tests.refused(statement, 'LMAPP', statement)
from unnest(array[
  'update app_public.accounting_periods set status = ''open'', closing_started_at = null,
    closed_at = null, closed_by = null where status = ''closed''',
  'update app_public.accounting_periods set status = ''closed'', closing_started_at = now(),
    closed_at = now(), unreconciled_count = 0 where status = ''open''',
  'update app_public.accounting_periods set ends_at = ends_at + interval ''1 day''',
  'delete from app_public.accounting_periods',
  'truncate app_public.accounting_periods cascade',
  'update app_public.ledger_balances set opening_cents = 1',
  'delete from app_public.ledger_balances'
]) as statement;

-- In two steps, and given up.
select tests.sign_in('theatre owner');
select is(
  (app_public.start_closing_period(tests.id('organization'), tests.month(2))).status::text,
  'closing', 'the next is being closed'
);
select tests.as_owner();
select tests.post('during', 2);
select is(tests.posted_in('during'), 1, 'meanwhile, what comes goes into the one after it');
select tests.sign_in('theatre owner');
select is(
  (app_public.reopen_period(tests.id('organization'), tests.month(2))).status::text, 'open',
  'it is given up'
);
select tests.refused(
  format($$ select app_public.reopen_period(%L, %L) $$, tests.id('organization'), tests.month(3)),
  'LMAPP', 'but not what was closed'
);
select tests.refused(
  format('select app_public.start_closing_period(%L, %L)', tests.id('organization'), tests.month(1)),
  'LMPER', 'the one after it is not begun before it'
);
select app_public.start_closing_period(tests.id('organization'), tests.month(back))
from unnest(array[2, 1]) as back;
select tests.refused(
  format('select app_public.close_period(%L, %L, true)', tests.id('organization'), tests.month(1)),
  'LMPER', 'nor closed'
);
select tests.refused(
  format('select app_public.reopen_period(%L, %L)', tests.id('organization'), tests.month(2)),
  'LMPER', 'and the one before it is not given up alone'
);
select tests.as_owner();
select is(tests.close(2) || tests.close(1), 'closedclosed', 'then both are closed');
select is(
  (select string_agg(b.closing_cents::text, ' ' order by b.period)
    from app_public.ledger_balances as b
    join app_public.ledger_accounts as a on a.id = b.account_id
    where a.kind = 'organizer_payable'), '-10 -15 -20', 'each from where the last one ended'
);
select tests.consistent();

-- What an invariant finds.
alter table app_public.ledger_balances disable trigger _200_refuse_change;
update app_public.ledger_balances set opening_cents = 1, closing_cents = 1 + debit_cents
  - credit_cents
where period = tests.month(2);
select is(
  (select string_agg(distinct c.invariant, ' ') from app_public.check_invariants() as c),
  'balance_of_a_closed_month_is_its_entries', 'a balance that was changed is found'
);
