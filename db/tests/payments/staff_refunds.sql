-- If this fails, staff returns more than was received, alone what takes two, or nobody can say of what it was.
select plan(64);

select tests.create_theatre();
create function tests.parts(request_id uuid) returns text
language sql stable security definer set search_path = '' as $$
  select format('%s: %s+%s+%s+%s, commission %s', sum(i.total_cents), sum(i.price_cents),
    sum(i.service_fee_cents), sum(i.processing_fee_cents), sum(i.tax_cents),
    sum(i.commission_cents))
  from app_public.refund_items as i where i.request_id = parts.request_id
$$;
create function tests.stripe_says_of(refund_id uuid, news text, why text default null) returns text
language sql volatile security definer set search_path = '' as $$
  select app_private.record_refund(refund_id, 're_' || refund_id, news, why);
  select r.status::text from app_public.refunds as r where r.id = refund_id
$$;
create function tests.returned(booking text) returns text
language sql stable security definer set search_path = '' as $$
  select format('%s, refunded %s, taken back %s', b.status, (
    select sum(p.refunded_cents) from app_public.payment_intents as p where p.booking_id = b.id
  ), b.refunded_cents)
  from app_public.bookings as b where b.id = tests.id(booking)
$$;
grant execute on all functions in schema tests to public;
select tests.sell('sale', 'theatre', 1, 1, 2);

-- Who may.
select is(
  tests.attempt_as(who, $$ select app_public.refund_booking_amount(tests.id('sale'), 1, 'x') $$), code,
  who
)
from (values
  ('theatre support', 'LMBKG'), ('theatre analyst', 'LMBKG'), ('rival', 'LMBKG')
) as w (who, code);
select tests.as_guest(1);
select tests.refused(
  $$ select app_public.refund_booking_amount(tests.id('sale'), 1, 'x') $$, '42501', 'no guest'
);
select tests.sign_in('theatre manager');
select tests.refused(format('select app_public.%s', call), code, why)
from (values
  ('refund_booking_amount(tests.id(''sale''), 0, ''x'')', 'LMINP', 'not nothing'),
  ('refund_booking_amount(tests.id(''sale''), -1, ''x'')', 'LMINP', 'not less'),
  ('refund_booking_amount(tests.id(''sale''), null, ''x'')', 'LMINP', 'not null'),
  ('refund_booking_amount(tests.id(''sale''), 12561, ''x'')', 'LMRFX', 'not more than was received'),
  ('refund_booking_amount(tests.id(''sale''), 9223372036854775807, ''x'')', 'LMRFX', 'by far'),
  ('refund_booking_amount(tests.id(''sale''), 1, null)', 'LMINP', 'not without a reason'),
  ('refund_booking_amount(tests.id(''sale''), 1, repeat(''x'', 1001))', 'LMINP', 'nor a novel'),
  ('refund_tickets(tests.id(''sale''), ''x'', ''{}'')', 'LMINP', 'not no tickets'),
  ('refund_tickets(tests.id(''sale''), ''x'', percentage => 101)', 'LMINP', 'not more than all'),
  ('refund_tickets(tests.id(''sale''), ''x'', percentage => -1)', 'LMINP', 'not less than nothing'),
  ('refund_tickets(tests.id(''sale''), ''x'', array[uuidv7()])', 'LMTVD', 'no unknown tickets')
) as b (call, code, why);

-- An amount, and every cent of it.
select is(
  (select (kind, status, amount_cents, is_exception)::text
    from app_public.refund_booking_amount(tests.id('sale'), 1001, 'The heating failed', 'error', 'k')),
  '(partial,approved,1001,t)', 'an amount'
);
select is(
  (app_public.refund_booking_amount(tests.id('sale'), 1001, 'The heating failed', 'error', 'k')).amount_cents,
  1001::bigint, 'once'
);
select tests.as_owner();
select tests.keep('first', (select id from app_public.refund_requests));
select is(
  tests.parts(tests.id('first')), '1001: 796+87+28+90, commission 78', 'in proportion of all parts'
);
select is(
  (select count(*) from app_public.tickets where status = 'valid'), 2::bigint, 'the buyer keeps the tickets'
);
select tests.consistent();

-- Fees only.
select tests.sign_in('theatre manager');
select is(
  (app_public.refund_fees(tests.id('sale'), 'Sorry', array[tests.ticket('sale', 2)])).kind::text,
  'fee_only', 'the fees of one ticket'
);
select tests.refused(
  $$ select app_public.refund_fees(tests.id('sale'), 'Again', array[tests.ticket('sale', 2)]) $$,
  'LMRFX', 'of which none are left then'
);
select is(
  (app_public.refund_tickets(
    tests.id('sale'), 'Broken seat', array[tests.ticket('sale', 2)]
  )).status::text, 'approved', 'then the ticket'
);
select tests.as_owner();
select is(
  (select refunded_cents = total_paid_cents from app_public.tickets where seat_no = 2), true,
  'which has all of its price back, and no cent more'
);
select tests.refused(
  $$ update app_public.tickets set refunded_cents = refunded_cents + 1 where seat_no = 2 $$, '23514',
  'by constraint'
);
select tests.refused(
  $$ insert into app_public.refund_items (organization_id, request_id, booking_id, booking_item_id,
      ticket_id, is_return, price_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents, commission_cents)
    select organization_id, tests.id('first'), booking_id, booking_item_id, ticket_id, true, 0, 0, 0,
      0, 0, 0
    from app_public.refund_items where is_return $$, '23505', 'nor does it come back twice'
);
select tests.consistent();
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('sale'), 'The house is closed');
select tests.as_owner();
select is(tests.returned('sale'), 'canceled, refunded 12560, taken back 12560', 'the rest is the rest');
select tests.consistent();
select is(
  (select count(*) from app_public.ledger_accounts as a
    where a.kind not in ('stripe_balance', 'buyer_clearing') and (
      select sum(e.amount_cents) from app_public.ledger_entries as e where e.account_id = a.id
    ) <> 0),
  0::bigint, 'and nothing of the sale is left in the books'
);
select is(
  tests.stripe_says_of(id, 'succeeded'), 'succeeded', 'a refund arrives'
)
from app_public.refunds order by id;
select is(tests.status(tests.id('sale')), 'refunded', 'the last one closes the booking');

