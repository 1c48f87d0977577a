-- If this fails, a promoter is given too much, too little, or what was agreed for others.
select plan(20);

select tests.create_theatre();
select tests.create_theatre('rival');
select tests.sell('before', 'theatre', 1, 1);
select tests.sign_in('theatre owner');
select tests.keep(
  'promoter', (app_public.create_promoter(tests.id('theatre.organization'), 'Paula')).id
);
select tests.refused(
  format('select app_public.create_promoter(tests.id(''theatre.organization''), %L, %L)', name,
    email), 'LMINP', why
)
from (values
  (null, null, 'a promoter without a name'), ('', null, 'or with an empty one'),
  ('Paula', null, 'or one that is there'), ('Paul', 'paul', 'or an address that is none')
) as v (name, email, why);
select tests.refused(
  format('select app_public.set_event_promoter(tests.id(''theatre.event''), '
    'tests.id(''promoter''), %s)', share), 'LMINP', share || ' percent'
)
from unnest(array['0', '-1', '100.0001', '100000', 'null']) as share;
select is(
  (app_public.set_event_promoter(tests.id('theatre.event'), tests.id('promoter'), 12.5)).id,
  tests.id('theatre.event'), 'an event has a promoter'
);
select tests.sign_in('rival owner');
select tests.refused(
  $$ select app_public.set_event_promoter(
    tests.id('rival.event'), tests.id('promoter'), 10
  ) $$, 'LMNFD', 'not somebody else''s'
);
select tests.refused(
  $$ select app_public.set_event_promoter(tests.id('theatre.event'), null, null) $$, 'LMNFD',
  'nor for somebody else''s event'
);
select is((select count(*) from app_public.promoters), 0::bigint, 'of which nothing is seen');

-- Sales.
select tests.sell('with', 'theatre', 2, 2);
select tests.sign_in('theatre owner');
select app_public.set_event_promoter(tests.id('theatre.event'), tests.id('promoter'), 50);
select tests.as_owner();
select results_eq(
  $$ select s.booking_id, s.share_percentage, s.base_cents, s.share_cents
    from app_public.promoter_shares as s $$,
  $$ select b.id, 12.5, b.payout_cents, app_hidden.percentage_of(b.payout_cents, 12.5)
    from app_public.bookings as b where b.id = tests.id('with') $$,
  'a booking keeps the share that held'
);
create function tests.entry(booking text, kind app_public.ledger_account_kind) returns bigint
language sql stable as $$
  select coalesce(sum(e.amount_cents), 0)::bigint
  from app_public.ledger_transactions as t
  join app_public.ledger_entries as e on e.transaction_id = t.id
  join app_public.ledger_accounts as a on a.id = e.account_id
  where t.booking_id = tests.id(booking) and a.kind = entry.kind
$$;
select is(
  tests.entry('with', 'promoter_payable') + tests.entry('with', 'organizer_payable'),
  tests.entry('before', 'organizer_payable'), 'it comes out of the organization''s part'
);
select is(tests.entry('before', 'promoter_payable'), 0::bigint, 'what was sold before has none');
select tests.refused(
  'update app_public.promoter_shares set share_cents = 1', 'LMAPP', 'a share is never changed'
);

-- Back again.
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('with'));
select app_public.set_event_promoter(tests.id('theatre.event'));
select is(
  (select count(*) from app_public.event_promoters), 0::bigint, 'an event has no promoter any more'
);
select tests.as_owner();
select is(tests.entry('with', 'promoter_payable'), 0::bigint, 'a cancellation takes it back');
select tests.consistent();
