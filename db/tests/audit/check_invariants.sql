-- If this fails, check_invariants() calls something consistent that is not.
-- run as: superuser
select plan(42);

select tests.create_theatre();
select tests.sell('sale', 'theatre', 1, 1, 2);
select tests.sell('refund', 'theatre', 2, 3);
select tests.sign_in('theatre owner');
select app_public.cancel_booking(tests.id('refund'));
select tests.as_owner();
select app_private.record_refund(tests.refund_of(tests.id('refund')), 're_1', 'succeeded', null);
select tests.as_guest(3);
select tests.keep(
  'cart', (app_public.hold_seats(tests.id('theatre.performance'), tests.seats(4, 13))).id
);
select tests.as_owner();
select tests.create_standing();
select tests.as_guest(4);
select tests.keep('standing', tests.admit('terrace', 2));
select tests.as_owner();
select tests.create_festival();
select tests.as_guest(4);
select tests.keep('pass', tests.attend('pass', 1));
select app_public.start_checkout(tests.id('pass'), 'x@example.com');
select tests.as_owner();
select tests.pay(tests.id('pass'));
select tests.sign_in('theatre owner');
select tests.keep('allocation', (
  app_public.allocate_seats(tests.id('theatre.performance'), tests.seats(10), 'house', 'x')
).id);
select tests.as_owner();
set constraints all immediate;
set constraints all deferred;
select tests.as_role('none');
select is_empty('select * from app_public.check_invariants()', 'all is well');

-- Constraints and triggers are out of the way, and each violation is undone at once.
create function tests.found(violation text) returns text
language plpgsql volatile as $$
declare
  v_found text;
begin
  begin
    set local session_replication_role = replica;
    execute violation;
    v_found := (
      select string_agg(distinct c.invariant, ' ' order by c.invariant)
      from app_public.check_invariants() as c
    );
    raise exception using errcode = 'ZZ000';
  exception
    when sqlstate 'ZZ000' then
      return v_found;
  end;
end
$$;
alter table app_public.seat_booking_state drop constraint seat_booking_state_taken_has_booking,
  drop constraint seat_booking_state_locked_has_deadline;
alter table app_public.tickets drop constraint tickets_total_is_sum_of_parts;
alter table app_public.bookings drop constraint bookings_total_is_sum_of_parts,
  drop constraint bookings_beyond_draft_has_customer, drop constraint bookings_open_has_deadline;
alter table app_public.payment_intents
  drop constraint payment_intents_received_is_all_or_nothing,
  drop constraint payment_intents_refunds_are_within_what_was_received;

