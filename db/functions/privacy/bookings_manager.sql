-- Bookings for whoever works with them. It is not security_invoker, because it shows rows whose raw
-- form its reader may not see; its own condition says which, and it is a security barrier, so that
-- no filter looks at rows or names behind it.
create or replace view app_public.bookings_manager with (security_barrier = true) as
select
  b.id, b.organization_id, e.venue_id, p.event_id, b.performance_id, b.booking_reference, b.status,
  b.booking_channel, b.customer_id,
  case when m.may_read_names then b.customer_name else left(b.customer_name, 1) || '***' end
    as customer_name,
  case
    when m.may_read_names then b.customer_email::text
    else left(b.customer_email::text, 1) || '***'
  end as customer_email,
  b.currency, b.total_amount_cents, b.created_at, b.confirmed_at, b.canceled_at
from app_public.bookings as b
join app_public.performances as p
  on p.organization_id = b.organization_id and p.id = b.performance_id
join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
cross join lateral (
  select b.organization_id in (
      select app_hidden.permitted_organization_ids('customers.read_names')
    )
    or b.performance_id in (
      select app_hidden.permitted_performance_ids('customers.read_names')
    ) as may_read_names
) as m
where b.organization_id in (select app_hidden.permitted_organization_ids('bookings.read'))
  or b.performance_id in (select app_hidden.permitted_performance_ids('bookings.read'));

comment on view app_public.bookings_manager is
  E'@primaryKey id\nBookings of your organizations. Names and addresses are masked without the '
  'permission customers.read_names.';
comment on column app_public.bookings_manager.id is 'Identifier.';
comment on column app_public.bookings_manager.organization_id is 'Who sells.';
comment on column app_public.bookings_manager.venue_id is 'At which venue.';
comment on column app_public.bookings_manager.event_id is 'For which event.';
comment on column app_public.bookings_manager.performance_id is 'For which performance.';
comment on column app_public.bookings_manager.booking_reference is 'What people quote.';
comment on column app_public.bookings_manager.status is 'Where the booking stands.';
comment on column app_public.bookings_manager.booking_channel is 'How it was made.';
comment on column app_public.bookings_manager.customer_id is 'The customer.';
comment on column app_public.bookings_manager.customer_name is 'For whom: a name, or J***.';
comment on column app_public.bookings_manager.customer_email is 'The address, or j***.';
comment on column app_public.bookings_manager.currency is 'Currency of the amount.';
comment on column app_public.bookings_manager.total_amount_cents is 'What the buyer pays.';
comment on column app_public.bookings_manager.created_at is 'When the first seat was held.';
comment on column app_public.bookings_manager.confirmed_at is 'When it was paid for.';
comment on column app_public.bookings_manager.canceled_at is 'When it was canceled.';
revoke all on app_public.bookings_manager from public;
grant select on app_public.bookings_manager to lml_user;
