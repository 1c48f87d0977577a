--! Previous: sha1:142597417bac0a00acbdeaab675ddf213712a495
--! Hash: sha1:2a748afff7b345d02fa41574f5a282118876fae5
--! Message: One lock for staff, and invariants by module

--! split: 052-one-lock-for-staff.sql
-- Whoever approves a booking and whoever sells it lock it by one function, which asks for a permission.
drop function app_private.lock_staff_sale(uuid);

--! split: 1000-functions-events-update_ticket_category.sql
create or replace function app_public.update_ticket_category(
  ticket_category_id uuid, name text default null, description text default null,
  status app_public.ticket_category_status default null, sort_order integer default null,
  sales_start timestamptz default null, sales_end timestamptz default null,
  min_per_transaction integer default null, max_per_transaction integer default null,
  max_per_user integer default null, includes text[] default null,
  restrictions text[] default null, seat_categories text[] default null,
  sections text[] default null
)
returns app_public.ticket_categories
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_category_event(
    update_ticket_category.ticket_category_id
  );
  v_category app_public.ticket_categories;
  v_constraint text;
  v_column text;
begin
  if v_event.status in ('canceled', 'completed') then
    raise exception 'The event is %: nothing is sold any more.', v_event.status
      using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  if v_event.status <> 'draft'
    and num_nonnulls(update_ticket_category.seat_categories, update_ticket_category.sections) > 0
  then
    raise exception 'Which seats a category covers is settled by publishing.'
      using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  update app_public.ticket_categories as c
  set name = coalesce(update_ticket_category.name, c.name),
    description = nullif(coalesce(update_ticket_category.description, c.description), ''),
    status = coalesce(update_ticket_category.status, c.status),
    sort_order = coalesce(update_ticket_category.sort_order, c.sort_order),
    sales_start = nullif(
      coalesce(update_ticket_category.sales_start, c.sales_start), '-infinity'
    ),
    sales_end = nullif(coalesce(update_ticket_category.sales_end, c.sales_end), 'infinity'),
    min_per_transaction = coalesce(
      update_ticket_category.min_per_transaction, c.min_per_transaction
    ),
    max_per_transaction = nullif(
      coalesce(update_ticket_category.max_per_transaction, c.max_per_transaction), 0
    ),
    max_per_user = nullif(coalesce(update_ticket_category.max_per_user, c.max_per_user), 0),
    includes = coalesce(update_ticket_category.includes, c.includes),
    restrictions = coalesce(update_ticket_category.restrictions, c.restrictions),
    seat_categories = coalesce(update_ticket_category.seat_categories, c.seat_categories),
    sections = coalesce(update_ticket_category.sections, c.sections)
  where c.id = update_ticket_category.ticket_category_id
  returning * into v_category;
  return v_category;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    raise exception 'The event has a category of that name.'
      using errcode = 'LMINP', detail = 'name';
end
$$;

comment on function app_public.update_ticket_category(
  uuid, text, text, app_public.ticket_category_status, integer, timestamptz, timestamptz, integer,
  integer, integer, text[], text[], text[], text[]
) is
  'Changes a ticket category: null leaves a value as it is; an empty text, 0 as a maximum, '
  '-infinity as a start or infinity as an end removes it. Which seats it covers only of a draft. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMINP.';
grant execute on function app_public.update_ticket_category(
  uuid, text, text, app_public.ticket_category_status, integer, timestamptz, timestamptz, integer,
  integer, integer, text[], text[], text[], text[]
) to lml_user;

