-- For lml_analyst, who reads no table. It is not security_invoker for that reason, and calls no
-- function, because its reader may call none.
create or replace view app_public.bookings_analyst with (security_barrier = true) as
select
  b.id, b.organization_id, b.performance_id, b.customer_id,
  left(b.customer_name, 1) || '***' as customer_name, b.status, b.booking_channel, b.currency,
  b.subtotal_cents, b.discount_cents, b.service_fee_cents, b.processing_fee_cents, b.tax_cents,
  b.total_amount_cents, b.commission_amount_cents, b.payout_cents, b.created_at,
  b.checkout_started_at, b.confirmed_at, b.canceled_at
from app_public.bookings as b;

comment on view app_public.bookings_analyst is 'Bookings of all organizations, with masked names.';
comment on column app_public.bookings_analyst.id is 'Identifier.';
comment on column app_public.bookings_analyst.organization_id is 'Who sells.';
comment on column app_public.bookings_analyst.performance_id is 'For which performance.';
comment on column app_public.bookings_analyst.customer_id is 'By which customer.';
comment on column app_public.bookings_analyst.customer_name is 'For whom: J***.';
comment on column app_public.bookings_analyst.status is 'Where it stands.';
comment on column app_public.bookings_analyst.booking_channel is 'How it was made.';
comment on column app_public.bookings_analyst.currency is 'Currency of the amounts.';
comment on column app_public.bookings_analyst.subtotal_cents is 'Ticket prices.';
comment on column app_public.bookings_analyst.discount_cents is 'What was taken off.';
comment on column app_public.bookings_analyst.service_fee_cents is 'Service fees.';
comment on column app_public.bookings_analyst.processing_fee_cents is 'Processing fees.';
comment on column app_public.bookings_analyst.tax_cents is 'Taxes.';
comment on column app_public.bookings_analyst.total_amount_cents is 'What the buyer pays.';
comment on column app_public.bookings_analyst.commission_amount_cents is 'What the platform keeps.';
comment on column app_public.bookings_analyst.payout_cents is 'What the organization gets.';
comment on column app_public.bookings_analyst.created_at is 'When the first seat was held.';
comment on column app_public.bookings_analyst.checkout_started_at is 'When checkout started.';
comment on column app_public.bookings_analyst.confirmed_at is 'When it was paid for.';
comment on column app_public.bookings_analyst.canceled_at is 'When it was canceled.';
revoke all on app_public.bookings_analyst from public;
grant select on app_public.bookings_analyst to lml_analyst;
