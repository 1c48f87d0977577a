-- If this fails, amounts are rounded wrongly, overflow, or do not sum up.
select plan(18);

select is(app_hidden.percentage_of(a.amount, a.percentage), a.share, a.why)
from (values
  (100::bigint, 10::numeric, 10::bigint, 'a tenth'), (5, 10, 1, 'half a cent goes up'),
  (-5, 10, -1, 'half a cent goes away from zero'), (4, 10, 0, 'less does not'),
  (1, 33.3333, 0, 'a third of a cent is nothing'), (0, 50, 0, 'nothing is nothing'),
  (9223372036854775807, 100, 9223372036854775807, 'all of the largest number'),
  (5000, 2.9, 145, 'a fee')
) as a (amount, percentage, share, why);

select is(
  (
    select sum(app_hidden.share_of(s.amount, n, s.parts)) = s.amount
      and max(app_hidden.share_of(s.amount, n, s.parts))
        - min(app_hidden.share_of(s.amount, n, s.parts)) <= 1
    from generate_series(1, s.parts) as n
  ),
  true, format('%s in %s parts', s.amount, s.parts)
)
from (values
  (100::bigint, 3), (1, 7), (0, 5), (99999, 500), (50000000000000, 500)
) as s (amount, parts);

-- The highest price that the tables take, for the most seats that they take, with the highest fees.
select tests.create_theatre();
update app_public.events set tickets_per_booking_max = 500;
update app_public.events
set service_fee_percentage = 100, processing_fee_percentage = 100, commission_percentage = 50,
  service_fee_fixed_cents = 100000000, processing_fee_fixed_cents = 100000000;
update app_public.tax_rates set percentage = 100;
update app_public.ticket_category_prices set price_cents = 100000000000;
-- Whoever sells that has a plan without a limit.
update app_public.organization_settings set subscription_tier = 'enterprise';
select tests.as_guest(1);
select lives_ok(
  $$ select tests.keep('cart', (app_public.hold_seats(
    tests.id('theatre.performance'),
    tests.seats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
  )).id) $$,
  'eighteen seats for a billion each'
);
select is(
  (select total_amount_cents from app_public.bookings), 9005400000000, 'come to ninety billion'
);
select tests.refused(
  $$ select app_public.start_checkout(tests.id('cart'), 'rich@example.com') $$, 'LMAMT',
  'no card pays that'
);
select app_public.cancel_booking(tests.id('cart'));
select tests.sign_in('theatre owner');
select lives_ok(
  $$ select app_public.checkout_for_customer(
    (app_public.hold_for_customer(
      tests.id('theatre.performance'), 'rich@example.com',
      seat_ids => tests.seats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
    )).id, 'cash'
  ) $$, 'whoever has it in cash pays it'
);
select tests.consistent();
