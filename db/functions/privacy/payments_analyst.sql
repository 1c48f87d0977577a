-- See bookings_analyst.
create or replace view app_public.payments_analyst with (security_barrier = true) as
select
  p.id, p.organization_id, p.booking_id, p.status, p.currency, p.amount_cents, p.received_cents,
  p.refunded_cents, p.failure_code, p.created_at, p.succeeded_at
from app_public.payment_intents as p;

comment on view app_public.payments_analyst is 'Payments of all organizations.';
comment on column app_public.payments_analyst.id is 'Identifier.';
comment on column app_public.payments_analyst.organization_id is 'Who sells.';
comment on column app_public.payments_analyst.booking_id is 'For which booking.';
comment on column app_public.payments_analyst.status is 'Where it stands.';
comment on column app_public.payments_analyst.currency is 'Currency of the amounts.';
comment on column app_public.payments_analyst.amount_cents is 'Amount asked for.';
comment on column app_public.payments_analyst.received_cents is 'Amount received.';
comment on column app_public.payments_analyst.refunded_cents is 'Amount refunded.';
comment on column app_public.payments_analyst.failure_code is 'Why the last attempt failed.';
comment on column app_public.payments_analyst.created_at is 'When it was asked for.';
comment on column app_public.payments_analyst.succeeded_at is 'When it arrived.';
revoke all on app_public.payments_analyst from public;
grant select on app_public.payments_analyst to lml_analyst;