select is(tests.found(v.violation), v.invariants, v.why)
from (values
  (
    $$ update app_public.seat_booking_state set status = 'booked', booking_id = tests.id('sale')
      where performance_id = tests.id('theatre.performance') and seat_no = 9 $$,
    'booked_seat_has_one_ticket seat_belongs_to_its_booking', 'a seat booked without a line'
  ),
  (
    $$ update app_public.seat_booking_state set status = 'locked', booking_id = tests.id('refund'),
      locked_until = now() + interval '1 hour'
      where performance_id = tests.id('theatre.performance') and seat_no = 3 $$,
    'seat_belongs_to_its_booking', 'a seat held for what has ended'
  ),
  (
    $$ update app_public.seat_booking_state set status = 'available', booking_id = null,
      locked_until = null where booking_id = tests.id('cart') and seat_no = 4 $$,
    'open_booking_owns_its_seats', 'a cart without one of its seats'
  ),
  (
    $$ update app_public.seat_booking_state set status = 'available', booking_id = null
      where booking_id = tests.id('sale') and seat_no = 1 $$,
    'live_ticket_has_its_seat open_booking_owns_its_seats', 'a sold seat that is free'
  ),
  (
    $$ update app_public.seat_booking_state set locked_until = locked_until + interval '1 hour'
      where booking_id = tests.id('cart') and seat_no = 4 $$,
    'seat_is_held_as_long_as_its_booking', 'two deadlines'
  ),
  (
    $$ update app_public.tickets set status = 'canceled' where booking_id = tests.id('sale')
      and seat_no = 1 $$,
    'booked_seat_has_one_ticket confirmed_booking_has_its_tickets', 'a sold seat without ticket'
  ),
  (
    $$ update app_public.tickets set seat_no = 9 where booking_id = tests.id('sale')
      and seat_no = 1 $$,
    'booked_seat_has_one_ticket live_ticket_has_its_seat', 'a ticket for another seat'
  ),
  (
    $$ update app_public.tickets set status = 'valid' where booking_id = tests.id('refund') $$,
    'live_ticket_has_its_seat ticket_that_came_back_is_void', 'a ticket that was returned, and still opens'
  ),
  (
    $$ delete from app_private.ticket_credentials $$, 'ticket_has_its_credential',
    'a ticket that cannot be scanned'
  ),
  (
    $$ delete from app_public.tickets where booking_id = tests.id('sale') $$,
    'booked_seat_has_one_ticket confirmed_booking_has_its_tickets', 'a sale without tickets'
  ),
  (
    $$ update app_public.tickets set total_paid_cents = total_paid_cents + 1
      where booking_id = tests.id('sale') and seat_no = 1 $$,
    'tickets_sum_to_their_line', 'a cent too much on a ticket'
  ),
  (
    $$ update app_public.bookings set total_amount_cents = total_amount_cents - 1
      where id = tests.id('cart') $$,
    'booking_is_sum_of_its_lines', 'a cent too little in a cart'
  ),
  (
    $$ update app_public.payment_intents set received_cents = 0
      where booking_id = tests.id('sale') $$,
    'buyer_clearing_is_total_less_paid confirmed_booking_is_paid '
      'stripe_balance_is_what_came_and_went', 'a sale without money'
  ),
  (
    $$ update app_public.ledger_transactions set source = 'x:' || id
      where source like 'payment:%' $$,
    'buyer_clearing_is_total_less_paid payment_is_in_the_books '
      'stripe_balance_is_what_came_and_went', 'a payment beside the books'
  ),
  (
    $$ update app_public.ledger_transactions set source = 'x:' || id where source like 'sale:%' $$,
    'sale_is_in_the_books', 'a sale beside the books'
  ),
  (
    $$ update app_public.ledger_transactions set source = 'x:' || id where source like 'refund:%' $$,
    'buyer_clearing_is_total_less_paid refund_is_in_the_books '
      'stripe_balance_is_what_came_and_went', 'a refund beside the books'
  ),
  (
    $$ update app_public.ledger_entries as e set amount_cents = amount_cents + 1
      from app_public.ledger_accounts as a
      where a.id = e.account_id and a.kind = 'taxes_payable' $$,
    'ledger_transaction_is_balanced', 'books that do not balance'
  ),
  (
    $$ insert into app_public.ledger_transactions (
        organization_id, source, description, effective_at, accounting_period
      )
      select p.organization_id, 'x', 'x', now(), p.period from app_public.accounting_periods as p $$,
    'ledger_transaction_is_balanced', 'a fact without entries'
  ),
  (
    $$ update app_public.ledger_transactions set effective_at = effective_at + interval '9 weeks'
      where source like 'sale:%' $$,
    'fact_counts_within_its_month', 'a fact that counts in another month'
  ),
  (
    $$ insert into app_public.accounting_periods (organization_id, period, starts_at, ends_at)
      select p.organization_id, (p.period + interval '2 months')::date, p.ends_at,
        p.ends_at + interval '1 day'
      from app_public.accounting_periods as p $$,
    'months_follow_each_other', 'a month that is left out'
  ),
  (
    $$ update app_public.payment_transactions set gross_amount_cents = gross_amount_cents + 1,
        net_amount_cents = net_amount_cents + 1
      where transaction_type = 'payment' $$,
    'money_that_moved_has_its_row', 'a movement that is not what was posted'
  ),
  (
    $$ update app_public.payment_transactions set ledger_transaction_id = t.id
      from app_public.ledger_transactions as t
      where transaction_type = 'refund' and t.source = 'sale:' || tests.id('sale') $$,
    'money_that_moved_has_its_row money_that_moved_is_in_the_books', 'a movement of nothing'
  ),
  (
    $$ insert into app_public.promoter_shares (
        organization_id, booking_id, promoter_id, share_percentage, base_cents, share_cents
      )
      values (tests.id('theatre.organization'), tests.id('sale'), uuidv7(), 10, 10, 1) $$,
    'promoter_has_the_share_that_was_frozen', 'a share that nobody posted'
  ),
  (
    $$ update app_public.accounting_periods set status = 'closed',
      closing_started_at = ends_at, closed_at = ends_at $$,
    'balance_of_a_closed_month_is_its_entries', 'a month closed without its balances'
  ),
  (
    $$ update app_public.ledger_account_rules set normal_side = 'debit'
      where kind = 'taxes_payable' $$,
    'account_is_on_its_side', 'an account below zero'
  ),
  (
    $$ update app_public.payment_intents set refunded_cents = refunded_cents - 1
      where booking_id = tests.id('refund') $$,
    'refunded_is_sum_of_refunds unwanted_money_is_on_its_way_back', 'a refund that is not counted'
  ),
  (
    $$ update app_public.bookings set status = 'expired' where id = tests.id('sale') $$,
    'seat_belongs_to_its_booking status_is_the_last_logged '
    'unwanted_money_is_on_its_way_back',
    'a sale that has ended by itself'
  ),
  (
    $$ update app_public.bookings set refunded_cents = 1 where id = tests.id('sale') $$,
    'confirmed_booking_is_paid taken_back_is_in_the_books taken_back_is_sum_of_items',
    'a cent that was taken back of nothing'
  ),
  (
    $$ update app_public.bookings set refunded_cents = refunded_cents - 1
      where id = tests.id('refund') $$,
    'kept_was_paid taken_back_is_in_the_books taken_back_is_sum_of_items',
    'a cent that is kept, and that nobody has paid'
  ),
  (
    $$ update app_public.refund_items set tax_cents = tax_cents + 1, price_cents = price_cents - 1 $$,
    'line_gives_back_what_it_has', 'more tax than was paid'
  ),
  (
    $$ delete from app_public.seat_booking_state
      where performance_id = tests.id('theatre.performance') and seat_no = 20 $$,
    'inventory_is_the_layout', 'a seat that is not in the inventory'
  ),
  (
    $$ update app_private.admission_slots set held = held + 1
      where pool_id = tests.id('standing.floor') $$,
    'slot_is_sum_of_its_claims', 'a place that is held for nobody'
  ),
  (
    $$ update app_private.admission_slots set capacity = capacity + 1
      where pool_id = tests.id('standing.floor') $$,
    'pool_is_sum_of_its_slots', 'a place more than the pool has'
  ),
  (
    $$ update app_private.admission_claims set held_until = held_until + interval '1 hour'
      where pool_id = tests.id('standing.floor') $$,
    'booking_has_its_admissions', 'two deadlines of admissions'
  ),
  (
    $$ update app_private.admission_claims set booking_id = tests.id('refund')
      where pool_id = tests.id('standing.terrace') $$,
    'admissions_belong_to_their_booking booking_has_its_admissions',
    'admissions held for what has ended'
  ),
  (
    $$ update app_public.admission_pools set chain = array[id]
      where id = tests.id('festival.pass.pool') $$,
    'pass_takes_from_each_date', 'a pass that takes no place of its dates'
  ),
  (
    $$ delete from app_private.admission_claims
      where booking_id = tests.id('pass') and pool_id = tests.id('festival.friday.pool') $$,
    'booking_has_its_admissions slot_is_sum_of_its_claims', 'a pass without a place on Friday'
  ),
  (
    $$ insert into app_public.pass_entries (
        organization_id, ticket_id, performance_id, first_entry_at
      )
      select t.organization_id, t.id, tests.id('festival.friday'), now()
      from app_public.tickets as t where t.booking_id = tests.id('pass') $$,
    'entries_of_passes_were_scanned pass_that_came_in_is_used', 'an entry that nobody scanned'
  ),
  (
    $$ insert into app_public.ticket_scans (organization_id, performance_id, ticket_id, result)
      select t.organization_id, tests.id('festival.friday'), t.id, 'success'
      from app_public.tickets as t where t.booking_id = tests.id('pass') $$,
    'entries_of_passes_were_scanned', 'a scan that does not count'
  ),
  (
    $$ update app_public.seat_booking_state set status = 'available'
      where performance_id = tests.id('theatre.performance') and seat_no = 10 $$,
    'allocated_seat_is_kept_back', 'a seat that is kept back and on sale'
  ),
  (
    $$ with done as (
      update app_public.performances set status = 'canceled'
      where id = tests.id('theatre.performance') returning organization_id, event_id
    )
    insert into app_public.event_cancellations (organization_id, event_id, completed_at)
    select organization_id, event_id, now() from done $$,
    'canceled_performance_keeps_no_booking', 'a ticket for what was canceled'
  )
) as v (violation, invariants, why);