--! split: 1001-functions-inventory-check_inventory.sql
create or replace function app_private.check_inventory()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select
    'seat_belongs_to_its_booking', s.organization_id, s.booking_id,
    format('seat %s of performance %s is not on a line of its booking', s.seat_no, s.performance_id)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where (s.status = 'booked' or (s.status = 'locked' and s.locked_until > now()))
    and not (
      b.performance_id = s.performance_id
      and b.status in (
        'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'partially_paid', 'confirmed',
        'completed', 'disputed'
      )
      and exists (
        select from app_public.booking_items as i
        where i.organization_id = b.organization_id
          and i.booking_id = b.id
          and s.seat_no = any (i.seat_nos)
      )
    )

  union all
  select
    'open_booking_owns_its_seats', b.organization_id, b.id,
    format('seat %s is on a line of the booking, but is not held for it', n)
  from app_public.bookings as b
  join app_public.booking_items as i
    on i.organization_id = b.organization_id and i.booking_id = b.id
  cross join unnest(i.seat_nos) as n
  where (
      (
        b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
        and b.expires_at > now()
      )
      or b.status in ('partially_paid', 'confirmed', 'completed', 'disputed')
    )
    -- A seat whose ticket was returned is on sale again.
    and not exists (
      select from app_public.tickets as t
      where t.organization_id = i.organization_id
        and t.booking_item_id = i.id
        and t.seat_no = n
        and t.status = 'refunded'
    )
    and not exists (
      select from app_public.seat_booking_state as s
      where s.organization_id = b.organization_id
        and s.performance_id = b.performance_id
        and s.seat_no = n
        and s.booking_id = b.id
        and s.status
          = case when b.confirmed_at is null then 'locked' else 'booked' end::app_public.seat_status
    )

  union all
  select
    'seat_is_held_as_long_as_its_booking', s.organization_id, s.booking_id,
    format('seat %s is held until %s, not until %s', s.seat_no, s.locked_until, b.expires_at)
  from app_public.seat_booking_state as s
  join app_public.bookings as b on b.organization_id = s.organization_id and b.id = s.booking_id
  where s.status = 'locked'
    and b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
    and s.locked_until <> b.expires_at

  union all
  select
    'slot_is_sum_of_its_claims', s.organization_id, s.pool_id,
    format(
      'slot %s says %s held and %s sold, its claims %s and %s', s.slot_no, s.held, s.sold,
      c.held, c.sold
    )
  from app_private.admission_slots as s
  cross join lateral (
    select
      coalesce(sum(c.quantity) filter (where c.held_until is not null), 0) as held,
      coalesce(sum(c.quantity) filter (where c.held_until is null), 0) as sold
    from app_private.admission_claims as c
    where c.organization_id = s.organization_id
      and c.pool_id = s.pool_id
      and c.slot_no = s.slot_no
  ) as c
  where (s.held, s.sold) is distinct from (c.held, c.sold)

  union all
  select
    'pool_is_sum_of_its_slots', p.organization_id, p.id,
    format('its slots take %s, the pool %s', coalesce(s.capacity, 0), p.capacity - p.allocated)
  from app_public.admission_pools as p
  left join lateral (
    select sum(s.capacity) as capacity
    from app_private.admission_slots as s
    where s.organization_id = p.organization_id and s.pool_id = p.id
  ) as s on true
  where s.capacity is distinct from p.capacity - p.allocated

  union all
  select
    'pool_keeps_back_its_allocations', p.organization_id, p.id,
    format('%s kept back, allocations have %s', p.allocated, coalesce(a.places, 0))
  from app_public.admission_pools as p
  left join lateral (
    select sum(a.places_left) as places
    from app_public.admission_allocations as a
    join app_public.admission_pools as inside
      on inside.organization_id = a.organization_id and inside.id = a.pool_id
    where a.organization_id = p.organization_id
      and a.performance_id = p.performance_id
      and p.id = any (inside.chain)
  ) as a on true
  where p.allocated <> coalesce(a.places, 0)

  union all
  select
    'stock_is_sum_of_its_claims', s.organization_id, s.add_on_id,
    format('%s held and %s sold, its claims %s and %s', s.held, s.sold, c.held, c.sold)
  from app_private.add_on_counters as s
  cross join lateral (
    select
      coalesce(sum(c.quantity) filter (where c.held_until is not null), 0) as held,
      coalesce(sum(c.quantity) filter (where c.held_until is null), 0) as sold
    from app_private.add_on_claims as c
    where c.organization_id = s.organization_id and c.add_on_id = s.add_on_id
  ) as c
  where (s.held, s.sold) is distinct from (c.held, c.sold)

  union all
  select
    'booking_has_its_add_ons', b.organization_id, b.id,
    format('%s of add-on %s, its line has %s', coalesce(c.quantity, 0), i.add_on_id, i.quantity)
  from app_public.booking_items as i
  join app_public.bookings as b on b.organization_id = i.organization_id and b.id = i.booking_id
  join app_private.add_on_counters as s
    on s.organization_id = i.organization_id and s.add_on_id = i.add_on_id
  left join app_private.add_on_claims as c
    on c.organization_id = i.organization_id
    and c.add_on_id = i.add_on_id
    and c.booking_id = i.booking_id
    and c.held_until is not distinct from b.expires_at
  where (
      (
        b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
        and b.expires_at > now()
      )
      or b.status in ('confirmed', 'partially_paid', 'completed', 'disputed')
    )
    and c.quantity is distinct from i.quantity

  union all
  select
    'add_ons_belong_to_their_booking', c.organization_id, c.booking_id,
    format('%s of add-on %s for a booking that is %s', c.quantity, c.add_on_id, b.status)
  from app_private.add_on_claims as c
  join app_public.bookings as b on b.organization_id = c.organization_id and b.id = c.booking_id
  where (
      c.held_until is null
      and b.status in (
        'draft', 'pending_payment', 'fraud_hold', 'pending_approval', 'canceled', 'refunded',
        'expired'
      )
    )
    or (
      c.held_until > now()
      and b.status not in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
    )

  union all
  select
    'booking_has_its_admissions', b.organization_id, b.id,
    format('%s places of pool %s, its lines need %s', coalesce(c.quantity, 0), n.pool_id, n.quantity)
  from app_public.bookings as b
  cross join lateral (
    select c.pool_id, sum(i.quantity - i.returned_quantity) as quantity
    from app_public.booking_items as i
    join app_public.admission_pool_categories as pc
      on pc.organization_id = i.organization_id
      and pc.performance_id = b.performance_id
      and pc.ticket_category_id = i.ticket_category_id
    join app_public.admission_pools as pool
      on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
    cross join unnest(pool.chain) as c (pool_id)
    where i.organization_id = b.organization_id
      and i.booking_id = b.id
      and i.item_type = 'admission'
    group by c.pool_id
  ) as n
  left join lateral (
    select sum(c.quantity) as quantity
    from app_private.admission_claims as c
    where c.organization_id = b.organization_id
      and c.booking_id = b.id
      and c.pool_id = n.pool_id
      and c.held_until is not distinct from b.expires_at
  ) as c on true
  where (
      (
        b.status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
        and b.expires_at > now()
      )
      or b.status in ('partially_paid', 'confirmed', 'completed', 'disputed')
    )
    and coalesce(c.quantity, 0) <> n.quantity

  union all
  select
    'admissions_belong_to_their_booking', c.organization_id, c.booking_id,
    format('%s places of pool %s for a booking that is %s', c.quantity, c.pool_id, b.status)
  from app_private.admission_claims as c
  join app_public.bookings as b on b.organization_id = c.organization_id and b.id = c.booking_id
  where (
      c.held_until is null
      and b.status not in ('partially_paid', 'confirmed', 'completed', 'disputed')
    )
    or (
      c.held_until > now()
      and b.status not in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval')
    )

  union all
  select
    'allocated_seat_is_kept_back', a.organization_id, a.allocation_id,
    format('seat %s of the allocation is %s', a.seat_no, s.status)
  from app_public.seat_allocation_seats as a
  join app_public.seat_booking_state as s
    on s.organization_id = a.organization_id
    and s.performance_id = a.performance_id
    and s.seat_no = a.seat_no
  where s.status not in ('reserved', 'blocked')

  union all
  select
    'inventory_is_the_layout', p.organization_id, p.id,
    format('%s seats in the inventory, %s in the layout', s.seats, l.seat_count)
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  join app_public.venue_layouts as l
    on l.organization_id = p.organization_id and l.id = p.layout_id
  cross join lateral (
    select count(*) as seats
    from app_public.seat_booking_state as s
    where s.organization_id = p.organization_id and s.performance_id = p.id
  ) as s
  where e.status not in ('draft', 'canceled') and s.seats <> l.seat_count
