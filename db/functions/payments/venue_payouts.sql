-- What organizations are paid, without their promoters, by the names that are usual for it.
create or replace view app_public.venue_payouts with (security_invoker = true) as
select
  p.id, p.organization_id, p.payout_period_start, p.payout_period_end, p.gross_revenue_cents,
  p.total_commission_cents, p.stripe_fees_cents, p.refunds_cents, p.adjustments_cents,
  p.net_payout_cents, p.currency, 'stripe_transfer'::text as payout_method, p.stripe_transfer_id,
  p.status, p.initiated_at, p.completed_at, p.failed_at, p.failure_reason,
  p.transactions_included, p.events_included, p.created_at, p.updated_at,
  p.requested_by as created_by
from app_public.payouts as p
where p.promoter_id is null;

comment on view app_public.venue_payouts is
  E'@behavior -*\nPayouts of organizations: payouts without those of promoters.';
comment on column app_public.venue_payouts.id is 'Identifier.';
comment on column app_public.venue_payouts.organization_id is 'Which organization is paid.';
comment on column app_public.venue_payouts.payout_period_start is 'First day of the period.';
comment on column app_public.venue_payouts.payout_period_end is 'Last day of the period.';
comment on column app_public.venue_payouts.gross_revenue_cents is 'What was sold.';
comment on column app_public.venue_payouts.total_commission_cents is
  'What the platform keeps of it.';
comment on column app_public.venue_payouts.stripe_fees_cents is 'What Stripe has charged.';
comment on column app_public.venue_payouts.refunds_cents is 'What was taken back.';
comment on column app_public.venue_payouts.adjustments_cents is 'All else.';
comment on column app_public.venue_payouts.net_payout_cents is 'What is transferred.';
comment on column app_public.venue_payouts.currency is 'In which currency.';
comment on column app_public.venue_payouts.payout_method is 'How: always a transfer at Stripe.';
comment on column app_public.venue_payouts.stripe_transfer_id is 'The transfer.';
comment on column app_public.venue_payouts.status is 'What became of it.';
comment on column app_public.venue_payouts.initiated_at is 'When Stripe was asked.';
comment on column app_public.venue_payouts.completed_at is 'When it was paid.';
comment on column app_public.venue_payouts.failed_at is 'When it last failed.';
comment on column app_public.venue_payouts.failure_reason is 'Why.';
comment on column app_public.venue_payouts.transactions_included is
  'How many facts of the books it pays.';
comment on column app_public.venue_payouts.events_included is 'Of how many events.';
comment on column app_public.venue_payouts.created_at is 'When it was made.';
comment on column app_public.venue_payouts.updated_at is 'When it last changed.';
comment on column app_public.venue_payouts.created_by is 'Who made it; null: the schedule.';
revoke all on app_public.venue_payouts from public;
grant select on app_public.venue_payouts to lml_user;