-- Two people.
select tests.sell('dear', 'theatre', 2, 3, 4);
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.set_refund_approval(tests.id('theatre.organization'), 1000) $$, 'LMRGT',
  'nobody sets their own limit'
);
select tests.sign_in('theatre owner');
select tests.refused(
  $$ select app_public.set_refund_approval(tests.id('theatre.organization'), -1) $$, 'LMINP',
  'nor one below nothing'
);
select app_public.set_refund_approval(tests.id('theatre.organization'), 1000);
select is(
  (app_public.refund_booking_amount(tests.id('dear'), 1000, 'Small')).status::text, 'approved',
  'a small one needs nobody'
);
select is(
  (select tests.keep('asked', r.id) is not null and r.status = 'requested'
    from app_public.refund_tickets(tests.id('dear'), 'Large') as r), true, 'a large one does'
);
select tests.refused(
  $$ select app_public.cancel_booking(tests.id('dear')) $$, 'LMAPV', 'by whichever way'
);
select tests.refused(
  $$ select app_public.approve_refund(tests.id('asked')) $$, 'LMAPV', 'not oneself'
);
select tests.sign_in('theatre manager');
select tests.refused(
  $$ select app_public.approve_refund(tests.id('asked')) $$, 'LMRGT', 'not without the right'
);
select tests.as_owner();
select is(tests.returned('dear'), 'confirmed, refunded 1000, taken back 1000', 'nothing happens yet');
select tests.sign_in('theatre admin');
select is(
  (app_public.approve_refund(tests.id('asked'), 'Fine')).amount_cents, 11560::bigint,
  'another one, and then it is what is left'
);
select tests.refused(
  $$ select app_public.decline_refund(tests.id('asked')) $$, 'LMRFD', 'it is decided once'
);
select tests.as_owner();
select is(tests.returned('dear'), 'canceled, refunded 12560, taken back 12560', 'and done at once');
select is(
  tests.attempt_as('theatre owner', format(
    'select app_public.reissue_ticket(%L)',
    (select t.id from app_public.tickets as t where t.booking_id = tests.id('dear') limit 1)
  )), 'LMTVD', 'no ticket that was taken back gets another code'
);
select tests.as_owner();
select tests.sell('kept', 'theatre', 3, 5);
select tests.sign_in('theatre owner');
select tests.keep('declined', (
  app_public.refund_booking_amount(tests.id('kept'), 5000, 'Please')
).id);
select is(
  (app_public.decline_refund(tests.id('declined'), 'No')).status::text, 'declined', 'or declined'
);
select app_public.set_refund_approval(tests.id('theatre.organization'), null);
select tests.as_owner();
select tests.consistent();

-- What fails.
select tests.keep('r1', tests.refund_of(tests.id('dear')));
select is(tests.stripe_says_of(tests.id('r1'), 'succeeded'), 'succeeded', 'it arrives');
select tests.stripe_says_of(r.id, 'succeeded') from app_public.refunds as r
where r.booking_id = tests.id('dear') and r.status = 'pending';
select is(tests.status(tests.id('dear')), 'refunded', 'and closes the booking');
select is(
  tests.stripe_says_of(tests.id('r1'), 'failed', 'expired_or_canceled_card'), 'failed',
  'then the bank sends it back'
);
select is(tests.returned('dear'), 'canceled, refunded 1000, taken back 12560', 'so it is owed again');
select tests.consistent();
select is(tests.stripe_says_of(tests.id('r1'), 'succeeded'), 'failed', 'what failed stays so');
select tests.sign_in('theatre owner');
select is(
  (select array_agg(id) from app_public.failed_refunds(tests.id('theatre.organization'))),
  array[tests.id('r1')], 'somebody has to look at it'
);
select tests.keep('r2', (app_public.retry_refund(tests.id('r1'))).id);
select is(
  (app_public.retry_refund(tests.id('r1'))).id, tests.id('r2'), 'it is sent again once'
);
select tests.refused(
  $$ select app_public.retry_refund(tests.id('r2')) $$, 'LMRFD', 'and not while it is under way'
);
select tests.as_owner();
select is(
  tests.stripe_says_of(tests.id('r2'), 'failed', 'insufficient_funds'), 'failed', 'it fails again'
);
select is(
  (select (attempt, status, not_before > now() + interval '5 hours')::text from app_public.refunds
    where retried_refund_id = tests.id('r2')),
  '(3,pending,t)', 'for a reason that passes, and is tried again by itself, later'
);
select tests.consistent();
select is(
  tests.stripe_says_of((select id from app_public.refunds where attempt = 3), 'succeeded'),
  'succeeded', 'at last'
);
select is(tests.returned('dear'), 'refunded, refunded 12560, taken back 12560', 'all is returned');
select tests.consistent();