$$;

comment on function app_private.check_inventory() is
  'What is inconsistent of seats, pools and stocks, and who has them.';

--! split: 1002-functions-bookings-check_bookings.sql
create or replace function app_private.check_bookings()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select
    'booking_is_sum_of_its_lines', b.organization_id, b.id,
    format('lines sum to %s, the booking to %s', coalesce(i.total, 0), b.total_amount_cents)
  from app_public.bookings as b
  left join lateral (
    select sum(i.total_cents) as total
    from app_public.booking_items as i
    where i.organization_id = b.organization_id and i.booking_id = b.id
  ) as i on true
  where coalesce(i.total, 0) <> b.total_amount_cents

  union all
  select
    'parts_sum_to_their_booking', b.organization_id, b.id,
    format('its parts sum to %s, the booking to %s', coalesce(s.total, 0), b.total_amount_cents)
  from app_public.bookings as b
  left join lateral (
    select sum(s.amount_cents) as total
    from app_public.booking_payment_schedule as s
    where s.organization_id = b.organization_id and s.booking_id = b.id
  ) as s on true
  where (s.total is not null or b.status = 'partially_paid')
    and coalesce(s.total, 0) <> b.total_amount_cents

  union all
  select
    'status_is_the_last_logged', b.organization_id, b.id,
    format('the booking is %s, its log says %s', b.status, coalesce(t.to_status::text, 'nothing'))
  from app_public.bookings as b
  left join lateral (
    select t.to_status
    from app_public.booking_state_transitions as t
    where t.organization_id = b.organization_id and t.booking_id = b.id
    order by t.id desc
    limit 1
  ) as t on true
  where t.to_status is distinct from b.status
    -- Nothing is left of what was dropped by retention.
    and (
      t.to_status is not null
      or not exists (
        select from app_private.closed_months as c
        where c.table_name = 'booking_state_transitions'
          and c.dropped_at is not null
          and b.created_at < (c.month + interval '1 month') at time zone 'UTC'
      )
    )

  union all
  select
    'canceled_performance_keeps_no_booking', b.organization_id, b.id,
    format('it is %s, and the cancellation is done', b.status)
  from app_public.event_cancellations as c
  join app_public.performances as p
    on p.organization_id = c.organization_id
    and p.event_id = c.event_id
    and p.id = coalesce(c.performance_id, p.id)
    and p.status = 'canceled'
  join app_public.bookings as b
    on b.organization_id = p.organization_id
    and b.performance_id = p.id
    and b.status in (
      'pending_payment', 'fraud_hold', 'pending_approval', 'partially_paid', 'confirmed'
    )
  where c.completed_at is not null
    and not exists (
      select from app_public.event_cancellation_failures as f
      where f.organization_id = b.organization_id and f.booking_id = b.id
    )
