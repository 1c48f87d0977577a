create or replace function app_private.check_books()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select
    'payment_is_in_the_books', p.organization_id, p.id, 'no ledger transaction payment:ID'
  from app_public.payment_intents as p
  where p.status = 'succeeded'
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = p.organization_id and t.source = 'payment:' || p.id
    )

  union all
  select
    'sale_is_in_the_books', b.organization_id, b.id, 'no ledger transaction sale:ID'
  from app_public.bookings as b
  where b.status in ('partially_paid', 'confirmed', 'completed', 'disputed')
    and b.total_amount_cents > 0
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = b.organization_id and t.source = 'sale:' || b.id
    )

  union all
  select
    'refund_is_in_the_books', r.organization_id, r.id, 'no ledger transaction refund:ID'
  from app_public.refunds as r
  where r.status = 'succeeded'
    and not exists (
      select from app_public.ledger_transactions as t
      where t.organization_id = r.organization_id and t.source = 'refund:' || r.id
    )

  union all
  select
    'taken_back_is_in_the_books', b.organization_id, b.id,
    format('the books say %s, the booking %s', e.amount, b.refunded_cents)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(-sum(e.amount_cents), 0) as amount
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = b.organization_id
      and t.booking_id = b.id
      and a.kind = 'buyer_clearing'
      and (starts_with(t.source, 'sale_return:') or starts_with(t.source, 'sale_reversal:'))
  ) as e
  where b.refunded_cents > 0 and e.amount <> b.refunded_cents

  union all
  select
    'ledger_transaction_is_balanced', t.organization_id, t.id,
    format('%s entries sum to %s', count(e.id), coalesce(sum(e.amount_cents), 0))
  from app_public.ledger_transactions as t
  left join app_public.ledger_entries as e
    on e.organization_id = t.organization_id and e.transaction_id = t.id
  group by t.organization_id, t.id
  having count(e.id) < 2 or sum(e.amount_cents) <> 0

  union all
  select
    'stripe_balance_is_what_came_and_went', o.id, null,
    format(
      'the books say %s %s, payments and refunds %s', coalesce(b.balance, 0), c.code,
      coalesce(p.received, 0) - coalesce(r.returned, 0)
    )
  from app_public.organizations as o
  join (
    select p.organization_id, p.currency as code from app_public.payment_intents as p
    union
    select a.organization_id, a.currency from app_public.ledger_accounts as a
  ) as c on c.organization_id = o.id
  left join lateral (
    select sum(e.amount_cents) as balance
    from app_public.ledger_accounts as a
    join app_public.ledger_entries as e
      on e.organization_id = a.organization_id and e.account_id = a.id
    join app_public.ledger_transactions as t
      on t.organization_id = e.organization_id and t.id = e.transaction_id
    where a.organization_id = o.id and a.currency = c.code and a.kind = 'stripe_balance'
      and t.category in ('payment', 'refund', 'refund_failure')
  ) as b on true
  left join lateral (
    select sum(p.received_cents) as received
    from app_public.payment_intents as p
    where p.organization_id = o.id and p.currency = c.code and p.method = 'card'
  ) as p on true
  left join lateral (
    select sum(r.amount_cents) as returned
    from app_public.refunds as r
    join app_public.payment_intents as p
      on p.organization_id = r.organization_id and p.id = r.payment_intent_id
    where r.organization_id = o.id and r.currency = c.code and r.status = 'succeeded'
      and p.method = 'card'
  ) as r on true
  where coalesce(b.balance, 0) <> coalesce(p.received, 0) - coalesce(r.returned, 0)

  union all
  select
    'buyer_clearing_is_total_less_paid', b.organization_id, b.id,
    format('the books say %s, the booking %s', l.balance, x.expected)
  from app_public.bookings as b
  join lateral (
    select sum(e.amount_cents) as balance,
      coalesce(sum(e.amount_cents) filter (where t.category = 'sale'), 0) as sold,
      coalesce(sum(e.amount_cents) filter (
        where t.category not in ('sale', 'payment', 'refund', 'refund_failure')
      ), 0) as others
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
      and a.kind = 'buyer_clearing'
    where t.organization_id = b.organization_id and t.booking_id = b.id
  ) as l on l.balance is not null
  cross join lateral (
    select case when l.sold <> 0 then b.total_amount_cents else 0 end + l.others
      - coalesce((
        select sum(p.received_cents) from app_public.payment_intents as p
        where p.organization_id = b.organization_id and p.booking_id = b.id
      ), 0)
      + coalesce((
        select sum(r.amount_cents) from app_public.refunds as r
        where r.organization_id = b.organization_id and r.booking_id = b.id
          and r.status = 'succeeded'
      ), 0) as expected
  ) as x
  where l.balance <> x.expected

  union all
  select
    'promoter_has_the_share_that_was_frozen', s.organization_id, s.booking_id,
    format('the sale gives %s, the share is %s', coalesce(l.given, 0), s.share_cents)
  from app_public.promoter_shares as s
  left join lateral (
    select -sum(e.amount_cents) as given
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
      and a.kind = 'promoter_payable'
    where t.organization_id = s.organization_id and t.source = 'sale:' || s.booking_id
  ) as l on true
  where coalesce(l.given, 0) <> s.share_cents

  union all
  select
    'money_that_moved_has_its_row', e.organization_id, e.transaction_id,
    format('the books moved %s, payment_transactions %s', e.amount_cents,
      coalesce(m.net_amount_cents::text, 'nothing'))
  from app_public.ledger_entries as e
  join app_public.ledger_accounts as a
    on a.organization_id = e.organization_id and a.id = e.account_id
    and a.kind = 'stripe_balance'
  join app_public.ledger_transactions as t
    on t.organization_id = e.organization_id and t.id = e.transaction_id
  left join app_public.payment_transactions as m
    on m.organization_id = e.organization_id and m.ledger_transaction_id = e.transaction_id
  where (m.net_amount_cents, m.currency, m.accounting_period)
    is distinct from (e.amount_cents, a.currency, t.accounting_period)

  union all
  select
    'money_that_moved_is_in_the_books', m.organization_id, m.id,
    format('nothing on stripe_balance for %s', m.net_amount_cents)
  from app_public.payment_transactions as m
  where not exists (
    select from app_public.ledger_entries as e
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
      and a.kind = 'stripe_balance'
    where e.organization_id = m.organization_id and e.transaction_id = m.ledger_transaction_id
  )

  union all
  select
    'fact_counts_within_its_month', t.organization_id, t.id,
    format('%s is not in %s', t.effective_at, to_char(t.accounting_period, 'YYYY-MM'))
  from app_public.ledger_transactions as t
  join app_public.accounting_periods as p
    on p.organization_id = t.organization_id and p.period = t.accounting_period
  where t.effective_at < p.starts_at or t.effective_at >= p.ends_at

  union all
  select
    'months_follow_each_other', p.organization_id, p.id,
    format('%s begins at %s, the one before it ended at %s', to_char(p.period, 'YYYY-MM'),
      p.starts_at, before.ends_at)
  from app_public.accounting_periods as p
  join lateral (
    select o.period, o.ends_at, o.status
    from app_public.accounting_periods as o
    where o.organization_id = p.organization_id and o.period < p.period
    order by o.period desc
    limit 1
  ) as before on true
  where before.ends_at <> p.starts_at
    or before.period <> (p.period - interval '1 month')::date
    or before.status < p.status

  union all
  select
    'balance_of_a_closed_month_is_its_entries', p.organization_id, a.id,
    format('%s of %s: the entries say %s, what was written down %s', a.kind,
      to_char(p.period, 'YYYY-MM'), e.balance, coalesce(b.closing_cents::text, 'nothing'))
  from app_public.accounting_periods as p
  join app_public.ledger_accounts as a on a.organization_id = p.organization_id
  cross join lateral (
    select coalesce(sum(e.amount_cents), 0) as balance
    from app_public.ledger_entries as e
    join app_public.ledger_transactions as t
      on t.organization_id = e.organization_id and t.id = e.transaction_id
    where e.organization_id = a.organization_id
      and e.account_id = a.id
      and t.accounting_period <= p.period
  ) as e
  left join app_public.ledger_balances as b
    on b.organization_id = a.organization_id and b.account_id = a.id and b.period = p.period
  where p.status = 'closed' and e.balance <> coalesce(b.closing_cents, 0)

  union all
  select
    'account_is_on_its_side', a.organization_id, a.id,
    format('%s has %s on the other side', a.kind, abs(e.balance))
  from app_public.ledger_accounts as a
  join app_public.ledger_account_rules as k on k.kind = a.kind and not k.may_be_negative
  cross join lateral (
    select coalesce(sum(e.amount_cents), 0) as balance
    from app_public.ledger_entries as e
    where e.organization_id = a.organization_id and e.account_id = a.id
  ) as e
  where case k.normal_side when 'debit' then e.balance < 0 else e.balance > 0 end
$$;

comment on function app_private.check_books() is
  'What is inconsistent of the books, with themselves or with what they tell of.';
