-- If this fails, members pay what others pay, others what members pay, or a moment has two prices.
select plan(49);

select tests.create_theatre();
update app_public.events set service_fee_percentage = 0, service_fee_fixed_cents = 0,
  processing_fee_percentage = 0, processing_fee_fixed_cents = 0, tax_rate_id = null,
  tax_percentage = 0;
select tests.keep('I', id) from app_public.ticket_categories
where event_id = tests.id('theatre.event') and name = 'I';
select tests.keep('II', id) from app_public.ticket_categories
where event_id = tests.id('theatre.event') and name = 'II';
create function tests.total(booking_id uuid) returns bigint language sql security definer as $$
  select total_amount_cents from app_public.bookings where id = booking_id
$$;
create function tests.hold_total(variadic seats integer[]) returns bigint language sql as $$
  select (app_public.hold_seats(
    tests.id('theatre.performance'), tests.seats(variadic seats)
  )).total_amount_cents
$$;
create function tests.phone_total(email text, seat integer) returns bigint language sql as $$
  select (app_public.hold_for_customer(
    tests.id('theatre.performance'), email, seat_ids => tests.seats(seat)
  )).total_amount_cents
$$;
grant execute on all functions in schema tests to public;

-- Time.
select is((select has_price_rules from app_public.events), false, 'an event begins simple');
select tests.sign_in('theatre owner');
select lives_ok(
  $$ select app_public.set_price(
    tests.id('I'), 4000, valid_until => now() + interval '10 days'
  ) $$,
  'an early-bird price is one call'
);
select results_eq(
  $$ select price_cents, lower(valid_during) = now(), upper(valid_during) is null
    from app_public.ticket_category_prices where ticket_category_id = tests.id('I')
    order by valid_during $$,
  $$ values (5000::bigint, null::boolean, false), (4000, true, false), (5000, false, true) $$,
  'which takes its time from the price that was there, and gives it back'
);
select is(
  (app_public.set_price(tests.id('II'), 2000, idempotency_key => 'k')).id,
  (app_public.set_price(tests.id('II'), 2000, idempotency_key => 'k')).id,
  'the same call again is the same price'
);
select tests.refused(
  $$ select app_public.set_price(
    tests.id('I'), 1, valid_from => now() + interval '2 days', valid_until => now()
  ) $$, 'LMINP', 'a time that ends before it begins is refused'
);
select tests.refused(
  $$ select app_public.set_price(tests.id('I'), -1) $$, 'LMINP', 'as is a negative price'
);
select tests.as_guest(1);
select is(tests.hold_total(1, 2), 8000::bigint, 'early birds pay less');
select is(tests.hold_total(13), 2000::bigint, 'and the last price counts');
select tests.sign_in('theatre viewer');
select tests.refused($$ select app_public.set_price(tests.id('I'), 1) $$, 'LMRGT', 'staff who may');
select tests.sign_in('ada');
select tests.refused($$ select app_public.set_price(tests.id('I'), 1) $$, 'LMNFD', 'set prices');

-- Members.
select tests.sign_in('theatre owner');
select app_public.set_price(tests.id('I'), 3000, 'member');
select app_public.set_price(tests.id('II'), 9000, 'member');
select is((select has_price_rules from app_public.events), true, 'a member price is no simple one');
select is(
  app_public.import_memberships(
    tests.id('theatre.organization'), array['ada@example.com', 'ADA@example.com ', 'x@example.com']
  ), 2, 'members are imported by address'
);
select is(
  app_public.import_memberships(tests.id('theatre.organization'), array['Ada@Example.com']), 0,
  'and once'
);
select tests.refused(
  $$ select app_public.import_memberships(tests.id('theatre.organization'), array['x']) $$,
  'LMINP', 'what is no address is refused'
);
select tests.sign_in('ada');
select is(tests.hold_total(3), 4000::bigint, 'who has not proved the address pays as everybody');
select tests.as_owner();
update app_public.users set email_verified_at = now() where email = 'ada@example.com';
select tests.sign_in('ada');
select is(tests.hold_total(4), 3000::bigint, 'who has proved it pays as a member');
select is(tests.hold_total(14), 2000::bigint, 'or as everybody, if that is better');
select is(
  (app_public.quote(tests.id('theatre.performance'), tests.seats(5))).total_amount_cents,
  3000::bigint, 'and is told so beforehand'
);
select tests.sign_in('eve');
select is(tests.hold_total(6), 4000::bigint, 'others do not');
select is(
  (app_public.quote(tests.id('theatre.performance'), tests.seats(5))).total_amount_cents,
  4000::bigint, 'as they are told'
);
select is((select count(*) from app_public.memberships), 0::bigint, 'nor see who is a member');

-- For members only.
select tests.sign_in('theatre owner');
select app_public.set_requires_membership(tests.id('II'), true);
select tests.sign_in('eve');
select tests.refused($$ select tests.hold_total(15) $$, 'LMMBR', 'what is for members others do not get');
select tests.refused(
  $$ select app_public.quote(
    tests.id('theatre.performance'), ticket_category_ids => array[tests.id('II')],
    quantities => array[1]
  ) $$, 'LMMBR', 'nor are told a price'
);
select tests.sign_in('ada');
select is(tests.hold_total(15), 2000::bigint, 'members do');
select tests.sign_in('theatre owner');
select app_public.end_price(id) from app_public.ticket_category_prices
where ticket_category_id = tests.id('II') and audience = 'public' and valid_during @> now();
select tests.sign_in('ada');
select is(tests.hold_total(16), 9000::bigint, 'a price for members alone will do');
select is(
  (select price_basis::text from app_public.booking_items where seat_nos = array[16]), 'member',
  'and the line says so'
);