$$;

comment on function app_private.check_bookings() is
  'What is inconsistent of bookings alone.';

--! split: 1003-functions-bookings-checkout_for_customer.sql
create or replace function app_public.checkout_for_customer(
  booking_id uuid, payment app_public.staff_payment, note text default null,
  override_reason text default null, pay_within_hours integer default 24,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_of_staff(
    checkout_for_customer.booking_id, 'bookings.sell'
  );
  v_sale app_private.sale;
  v_constraint text;
  v_column text;
begin
  if app_private.replay_result(
    checkout_for_customer.idempotency_key, 'checkout_for_customer',
    jsonb_build_array(
      checkout_for_customer.booking_id, checkout_for_customer.payment,
      checkout_for_customer.note, checkout_for_customer.override_reason,
      checkout_for_customer.pay_within_hours
    )
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  if v_booking.booking_channel not in ('admin', 'phone') then
    raise exception 'The buyer of this booking checks out.'
      using errcode = 'LMBST', detail = v_booking.booking_channel::text;
  end if;
  if coalesce(checkout_for_customer.pay_within_hours not between 1 and 168, true) then
    raise exception 'A customer has 1 to 168 hours to pay.'
      using errcode = 'LMINP', detail = 'pay_within_hours';
  end if;
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  if app_private.tickets_in(v_booking) = 0 then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;
  update app_public.staff_sales as s
  set payment = checkout_for_customer.payment, note = checkout_for_customer.note,
    override_reason = checkout_for_customer.override_reason
  where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id;
  if checkout_for_customer.payment = 'complimentary' then
    perform app_hidden.require_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    );
    v_booking := app_private.waive_lines(v_booking);
  end if;
  perform app_private.require_revenue_limit(v_booking);
  if checkout_for_customer.override_reason is null then
    perform app_private.require_buyer_limits(v_booking);
  end if;
  perform app_private.prolong_hold(
    v_booking,
    case when checkout_for_customer.payment = 'link'
      then now() + make_interval(hours => checkout_for_customer.pay_within_hours)
      else v_booking.expires_at
    end
  );
  -- Only who pays by card pays in parts.
  update app_public.bookings as b
  set checkout_started_at = now(),
    payment_plan_id = case when checkout_for_customer.payment = 'link' then b.payment_plan_id end
  where b.id = v_booking.id
  returning * into v_booking;

  if v_booking.total_amount_cents = 0 or checkout_for_customer.payment = 'link' then
    perform app_private.proceed_to_payment(v_booking);
  elsif checkout_for_customer.payment = 'invoice' then
    perform app_private.sell_on_invoice(v_booking);
  else
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id
    returning * into v_booking;
    perform app_private.receive_at_box_office(
      v_booking, checkout_for_customer.payment::text::app_public.payment_method
    );
  end if;
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  perform app_private.mail_booking(
    v_booking,
    case
      when v_booking.status = 'pending_payment' then 'payment_link'
      when checkout_for_customer.payment = 'invoice' then 'booking_invoiced'
      else 'booking_sold'
    end
  );
  perform app_private.keep_result(checkout_for_customer.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.checkout_for_customer(
  uuid, app_public.staff_payment, text, text, integer, text
) is
  'Sells what was held for a customer: by a link that is mailed to them, which they may use for '
  'pay_within_hours; for cash or by the terminal at the counter; on invoice, whose money is taken '
  'later with take_payment; or complimentary, with a note that says for whom (needs '
  'bookings.manage too). The limits of one buyer hold unless override_reason says why not. '
  'Needs bookings.sell at the venue. Raises LMBST, LMEXP, LMQTY, LMEVT, LMSAL, LMMAX, LMLIM, LMPLN, '
  'LMINP, LMNFD, LMRGT, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.checkout_for_customer(
  uuid, app_public.staff_payment, text, text, integer, text
) to lml_user;

--! split: 1004-functions-bookings-lock_approval.sql
create or replace function app_private.lock_approval(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_of_staff(
    lock_approval.booking_id, 'bookings.manage'
  );
begin
  if v_booking.user_id = app_hidden.current_user_id() then
    raise exception 'Nobody approves what they buy themselves.' using errcode = 'LMRGT';
  end if;
  if v_booking.status <> 'pending_approval' then
    raise exception 'The booking is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  if v_booking.expires_at <= now() then
    raise exception 'The time for an answer has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text;
  end if;
  return v_booking;
end
$$;

comment on function app_private.lock_approval(uuid) is
  'A booking that waits for an answer, locked, for staff with bookings.manage. '
  'Raises LMAUT, LMSES, LMRGT, LMNFD, LMBST, LMEXP.';

--! split: 1005-functions-bookings-lock_booking_of_staff.sql
create or replace function app_private.lock_booking_of_staff(booking_id uuid, permission text)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  -- Asked before it is locked: a stranger must not make anybody wait.
  select * into v_booking
  from app_public.bookings as b where b.id = lock_booking_of_staff.booking_id;
  perform app_hidden.require_performance_permission(
    v_booking.organization_id, v_booking.performance_id, lock_booking_of_staff.permission
  );
  select * into strict v_booking
  from app_public.bookings as b where b.id = lock_booking_of_staff.booking_id
  for no key update;
  return v_booking;
end
$$;

comment on function app_private.lock_booking_of_staff(uuid, text) is
  'A booking, locked, for staff with a permission at its venue; owning it gives no right here. '
  'Raises LMAUT, LMSES, LMRGT, LMNFD.';

--! split: 1006-functions-bookings-set_category_approval.sql
create or replace function app_public.set_category_approval(
  ticket_category_id uuid, requires_approval boolean, approval_hours integer default 48,
  approved_payment_hours integer default 24
)
returns app_public.ticket_categories
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_category_event(
    set_category_approval.ticket_category_id
  );
  v_category app_public.ticket_categories;
  v_constraint text;
  v_column text;
begin
  update app_public.ticket_categories as c
  set requires_approval = set_category_approval.requires_approval,
    approval_hours = set_category_approval.approval_hours,
    approved_payment_hours = set_category_approval.approved_payment_hours
  where c.organization_id = v_event.organization_id
    and c.id = set_category_approval.ticket_category_id
  returning * into strict v_category;
  return v_category;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_category_approval(uuid, boolean, integer, integer) is
  'Whether orders of a category wait for an answer, for how long, and how long the buyer may take '
  'to pay after a yes. For checkouts from now on. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.set_category_approval(uuid, boolean, integer, integer)
  to lml_user;

--! split: 1007-functions-payments-check_books.sql
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

--! split: 1008-functions-payments-check_disputes.sql
create or replace function app_private.check_disputes()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select
    'disputed_is_sum_of_disputes', p.organization_id, p.id,
    format('disputes sum to %s, the payment says %s', coalesce(d.total, 0), p.disputed_cents)
  from app_public.payment_intents as p
  left join lateral (
    select sum(d.counted_cents) as total
    from app_public.disputes as d
    where d.organization_id = p.organization_id
      and d.payment_intent_id = p.id
      and d.status in ('needs_response', 'under_review', 'lost')
  ) as d on true
  where coalesce(d.total, 0) <> p.disputed_cents

  union all
  select
    'dispute_is_in_the_books', d.organization_id, d.id,
    format('the books say %s, the dispute %s', e.balance,
      d.withdrawn_cents - d.reinstated_cents - d.posted_loss_cents)
  from app_public.disputes as d
  cross join lateral (
    select coalesce(sum(e.amount_cents), 0) as balance
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id and a.kind = 'disputes'
    where t.organization_id = d.organization_id and t.booking_id = d.booking_id
      and starts_with(t.category, 'dispute') and split_part(t.source, ':', 2) = d.id::text
  ) as e
  where e.balance <> d.withdrawn_cents - d.reinstated_cents - d.posted_loss_cents

  union all
  select
    'dispute_is_settled', d.organization_id, d.id,
    format('it is %s, %s of %s is lost, the booking is %s', d.status, d.lost_cents,
      d.counted_cents, b.status)
  from app_public.disputes as d
  join app_public.bookings as b on b.organization_id = d.organization_id and b.id = d.booking_id
  where d.status in ('needs_response', 'under_review')
      and b.status in ('confirmed', 'partially_paid', 'completed')
    or d.status = 'lost' and (d.lost_cents, d.charged_fee_cents)
      is distinct from (d.counted_cents, d.fee_cents)

  union all
  select
    'disputed_booking_has_an_open_dispute', b.organization_id, b.id, 'no dispute of it is open'
  from app_public.bookings as b
  where b.status = 'disputed'
    and not exists (
      select from app_public.disputes as d
      where d.organization_id = b.organization_id and d.booking_id = b.id
        and d.status in ('needs_response', 'under_review')
    )
$$;

comment on function app_private.check_disputes() is
  'What is inconsistent of disputes.';

--! split: 1009-functions-payments-check_payments.sql
create or replace function app_private.check_payments()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select
    'confirmed_booking_is_paid', b.organization_id, b.id,
    format(
      'received %s of %s, of which %s were taken back', coalesce(p.received, 0),
      b.total_amount_cents - i.open, b.refunded_cents
    )
  from app_public.bookings as b
  left join lateral (
    select sum(p.received_cents - p.refunded_cents - p.disputed_cents) as received
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p on true
  cross join lateral (
    select coalesce(sum(i.amount_cents), 0) as open
    from app_public.payment_intents as i
    where i.organization_id = b.organization_id and i.booking_id = b.id
      and i.method = 'invoice' and i.status = 'pending'
  ) as i
  where b.status in ('confirmed', 'completed')
    and coalesce(p.received, 0) <> b.total_amount_cents - b.refunded_cents - i.open
    and not exists (
      select from app_public.refunds as r
      where r.organization_id = b.organization_id
        and r.booking_id = b.id
        and r.status in ('failed', 'canceled')
        and app_private.is_refund_open(r)
    )

  union all
  select
    'paid_parts_were_received', b.organization_id, b.id,
    format('received %s of %s', coalesce(p.received, 0), s.paid)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(sum(s.amount_cents) filter (where s.status = 'paid'), 0) as paid
    from app_public.booking_payment_schedule as s
    where s.organization_id = b.organization_id and s.booking_id = b.id
  ) as s
  left join lateral (
    select sum(app_private.left_of_payment(p)) as received
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p on true
  where b.status = 'partially_paid' and coalesce(p.received, 0) <> s.paid

  union all
  select
    'refunded_is_sum_of_refunds', p.organization_id, p.id,
    format('refunds sum to %s, the payment says %s', coalesce(r.total, 0), p.refunded_cents)
  from app_public.payment_intents as p
  left join lateral (
    select sum(r.amount_cents) as total
    from app_public.refunds as r
    where r.organization_id = p.organization_id
      and r.payment_intent_id = p.id
      and r.status in ('pending', 'processing', 'succeeded')
  ) as r on true
  where coalesce(r.total, 0) <> p.refunded_cents

  union all
  select
    'unwanted_money_is_on_its_way_back', b.organization_id, b.id,
    format('received %s, returned %s, to be kept %s', p.received, p.returned, k.kept)
  from app_public.bookings as b
  cross join lateral (
    select sum(p.received_cents) as received,
      sum(p.refunded_cents + p.disputed_cents) as returned
    from app_public.payment_intents as p
    where p.organization_id = b.organization_id and p.booking_id = b.id
  ) as p
  cross join lateral (
    -- What its terms let the organization keep.
    select case
      when b.confirmed_at is null or exists (
        select from app_public.tickets as t
        where t.organization_id = b.organization_id
          and t.booking_id = b.id
          and not exists (
            select from app_public.refund_items as i
            where i.organization_id = t.organization_id and i.ticket_id = t.id and i.is_return
          )
      )
      then 0
      else b.total_amount_cents - b.refunded_cents
    end as kept
  ) as k
  where b.status in ('canceled', 'expired', 'refunded')
    and p.received - p.returned > k.kept
    and not exists (
      select from app_public.refunds as r
      where r.organization_id = b.organization_id
        and r.booking_id = b.id
        and r.status in ('failed', 'canceled')
        and app_private.is_refund_open(r)
    )

  union all
  select
    'taken_back_is_sum_of_items', b.organization_id, b.id,
    format('its items sum to %s, its lines to %s, it says %s', i.total, l.total, b.refunded_cents)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(sum(i.total_cents), 0) as total
    from app_public.refund_items as i
    where i.organization_id = b.organization_id and i.booking_id = b.id
  ) as i
  cross join lateral (
    select coalesce(sum(l.refunded_cents), 0) as total
    from app_public.booking_items as l
    where l.organization_id = b.organization_id and l.booking_id = b.id
  ) as l
  where b.confirmed_at is not null
    and (i.total <> b.refunded_cents or l.total <> b.refunded_cents)

  union all
  select
    'line_gives_back_what_it_has', l.organization_id, l.id,
    format(
      'service fee %s of %s, processing fee %s of %s, tax %s of %s', i.service_fee,
      l.service_fee_cents, i.processing_fee, l.processing_fee_cents, i.tax, l.tax_cents
    )
  from app_public.booking_items as l
  cross join lateral (
    select
      sum(i.service_fee_cents) as service_fee, sum(i.processing_fee_cents) as processing_fee,
      sum(i.tax_cents) as tax
    from app_public.refund_items as i
    where i.organization_id = l.organization_id and i.booking_item_id = l.id
  ) as i
  where i.service_fee > l.service_fee_cents or i.processing_fee > l.processing_fee_cents
    or i.tax > l.tax_cents
$$;

comment on function app_private.check_payments() is
  'What is inconsistent of payments and of what goes back.';

--! split: 1010-functions-payments-check_payouts.sql
create or replace function app_private.check_payouts()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select
    'payout_is_its_items', p.organization_id, p.id,
    format('it says %s, the books %s, for net %s', p.net_payout_cents, b.net_payout_cents,
      i.net_cents)
  from app_public.payouts as p
  cross join lateral app_private.payout_from_books(p.id) as b
  cross join lateral (
    select coalesce(sum(i.net_cents), 0) as net_cents
    from app_public.payout_items as i
    where i.organization_id = p.organization_id and i.payout_id = p.id
  ) as i
  where (
      p.gross_revenue_cents, p.total_commission_cents, p.stripe_fees_cents, p.refunds_cents,
      p.adjustments_cents, p.net_payout_cents, p.transactions_included
    ) is distinct from (
      b.gross_revenue_cents, b.total_commission_cents, b.stripe_fees_cents, b.refunds_cents,
      b.adjustments_cents, b.net_payout_cents, b.transactions_included
    )
    or i.net_cents <> p.net_payout_cents

  union all
  select
    'payout_is_in_the_books', p.organization_id, p.id,
    format('it is %s, and the books have %s under way and %s paid', p.status, e.in_transit, e.paid)
  from app_public.payouts as p
  cross join lateral (
    select
      coalesce(-sum(e.amount_cents) filter (where a.kind = 'payouts_in_transit'), 0) as in_transit,
      coalesce(-sum(e.amount_cents) filter (where a.kind = 'stripe_balance'), 0) as paid
    from app_public.ledger_transactions as t
    join app_public.ledger_entries as e
      on e.organization_id = t.organization_id and e.transaction_id = t.id
    join app_public.ledger_accounts as a
      on a.organization_id = e.organization_id and a.id = e.account_id
    where t.organization_id = p.organization_id
      and t.category in ('payout', 'payout_failure', 'payout_transfer')
      and split_part(t.source, ':', 2) = p.id::text
  ) as e
  where e.in_transit <> case p.status when 'in_transit' then p.net_payout_cents else 0 end
    or e.paid <> case p.status when 'paid' then p.net_payout_cents else 0 end

  union all
  select
    'payout_reversals_are_what_it_says', p.organization_id, p.id,
    format('it says %s, they sum to %s', p.reversed_cents, r.total)
  from app_public.payouts as p
  cross join lateral (
    select coalesce(sum(r.amount_cents), 0) as total
    from app_public.payout_reversals as r
    where r.organization_id = p.organization_id and r.payout_id = p.id and r.status <> 'failed'
  ) as r
  where r.total <> p.reversed_cents
$$;

comment on function app_private.check_payouts() is
  'What is inconsistent of payouts.';

--! split: 1011-functions-payments-take_payment.sql
create or replace function app_public.take_payment(
  booking_id uuid, method app_public.payment_method, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_of_staff(
    take_payment.booking_id, 'bookings.sell'
  );
  v_intent app_public.payment_intents;
begin
  if app_private.replay_result(
    take_payment.idempotency_key, 'take_payment',
    jsonb_build_array(take_payment.booking_id, take_payment.method)
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  if coalesce(take_payment.method = 'card', true) then
    raise exception 'Cards are charged by Stripe.' using errcode = 'LMINP', detail = 'method';
  end if;
  update app_public.payment_intents as p
  set status = 'succeeded', received_cents = p.amount_cents, succeeded_at = now(),
    taken_by = app_hidden.require_user_id(), method = take_payment.method
  where p.organization_id = v_booking.organization_id and p.booking_id = v_booking.id
    and p.method = 'invoice' and p.status = 'pending'
  returning * into v_intent;
  if v_intent.id is not null then
    perform app_private.post_box_office_payment(v_intent);
  elsif v_booking.status = 'partially_paid'
    or (v_booking.status = 'pending_payment' and v_booking.expires_at > now())
  then
    perform app_private.receive_at_box_office(v_booking, take_payment.method);
  else
    raise exception 'Nothing is due of this booking; it is %.', v_booking.status
      using errcode = 'LMBST', detail = v_booking.status::text;
  end if;
  perform app_private.keep_result(take_payment.idempotency_key, v_booking.id);
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.take_payment(uuid, app_public.payment_method, text) is
  'Takes what is due of a booking without Stripe: an invoice, the next installment, or a price that '
  'is being paid, whose open attempt at Stripe is given up. Needs bookings.sell at the venue. '
  'Raises LMBST (nothing is due), LMEXP, LMINP, LMNFD, LMRGT, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.take_payment(uuid, app_public.payment_method, text)
  to lml_user;

--! split: 1012-functions-tickets-check_tickets.sql
create or replace function app_private.check_tickets()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select
    'booked_seat_has_one_ticket', s.organization_id, s.booking_id,
    format('seat %s of performance %s has %s live tickets', s.seat_no, s.performance_id, t.live)
  from app_public.seat_booking_state as s
  cross join lateral (
    select count(*) as live
    from app_public.tickets as t
    where t.organization_id = s.organization_id
      and t.performance_id = s.performance_id
      and t.seat_no = s.seat_no
      and t.booking_id = s.booking_id
      and t.status in ('valid', 'used')
  ) as t
  where s.status = 'booked'
    and t.live <> case
      when exists (
        select from app_public.bookings as b
        where b.organization_id = s.organization_id and b.id = s.booking_id
          and b.status in ('partially_paid', 'disputed')
          -- No ticket is issued before all of it is paid.
          and not exists (
            select from app_public.tickets as any_ticket
            where any_ticket.organization_id = b.organization_id and any_ticket.booking_id = b.id
          )
      ) then 0
      else 1
    end

  union all
  select
    'live_ticket_has_its_seat', t.organization_id, t.id,
    format('ticket %s has no seat that is booked for it', t.ticket_number)
  from app_public.tickets as t
  where t.status in ('valid', 'used')
    and t.seat_no is not null
    and not exists (
      select from app_public.seat_booking_state as s
      where s.organization_id = t.organization_id
        and s.performance_id = t.performance_id
        and s.seat_no = t.seat_no
        and s.status = 'booked'
        and s.booking_id = t.booking_id
    )

  union all
  select
    'ticket_has_its_credential', t.organization_id, t.id,
    format('ticket %s has no credential', t.ticket_number)
  from app_public.tickets as t
  where not exists (
    select from app_private.ticket_credentials as c
    where c.organization_id = t.organization_id
      and c.ticket_id = t.id
      and c.version = t.credential_version
  )

  union all
  select
    'ticket_was_accepted_by_its_holder', t.organization_id, t.id,
    format('ticket %s is held by a transfer that is %s', t.ticket_number, x.status)
  from app_public.tickets as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  where x.status <> 'accepted'
    or exists (
      select from app_public.ticket_transfers as later
      where later.organization_id = t.organization_id
        and later.ticket_id = t.id
        and later.status = 'accepted'
        and later.ended_at > x.ended_at
    )

  union all
  select
    'ticket_is_offered_while_it_is_unused', t.organization_id, t.id,
    format('ticket %s came in, and changed hands afterwards', t.ticket_number)
  from app_public.tickets as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.id = t.transfer_id
  where x.ended_at > t.used_at

  union all
  select
    'entries_were_scanned', t.organization_id, t.id,
    format('ticket %s came in %s times, and was scanned %s times', t.ticket_number,
      t.entry_count, s.scans)
  from app_public.tickets as t
  cross join lateral (
    select count(*) as scans from app_public.ticket_scans as s
    where s.organization_id = t.organization_id
      and s.ticket_id = t.id
      and s.result = 'success'
      and s.direction = 'in'
  ) as s
  where t.entry_count <> s.scans

  union all
  select
    'confirmed_booking_has_its_tickets', b.organization_id, b.id,
    format('%s live tickets of %s', t.live, i.sold)
  from app_public.bookings as b
  cross join lateral (
    select coalesce(sum(i.quantity - i.returned_quantity), 0) as sold
    from app_public.booking_items as i
    where i.organization_id = b.organization_id
      and i.booking_id = b.id
      and i.item_type in ('seat', 'admission')
  ) as i
  cross join lateral (
    select count(*) as live
    from app_public.tickets as t
    where t.organization_id = b.organization_id
      and t.booking_id = b.id
      and t.status in ('valid', 'used')
  ) as t
  where b.status in ('confirmed', 'completed') and t.live <> i.sold

  union all
  select
    'tickets_sum_to_their_line', i.organization_id, i.id,
    format('tickets sum to %s, the line to %s', t.total, i.total_cents)
  from app_public.booking_items as i
  join lateral (
    select sum(t.total_paid_cents) as total
    from app_public.tickets as t
    where t.organization_id = i.organization_id and t.booking_item_id = i.id
  ) as t on t.total is not null
  where t.total <> i.total_cents

  union all
  select
    'ticket_that_came_back_is_void', t.organization_id, t.id,
    format('ticket %s is %s', t.ticket_number, t.status)
  from app_public.tickets as t
  where t.status in ('valid', 'used') and exists (
      select from app_public.refund_items as i
      where i.organization_id = t.organization_id and i.ticket_id = t.id and i.is_return
    )

  union all
  select
    'ticket_is_blocked_with_its_booking', t.organization_id, t.id,
    format('ticket %s is %s, its booking is %s', t.ticket_number,
      case when t.is_disputed then 'blocked' else 'not blocked' end, b.status)
  from app_public.tickets as t
  join app_public.bookings as b on b.organization_id = t.organization_id and b.id = t.booking_id
  where t.is_disputed <> (b.status = 'disputed' and t.status in ('valid', 'used'))
$$;

comment on function app_private.check_tickets() is
  'What is inconsistent of tickets.';

--! split: 1013-functions-audit-check_invariants.sql
-- Are we consistent now? No rows: yes. Each question is one that a constraint cannot ask, because
-- it reaches across tables. They stand with their modules.
create or replace function app_public.check_invariants()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_inventory()
  union all
  select * from app_private.check_tickets()
  union all
  select * from app_private.check_bookings()
  union all
  select * from app_private.check_payments()
  union all
  select * from app_private.check_disputes()
  union all
  select * from app_private.check_payouts()
  union all
  select * from app_private.check_books()
  union all
  select
    'organization_has_an_owner', o.id, null, format('nobody owns %s', o.slug)
  from app_public.organizations as o
  where not exists (
    select from app_public.organization_members as m
    join app_public.users as u on u.id = m.user_id
    where m.organization_id = o.id
      and m.role = 'owner'
      and m.status = 'active'
      and u.account_status <> 'deleted'
  )
$$;

comment on function app_public.check_invariants() is
  'Everything that is not consistent now, one row each; none when all is well. '
  'For the owner and the worker.';
grant execute on function app_public.check_invariants() to lml_worker;
