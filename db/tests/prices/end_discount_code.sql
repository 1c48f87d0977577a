-- If this fails, a code that was ended still takes something off, or whoever has it loses what was promised.
select plan(10);

select tests.create_theatre();
create function tests.cart(name text, guest integer, seat integer, code text default 'SPRING')
returns text
language plpgsql volatile as $$
begin
  perform tests.as_guest(guest);
  perform tests.keep(
    name, (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(seat))).id
  );
  return coalesce(
    (app_public.apply_discount_code(tests.id(name), cart.code)).discount_refusal::text, 'applied'
  );
end
$$;
grant execute on all functions in schema tests to public;
select tests.sign_in('theatre owner');
select tests.keep('code', (
  app_public.create_discount_code(tests.id('theatre.event'), 'SPRING', percentage => 50)
).id);
select is(tests.cart('before', 1, 1), 'applied', 'a code is in a cart');
select is(
  tests.attempt_as(who, $$ select app_public.end_discount_code(tests.id('code')) $$), code, who
)
from (values ('theatre staff', 'LMRGT'), ('stranger', 'LMNFD')) as v (who, code);
select tests.sign_in('theatre owner');
select is(
  (app_public.end_discount_code(tests.id('code'))).ended_at, now(), 'it is ended'
);
select is(
  tests.attempt($$ select app_public.end_discount_code(tests.id('code')) $$), 'done', 'once'
);
select tests.refused(
  $$ select app_public.end_discount_code(uuidv7()) $$, 'LMNFD', 'nothing is not ended'
);
select is(tests.cart('after', 2, 2), 'over', 'nobody begins to use it');
select tests.sign_in('theatre owner');
select app_public.create_discount_code(
  tests.id('theatre.event'), 'SUMMER', percentage => 50, valid_from => now() + interval '1 day'
);
select is(tests.cart('too soon', 3, 3, 'SUMMER'), 'early', 'one of tomorrow is not over');
select tests.as_guest(1);
select is(
  (app_public.start_checkout(tests.id('before'), 'a@example.com')).total_amount_cents, 3183::bigint,
  'who has it, has it'
);
select tests.consistent();
