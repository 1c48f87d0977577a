-- If this fails, cents that are taken back one by one leave somebody with less than nothing of a sale.
select plan(10);

select tests.create_theatre();
create function tests.shares(booking text) returns text
language sql stable security definer set search_path = '' as $$
  select string_agg(format('%s %s', a.kind, a.cents), ', ' order by a.kind)
  from (
    select a.kind, -sum(e.amount_cents) as cents
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e on e.transaction_id = t.id
    join app_public.ledger_accounts as a on a.id = e.account_id
    where t.booking_id = tests.id(shares.booking)
      and a.kind not in ('box_office', 'buyer_clearing')
    group by a.kind
    having sum(e.amount_cents) <> 0
  ) as a
$$;
create function tests.below_zero(booking text) returns bigint
language sql stable security definer set search_path = '' as $$
  select count(*)
  from (
    select from app_public.ledger_transactions as t
    join app_public.ledger_entries as e on e.transaction_id = t.id
    join app_public.ledger_accounts as a on a.id = e.account_id
    where t.booking_id = tests.id(below_zero.booking)
      and a.kind not in ('box_office', 'buyer_clearing')
    group by a.kind having sum(e.amount_cents) > 0
  ) as a
$$;
create function tests.cent(booking text) returns bigint
language plpgsql volatile as $$
begin
  perform tests.sign_in('theatre owner');
  perform app_public.refund_booking_amount(tests.id(cent.booking), 1, 'x');
  perform tests.as_owner();
  return tests.below_zero(cent.booking);
end
$$;
-- Fees and tax are inside a price of six cents; the commission takes a third of it.
update app_public.events set commission_percentage = 33.3333, service_fee_percentage = 33,
  service_fee_fixed_cents = 0, processing_fee_percentage = 33, processing_fee_fixed_cents = 0;
update app_public.ticket_category_prices set price_cents = 6;
select tests.sign_in('theatre owner');
select app_public.set_absorbed_fees(tests.id('theatre.event'), true, true);
select tests.as_owner();
-- No card pays so little: somebody at the counter does.
select tests.sign_in('theatre owner');
select tests.keep('small', (
  app_public.hold_for_customer(
    tests.id('theatre.performance'), 'jo@example.com', seat_ids => tests.seats(1)
  )
).id);
select app_public.checkout_for_customer(tests.id('small'), 'cash');
select tests.as_owner();
select is(
  tests.shares('small'),
  'platform_commission 2, service_fees 2, processing_fees 2, taxes_payable 1',
  'the organization has nothing of it'
);
-- Seven cents are given back.
select is(tests.cent('small'), 0::bigint, format('cent %s is taken of who has one', n))
from generate_series(1, 7) as n;
select is(tests.shares('small'), null, 'the last one leaves nothing');
select tests.consistent();