-- A guest turns out to be a member.
select tests.as_guest(3);
select is(tests.hold_total(7, 8), 8000::bigint, 'a guest pays as everybody');
select tests.keep('cart', id) from app_public.bookings;
select tests.become('lml_user', tests.token('session of ada'), tests.token('cart 3'));
select is(app_public.claim_cart(), 1, 'until the cart is claimed');
select is(tests.total(tests.id('cart')), 6000::bigint, 'by a member');
select tests.as_guest(4);
select tests.hold_total(10);
select tests.keep('other cart', id) from app_public.bookings;
select tests.become('lml_user', tests.token('session of eve'), tests.token('cart 4'));
select is(app_public.claim_cart(), 1, 'who is none claims a cart');
select is(tests.total(tests.id('other cart')), 4000::bigint, 'at its price');

-- Explanations name the price that was charged: here one that began after the seat was held, while
-- another one of the same amount was good before.
select tests.holds('explained', 5, 12);
select tests.as_owner();
select tests.age('explained', interval '5 minutes');
update app_public.booking_items set created_at = now() - interval '5 minutes'
where booking_id = tests.id('explained');
update app_public.ticket_category_prices
set valid_during = tstzrange(now() - interval '1 minute', upper(valid_during))
where ticket_category_id = tests.id('I') and audience = 'member';
insert into app_public.ticket_category_prices (
  organization_id, ticket_category_id, audience, price_cents, valid_during, is_public
)
select p.organization_id, p.ticket_category_id, 'member', p.price_cents,
  tstzrange(now() - interval '1 hour', lower(p.valid_during)), p.is_public
from app_public.ticket_category_prices as p
where p.ticket_category_id = tests.id('I') and p.audience = 'member';
select tests.keep('charged', p.id) from app_public.ticket_category_prices as p
where p.ticket_category_id = tests.id('I') and p.audience = 'member' and p.valid_during @> now();
select tests.become('lml_user', tests.token('session of ada'), tests.token('cart 5'));
select app_public.claim_cart();
select is(
  (
    select (s.kind, s.source_id, s.unit_cents)::text
    from app_public.booking_items as i
    cross join app_public.explain_price(i.id) as s
    where i.booking_id = tests.id('explained') and s.kind = 'member_price'
  ),
  format('(member_price,%s,3000)', tests.id('charged')), 'a line names the price that it was given'
);
select app_public.cancel_booking(tests.id('explained'));

-- While somebody is paying, the price is the one that they are paying. Back in the cart, it is the
-- member's, and so is what the next checkout asks for.
select tests.orders('paying', 5, 12);
select tests.keep('paying intent', tests.intent_of(tests.id('paying')));
select tests.become('lml_user', tests.token('session of ada'), tests.token('cart 5'));
select is(app_public.claim_cart(), 1, 'a member signs in while paying');
select is(tests.total(tests.id('paying')), 4000::bigint, 'and pays what was asked for');
select is(
  (app_public.reopen_checkout(tests.id('paying'))).total_amount_cents, 3000::bigint,
  'or goes back to the cart, which has the member''s price'
);
select is(
  (app_public.start_checkout(tests.id('paying'))).total_amount_cents, 3000::bigint,
  'and is asked for that'
);
select is(
  (select p.amount_cents from app_public.payment_intents as p
    where p.booking_id = tests.id('paying') and p.status <> 'canceled'),
  3000::bigint, 'by the payment, too'
);
select tests.as_owner();
select tests.pay(tests.id('paying'));
select is(tests.status(tests.id('paying')), 'confirmed', 'which pays for it');
select tests.sign_in('eve');
select app_public.cancel_booking(tests.id('other cart'));
select tests.orders('others', 7, 10);
select tests.become('lml_user', tests.token('session of eve'), tests.token('cart 7'));
select app_public.claim_cart();
select is(
  (app_public.reopen_checkout(tests.id('others'))).total_amount_cents, 4000::bigint,
  'who is no member goes back to the same price'
);
select app_public.cancel_booking(tests.id('others'));
select tests.sell('sold to a guest', 'theatre', 6, 10);
select tests.become('lml_user', tests.token('session of ada'), tests.token('cart 6'));
select is(app_public.claim_cart(), 0, 'what is paid stays as it is');

-- A cart that is claimed by a mail, as of an offer to who waited.
select tests.drafts('mailed', 8, 11);
insert into app_private.payment_links (token_hash, organization_id, booking_id, expires_at)
select app_hidden.hash_token(tests.token('mail')), b.organization_id, b.id, b.expires_at
from app_public.bookings as b where b.id = tests.id('mailed');
select tests.sign_in('ada');
select is(
  (app_public.claim_booking(tests.token('mail'))).total_amount_cents, 3000::bigint,
  'has the member''s price, too'
);
select app_public.cancel_booking(tests.id('mailed'));

-- On the phone.
select tests.sign_in('theatre owner');
select is(tests.phone_total('X@example.com', 5), 3000::bigint, 'staff sells to members as such');
select is(tests.phone_total('x@example.com', 17), 9000::bigint, 'also what is for them alone');
select is(tests.phone_total('nobody@example.com', 11), 4000::bigint, 'and to others as to all');
select is(
  tests.attempt($$ select tests.phone_total('eve@example.com', 18) $$), 'LMMBR',
  'nor what is for members'
);

-- The end.
select tests.sign_in('theatre owner');
select app_public.revoke_membership(id) from app_public.memberships where email = 'ada@example.com';
select tests.sign_in('ada');
select is(tests.hold_total(9), 4000::bigint, 'who is a member no more pays as everybody');
select is(tests.total(tests.id('cart')), 6000::bigint, 'but keeps what is held');
select tests.refused($$ select tests.hold_total(18) $$, 'LMMBR', 'and gets nothing for members');
select tests.consistent();
