-- If this fails, what became of a dispute depends on the order in which its news arrive.
select plan(7);

select tests.create_theatre();
select tests.sell('sale', 'theatre', 1, 1, 2);

-- The news of one dispute, from its opening to its end, as Stripe tells them.
create function tests.news(verdict text) returns jsonb[]
language sql stable as $$
  select array_agg(
    jsonb_build_object(
      'object', 'dispute', 'id', 'dp_1', 'status', n.status, 'amount', p.amount_cents - 100,
      'currency', lower(p.currency), 'payment_intent', p.stripe_payment_intent_id, 'created', 1,
      'balance_transactions', (
        select coalesce(jsonb_agg(jsonb_build_object(
          'id', 'txn_' || m.no, 'amount', m.sign * (p.amount_cents - 100), 'fee', m.fee,
          'currency', lower(p.currency), 'created', m.no
        )), '[]')
        from (values (1, -1, 1500), (2, 1, 0)) as m (no, sign, fee)
        where m.no <= n.movements
      )
    ) order by n.no
  )
  from app_public.payment_intents as p, (
    values (1, 'warning_needs_response', 0), (2, 'needs_response', 0), (3, 'needs_response', 1),
      (4, 'under_review', 1), (5, news.verdict, case news.verdict when 'won' then 2 else 1 end)
  ) as n (no, status, movements)
  where p.booking_id = tests.id('sale')
$$;
create function tests.state() returns text
language sql volatile as $$
  select concat_ws(' | ',
    (select b.status || ' ' || b.refunded_cents from app_public.bookings as b
      where b.id = tests.id('sale')),
    (select string_agg(t.status || ' ' || t.is_disputed, ' ' order by t.seat_no)
      from app_public.tickets as t where t.booking_id = tests.id('sale')),
    (select concat_ws(' ', d.status, d.counted_cents, d.withdrawn_cents, d.reinstated_cents,
        d.fee_cents, d.lost_cents, d.posted_loss_cents, d.charged_fee_cents)
      from app_public.disputes as d),
    (select p.disputed_cents from app_public.payment_intents as p
      where p.booking_id = tests.id('sale')),
    (select string_agg(x.kind || ' ' || x.cents, ' ' order by x.kind) from (
      select a.kind, sum(e.amount_cents) as cents
      from app_public.ledger_entries as e
      join app_public.ledger_accounts as a on a.id = e.account_id
      group by a.kind
    ) as x where x.cents <> 0),
    (select string_agg(c.invariant, ' ') from app_public.check_invariants() as c)
  )
$$;
create function tests.tell(news jsonb[], numbers integer[]) returns void
language plpgsql volatile as $$
declare
  v_no integer;
begin
  foreach v_no in array numbers loop
    perform app_private.apply_dispute(
      news[v_no], jsonb_build_object('id', 'evt_' || v_no, 'created', 100 + v_no)
    );
  end loop;
end
$$;
-- What is left when all the news has come, beginning with what is told already, and then all of it
-- once more in the same order. Orders that begin alike share their beginning, and each step is
-- undone before another one is tried.
create function tests.outcomes(verdict text, told integer[] default '{}') returns text[]
language plpgsql volatile as $$
declare
  v_news jsonb[] := tests.news(verdict);
  v_outcomes text[] := '{}';
  v_no integer;
begin
  if cardinality(told) = cardinality(v_news) then
    perform tests.tell(v_news, told);
    return array[tests.state()];
  end if;
  for v_no in 1 .. cardinality(v_news) loop
    continue when v_no = any (told);
    begin
      perform tests.tell(v_news, array[v_no]);
      raise exception using errcode = 'LMXXX',
        message = tests.outcomes(verdict, told || v_no)::text;
    exception when sqlstate 'LMXXX' then
      v_outcomes := v_outcomes || sqlerrm::text[];
    end;
  end loop;
  return v_outcomes;
end
$$;
create function tests.told(verdict text, variadic numbers integer[]) returns text
language plpgsql volatile as $$
begin
  perform tests.tell(tests.news(verdict), numbers);
  raise exception using errcode = 'LMXXX', message = tests.state();
exception when sqlstate 'LMXXX' then
  return sqlerrm;
end
$$;

select is(
  (select array[count(*), count(distinct o)] from unnest(tests.outcomes(verdict)) as o),
  array[120, 1]::bigint[], format('all 120 orders leave the same of one that is %s', verdict)
)
from unnest(array['won', 'lost']) as verdict;
select alike(
  tests.told('won', 1, 2, 3, 4, 5),
  'confirmed 0 | valid false valid false | won 0 12460 12460 1500 0 0 0 | 0 | %', 'which is right'
);
select alike(
  tests.told('lost', 1, 2, 3, 4, 5),
  'confirmed 12460 | valid false valid false | lost 12460 12460 0 1500 12460 12460 1500 | 12460 | %',
  'and this as well'
);
-- What is missing is not needed.
select is(tests.told('lost', 5), tests.told('lost', 1, 2, 3, 4, 5), 'the last one says it all');
select unalike(tests.told('lost', 4), tests.told('lost', 5), 'and others do not');
select is(
  tests.told('won', 4, 3), tests.told('won', 3, 4), 'an older one counts no more, nor before the end'
);
