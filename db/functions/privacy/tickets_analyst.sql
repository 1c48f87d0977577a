-- See bookings_analyst.
create or replace view app_public.tickets_analyst with (security_barrier = true) as
select
  t.id, t.organization_id, t.performance_id, t.booking_id, t.ticket_category_id, t.status,
  t.section, t.face_value_cents, t.discount_cents, t.fees_paid_cents, t.tax_paid_cents,
  t.total_paid_cents, t.currency, t.issued_at, t.used_at
from app_public.tickets as t;

comment on view app_public.tickets_analyst is 'Tickets of all organizations.';
comment on column app_public.tickets_analyst.id is 'Identifier.';
comment on column app_public.tickets_analyst.organization_id is 'Who sold it.';
comment on column app_public.tickets_analyst.performance_id is 'For which performance.';
comment on column app_public.tickets_analyst.booking_id is 'Bought with which booking.';
comment on column app_public.tickets_analyst.ticket_category_id is 'Its category.';
comment on column app_public.tickets_analyst.status is 'Whether it lets somebody in.';
comment on column app_public.tickets_analyst.section is 'Section of the seat.';
comment on column app_public.tickets_analyst.face_value_cents is 'Price.';
comment on column app_public.tickets_analyst.discount_cents is 'What was taken off.';
comment on column app_public.tickets_analyst.fees_paid_cents is 'Fees.';
comment on column app_public.tickets_analyst.tax_paid_cents is 'Tax.';
comment on column app_public.tickets_analyst.total_paid_cents is 'What was paid.';
comment on column app_public.tickets_analyst.currency is 'Currency of the amounts.';
comment on column app_public.tickets_analyst.issued_at is 'When it was issued.';
comment on column app_public.tickets_analyst.used_at is 'When it was used.';
revoke all on app_public.tickets_analyst from public;
grant select on app_public.tickets_analyst to lml_analyst;
