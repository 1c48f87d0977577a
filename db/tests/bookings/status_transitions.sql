-- If this fails, a booking goes where no booking may go, or history is rewritten.
select plan(37);

select tests.create_theatre();
select tests.sell('sold', 'theatre', 1, 1);

-- Every pair of states, as the owner of the tables: constraints on other columns are not in the
-- way, because the trigger speaks first.
select is(
  (
    select string_agg(format('%s>%s', f, t), ' ' order by f, t)
    from unnest(enum_range(null::app_public.booking_status)) as f,
      unnest(enum_range(null::app_public.booking_status)) as t
    where exists (
      select from app_public.booking_status_transitions as s
      where s.from_status = f and s.to_status = t
    )
  ),
  'draft>pending_payment draft>confirmed draft>canceled draft>expired draft>fraud_hold '
  'draft>pending_approval pending_payment>draft pending_payment>confirmed '
  'pending_payment>partially_paid '
  'pending_payment>canceled pending_payment>expired pending_payment>pending_approval '
  'confirmed>canceled confirmed>disputed '
  'confirmed>completed partially_paid>confirmed partially_paid>canceled '
  'partially_paid>disputed canceled>refunded refunded>canceled '
  'refunded>expired expired>confirmed expired>partially_paid expired>refunded '
  'disputed>confirmed disputed>partially_paid disputed>canceled disputed>completed '
  'fraud_hold>pending_payment fraud_hold>canceled fraud_hold>expired '
  'fraud_hold>pending_approval pending_approval>pending_payment pending_approval>canceled '
  'pending_approval>expired completed>canceled completed>disputed',
  'these moves are allowed, and no others'
);
select tests.refused(
  format('update app_public.bookings set status = %L where id = tests.id(''sold'')', s), 'LMTRN',
  format('confirmed does not become %s', s)
)
from unnest(enum_range(null::app_public.booking_status)) as s
where s not in ('confirmed', 'canceled', 'completed', 'disputed');
select tests.refused(
  $$ update app_public.bookings set status = null where id = tests.id('sold') $$, 'LMTRN',
  'nor null'
);
select tests.refused(
  format(
    $$ insert into app_public.bookings (organization_id, performance_id, booking_reference, status,
      currency, commission_percentage, booking_channel)
    values (tests.id('theatre.organization'), tests.id('theatre.performance'), 'LML-AAAAAAAA', %L,
      'EUR', 0, 'admin') $$, s
  ),
  'LMTRN', format('nothing begins as %s', s)
)
from unnest(array['pending_payment', 'confirmed', 'refunded', 'expired']) as s;
select tests.refused(
  $$ insert into app_public.bookings (organization_id, performance_id, booking_reference, status,
      currency, commission_percentage, booking_channel)
    values (tests.id('theatre.organization'), tests.id('theatre.performance'), 'LML-AAAAAAAA', null,
      'EUR', 0, 'admin') $$,
  '23502', 'nor as null'
);

-- The log.
select results_eq(
  $$ select from_status::text, to_status::text, changed_via collate "default"
    from app_public.booking_state_transitions
    where booking_id = tests.id('sold') order by id $$,
  $$ values (null::text, 'draft', session_user::text collate "default"),
    ('draft', 'pending_payment', session_user),
    ('pending_payment', 'confirmed', session_user) $$,
  'every state is logged, from the first'
);
select tests.refused(statement, 'LMAPP', statement)
from unnest(array[
  'update app_public.booking_state_transitions set reason = ''x''',
  'delete from app_public.booking_state_transitions',
  'truncate app_public.booking_state_transitions'
]) as statement;
select set_config('lml.channel', 'mobile', true), set_config('lml.request_id', 'r-1', true);
select tests.sign_in('ada');
select tests.keep(
  'ada', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(2))).id
);
select results_eq(
  $$ select changed_by, changed_via, request_id from app_public.booking_state_transitions $$,
  $$ values (tests.user_id('ada'), 'mobile', 'r-1') $$, 'with who, how and in which request'
);
select is(
  (select booking_channel::text from app_public.bookings), 'mobile', 'the booking says how, too'
);
select set_config('lml.channel', 'admin', true);
select tests.keep(
  'admin', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(3))).id
);
select is(
  (select booking_channel::text from app_public.bookings where id = tests.id('admin')), 'web',
  'nobody becomes the box office by saying so'
);

-- Totals. Nothing is left to be checked of what was written above.
select tests.as_owner();
set constraints all immediate;
set constraints all deferred;
create function tests.breaks_totals(statement text) returns void
language plpgsql volatile as $$
begin
  execute statement;
  set constraints all immediate;
end
$$;
create function tests.begin_with_amounts() returns app_public.bookings
language sql volatile as $$
  insert into app_public.bookings (
    organization_id, performance_id, booking_reference, cart_token_hash, currency, subtotal_cents,
    total_amount_cents, commission_percentage, payout_cents, expires_at
  )
  select
    b.organization_id, b.performance_id, 'LML-AAAAAAAA', sha256('begun'), b.currency, 100, 100, 0,
    100, b.expires_at
  from app_public.bookings as b where b.id = tests.id('ada')
  returning *
$$;
select tests.refused(format('select tests.breaks_totals(%L)', statement), 'LMSUM', statement)
from unnest(array[
  'select tests.begin_with_amounts()',
  'insert into app_public.booking_items (organization_id, booking_id, item_type,'
    || ' ticket_category_id, quantity, unit_price_cents, subtotal_cents, total_cents)'
    || ' select b.organization_id, b.id, ''admission'', i.ticket_category_id, 1, 99, 99, 99'
    || ' from app_public.booking_items as i, tests.begin_with_amounts() as b'
    || ' where i.booking_id = tests.id(''ada'')',
  'delete from app_public.booking_items where booking_id = tests.id(''ada'')',
  'update app_public.booking_items set tax_cents = tax_cents + 1, total_cents = total_cents + 1',
  'update app_public.booking_items set price_basis = ''pending'''
]) as statement;
-- Each part alone, with a total and a payout that agree with it.
select tests.refused(
  format('select tests.breaks_totals(%L)', format(
    'update app_public.bookings set %1$s = %1$s + 1, total_amount_cents = total_amount_cents + %2$s,
      payout_cents = payout_cents + %3$s where id = tests.id(''ada'')', part, total, payout
  )),
  'LMSUM', part
)
from (
  values ('subtotal_cents', 1, 1), ('discount_cents', -1, -1), ('service_fee_cents', 1, 0),
    ('processing_fee_cents', 1, 0), ('tax_cents', 1, 0), ('service_fee_absorbed_cents', 0, -1),
    ('processing_fee_absorbed_cents', 0, -1), ('tax_included_cents', 0, -1)
) as parts (part, total, payout);
select tests.refused(
  'update app_public.bookings set total_amount_cents = 0', '23514',
  'a total is the sum of its parts'
);
select tests.refused(
  'update app_public.bookings set payout_cents = payout_cents + 1, tax_cents = tax_cents', '23514',
  'a payout is what the commission leaves'
);
