-- If this fails, what was corrected of a sale cannot be taken back, or is taken from where it is not.
select plan(17);

select tests.create_theatre();
insert into app_public.platform_staff (user_id, role)
values (tests.user_id('sam'), 'support'), (tests.user_id('sue'), 'support');
-- One asks for a correction of a sale, another one posts it: "done", or a code.
create function tests.correct(name text, kinds text[], amounts bigint[]) returns text
language plpgsql volatile as $$
declare
  v_sale_id uuid := (
    select t.id from app_public.ledger_transactions as t
    where t.source = 'sale:' || tests.id(correct.name)
  );
  v_answer text;
begin
  perform tests.sign_in('sam');
  perform tests.keep('correction', (app_public.request_correction(
    v_sale_id, 'EUR', kinds::app_public.ledger_account_kind[], amounts, 'Wrong'
  )).id);
  perform tests.sign_in('sue');
  v_answer := tests.attempt($q$ select app_public.post_correction(tests.id('correction')) $q$);
  perform tests.as_owner();
  return v_answer;
end
$$;
-- What a sale has on its accounts, credits first to last.
create function tests.sale(name text) returns text
language sql stable security definer set search_path = '' as $$
  select coalesce(string_agg(format('%s %s', l.kind, -l.amount_cents), ', ' order by l.kind), 'nil')
  from app_public.bookings as b
  cross join app_private.left_of_sale(b) as l
  where b.id = tests.id(sale.name) and l.amount_cents <> 0 and l.kind <> 'buyer_clearing'
$$;
grant execute on all functions in schema tests to public;

-- Nobody is left with less than nothing of another sale.
select tests.sell('other', 'theatre', 9, 10, 11, 12);
select tests.sell('gone', 'theatre', 1, 1);
select tests.sell('share', 'theatre', 2, 2, 3);
select tests.sell('fees', 'theatre', 3, 4, 5);
select is(
  tests.sale('share'),
  'organizer_payable 9000, platform_commission 1000, service_fees 1100, processing_fees 350, '
  || 'taxes_payable 1110', 'a sale'
);

-- The organization is to have nothing of it: there is nothing inside the price but the commission.
select is(
  tests.correct('share', '{organizer_payable,platform_commission}', '{9000,-9000}'), 'done',
  'all of a share is moved'
);
select tests.sign_in('theatre owner');
select is(
  tests.attempt($$ select app_public.refund_tickets(
    tests.id('share'), 'One was enough', array[tests.ticket('share', 2)]
  ) $$),
  'done', 'a ticket comes back'
);
select tests.consistent();
select unalike(tests.sale('share'), '%-%', 'from what is left, and no account is below nothing');
select is(
  (select sum(-l.amount_cents)::bigint from app_public.bookings as b
    cross join app_private.left_of_sale(b) as l
    where b.id = tests.id('share') and l.kind <> 'buyer_clearing'),
  6280::bigint, 'half of the price is left'
);
select tests.sign_in('theatre owner');
select is(
  tests.attempt($$ select app_public.refund_tickets(tests.id('share'), 'None was') $$), 'done',
  'the other one comes back'
);
select tests.consistent();
select is(tests.sale('share'), 'nil', 'and nothing is left anywhere');

-- A fee that the organization was given comes back from there.
select is(
  tests.correct('fees', '{service_fees,organizer_payable}', '{1100,-1100}'), 'done',
  'a fee is moved'
);
select tests.sign_in('theatre owner');
select is(
  tests.attempt($$ select app_public.refund_fees(tests.id('fees'), 'We are sorry') $$), 'done',
  'and given back'
);
select tests.consistent();
select is(
  tests.sale('fees'), 'organizer_payable 9000, platform_commission 1000, taxes_payable 1000',
  'by who had it'
);

-- What was taken back meanwhile is not there to be moved.
select tests.sign_in('theatre owner');
select app_public.refund_tickets(tests.id('gone'), 'Ill');
select tests.as_owner();
select is(tests.sale('gone'), 'nil', 'a sale was taken back');
select is(
  tests.correct('gone', '{platform_commission,organizer_payable}', '{100,-100}'), 'LMBAL',
  'nobody keeps a share of it'
);
select is(
  tests.correct('gone', '{adjustments,organizer_payable}', '{100,-100}'), 'done',
  'but whoever is to be given something is'
);
select tests.consistent();
