-- If this fails, what a failed refund still owes its buyer is lost, or given to somebody else, because nobody sent it again.
select plan(11);

select tests.create_theatre();
select tests.sell('sale', 'theatre', 1, 1);
create function tests.fails(refund_id uuid) returns text
language sql volatile security definer set search_path = '' as $$
  select app_private.record_refund(refund_id, 're_' || refund_id, 'failed', 'lost_or_stolen_card');
  select r.status::text from app_public.refunds as r where r.id = refund_id
$$;
create function tests.owed_to_buyer() returns bigint
language sql stable security definer set search_path = ''
return -app_private.owed_by_buyer(tests.id('theatre.organization'), tests.id('sale'));
grant execute on all functions in schema tests to public;

select tests.sign_in('theatre owner');
select app_public.refund_booking_amount(tests.id('sale'), 3000, 'x');
select tests.keep('failed', tests.refund_of(tests.id('sale')));
select tests.as_owner();
select is(tests.fails(tests.id('failed')), 'failed', 'a refund fails, and nobody sends it again');
select is(tests.owed_to_buyer(), 3000::bigint, 'the buyer is owed it');
select tests.consistent();
select tests.sign_in('theatre owner');
select is(
  tests.attempt($$ select app_public.refund_booking_amount(tests.id('sale'), 3281, 'x') $$), 'LMRFX',
  'it is not there for other refunds'
);
select is(
  tests.attempt($$ select app_public.refund_booking_amount(tests.id('sale'), 3280, 'x') $$), 'done',
  'the rest is'
);
select tests.as_owner();
select tests.consistent();
select app_private.record_refund(
  tests.refund_of(tests.id('sale')), 're_rest', 'succeeded', null
);
select is(tests.owed_to_buyer(), 3000::bigint, 'the rest arrives, and nothing else changes');
select tests.consistent();
-- Weeks later.
select tests.sign_in('theatre owner');
select tests.keep('again', (app_public.retry_refund(tests.id('failed'))).id);
select tests.as_owner();
select app_private.record_refund(tests.id('again'), 're_again', 'succeeded', null);
select is(tests.owed_to_buyer(), 0::bigint, 'it can still be sent');
select tests.consistent();
select is(
  (select p.refunded_cents from app_public.payment_intents as p), 6280::bigint,
  'so that all of it has gone back'
);
