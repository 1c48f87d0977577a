-- If this fails, the books do not balance, or can be rewritten.
select plan(15);

select tests.create_theatre();
select tests.sell('sale', 'theatre', 1, 1);
create function tests.post(source text, amounts bigint[]) returns boolean
language plpgsql volatile as $$
declare
  v_posted boolean;
begin
  v_posted := app_private.post_to_ledger(
    tests.id('theatre.organization'), tests.id('sale'), 'EUR', source, 'Test',
    array['organizer_payable', 'buyer_clearing']::app_public.ledger_account_kind[], amounts
  );
  set constraints all immediate;
  set constraints all deferred;
  return v_posted;
end
$$;

select is(tests.post('test:1', array[5, -5]), true, 'what balances is posted');
select is(tests.post('test:1', array[5, -5]), false, 'once');
select is(tests.post('test:1', array[9, -9]), false, 'also with other amounts');
select is(tests.post('test:2', array[0, 0]), false, 'nothing is not posted');
select tests.refused(
  $$ select tests.post('test:3', array[5, -4]) $$, 'LMBAL', 'what does not balance'
);
select tests.refused($$ select tests.post('test:3', array[5, 0]) $$, 'LMBAL', 'what has one side');
select tests.refused(
  $$ select tests.post('test:3', array[5, 5]) $$, 'LMBAL', 'what has two of one'
);
select tests.refused(
  $$ select tests.post('test:3', array[9223372036854775807, 9223372036854775807]) $$,
  'LMBAL', 'what cannot be summed up'
);
select is(
  (select count(*) from app_public.ledger_transactions where source like 'test:%'), 1::bigint,
  'nothing of it stays'
);
select tests.refused(statement, 'LMAPP', statement)
from unnest(array[
  'update app_public.ledger_entries set amount_cents = 1',
  'delete from app_public.ledger_entries',
  'update app_public.ledger_transactions set description = ''x''',
  'delete from app_public.ledger_transactions',
  'truncate app_public.ledger_entries'
]) as statement;
select tests.consistent();
