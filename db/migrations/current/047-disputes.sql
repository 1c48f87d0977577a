-- Disputes: a buyer's bank takes a payment back until it has decided, or for good.

alter type app_public.refund_reason add value 'dispute';
alter type app_public.scan_result add value 'disputed';
alter type app_public.fraud_rule_type add value 'lost_disputes';
comment on type app_public.fraud_rule_type is
  'What a rule looks at: how often a person, an address or a device buys; how much; from where; '
  'after how many declined payments; how many seats; with which kind of mailbox; after how many '
  'disputes that were lost.';

insert into app_public.role_permissions (role, permission)
values ('owner', 'disputes.manage'), ('admin', 'disputes.manage');

insert into app_public.booking_status_transitions (from_status, to_status, reason) values
  ('confirmed', 'disputed', 'the buyer''s bank wants the money back'),
  ('partially_paid', 'disputed', 'the buyer''s bank wants the money back'),
  ('completed', 'disputed', 'the buyer''s bank wants the money back'),
  ('disputed', 'confirmed', 'no dispute is open any more'),
  ('disputed', 'partially_paid', 'no dispute is open any more'),
  ('disputed', 'completed', 'no dispute is open any more'),
  ('disputed', 'canceled', 'a dispute was lost');

create type app_public.dispute_status as enum (
  'warning_needs_response', 'warning_under_review', 'warning_closed', 'prevented',
  'needs_response', 'under_review', 'won', 'lost'
);
comment on type app_public.dispute_status is
  'Where a dispute stands, in Stripe''s words. A warning is a question of the bank: no money moves.';

create table app_public.disputes (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  payment_intent_id uuid not null,
  stripe_dispute_id text not null,
  stripe_charge_id text,
  status app_public.dispute_status not null,
  reason text not null,
  network_reason_code text,
  amount_cents bigint not null,
  currency text not null references app_public.currencies,
  counted_cents bigint not null default 0,
  withdrawn_cents bigint not null default 0,
  reinstated_cents bigint not null default 0,
  fee_cents bigint not null default 0,
  lost_cents bigint not null default 0,
  posted_loss_cents bigint not null default 0,
  charged_fee_cents bigint not null default 0,
  evidence_due_at timestamptz,
  evidence_submitted_at timestamptz,
  reminded_at timestamptz,
  stripe_news text,
  opened_at timestamptz not null,
  closed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint disputes_stripe_id_is_unique unique (stripe_dispute_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  foreign key (organization_id, payment_intent_id)
    references app_public.payment_intents (organization_id, id) on delete restrict,
  constraint disputes_amount_is_positive check (amount_cents > 0),
  constraint disputes_counted_is_within_amount check (counted_cents between 0 and amount_cents),
  constraint disputes_movements_are_not_negative
    check (withdrawn_cents >= 0 and reinstated_cents >= 0),
  constraint disputes_loss_is_counted_before_it_is_posted
    check (lost_cents >= 0 and posted_loss_cents between 0 and lost_cents),
  constraint disputes_closed_has_time check (
    (status in ('warning_closed', 'prevented', 'won', 'lost')) = (closed_at is not null)
  )
);
create index disputes_booking_id_idx on app_public.disputes (booking_id, organization_id);
create index disputes_payment_intent_id_idx
  on app_public.disputes (payment_intent_id, organization_id);
create index disputes_organization_id_idx on app_public.disputes (organization_id, opened_at);
create index disputes_status_idx on app_public.disputes (status, organization_id);
create index disputes_evidence_due_at_idx on app_public.disputes (evidence_due_at)
  where reminded_at is null and status in ('warning_needs_response', 'needs_response');
create trigger _100_set_updated_at before update on app_public.disputes
  for each row execute function app_hidden.tg__set_updated_at();
create trigger _500_audit after insert or update or delete on app_public.disputes
  for each row execute function app_hidden.tg__audit();

comment on table app_public.disputes is
  'A buyer''s bank takes a payment back, or asks about it, as Stripe tells it.';
comment on column app_public.disputes.id is 'Identifier.';
comment on column app_public.disputes.organization_id is 'Who sold.';
comment on column app_public.disputes.booking_id is 'Which booking.';
comment on column app_public.disputes.payment_intent_id is 'Which payment.';
comment on column app_public.disputes.stripe_dispute_id is 'Its id at Stripe.';
comment on column app_public.disputes.stripe_charge_id is 'The charge at Stripe.';
comment on column app_public.disputes.status is 'Where it stands.';
comment on column app_public.disputes.reason is 'What the buyer says, such as fraudulent.';
comment on column app_public.disputes.network_reason_code is 'The same in the card network''s code.';
comment on column app_public.disputes.amount_cents is 'How much is disputed.';
comment on column app_public.disputes.currency is 'In which currency.';
comment on column app_public.disputes.counted_cents is
  'How much of the payment it keeps from being refunded: the amount, unless refunds were faster; '
  'nothing while it is only asked, or when it was won.';
comment on column app_public.disputes.withdrawn_cents is 'What Stripe took for it.';
comment on column app_public.disputes.reinstated_cents is 'What Stripe gave back.';
comment on column app_public.disputes.fee_cents is 'What Stripe charges for it.';
comment on column app_public.disputes.lost_cents is 'What is gone for good.';
comment on column app_public.disputes.posted_loss_cents is
  E'@behavior -*\nHow much of the loss the books know.';
comment on column app_public.disputes.charged_fee_cents is
  'How much of the fee the organization bears: that of a lost dispute.';
comment on column app_public.disputes.evidence_due_at is 'Until when the bank takes evidence.';
comment on column app_public.disputes.evidence_submitted_at is 'When it was first known to have it.';
comment on column app_public.disputes.reminded_at is 'When staff was reminded of the evidence.';
comment on column app_public.disputes.stripe_news is
  E'@behavior -*\nRank, time and id of the newest event that was applied.';
comment on column app_public.disputes.opened_at is 'When the bank opened it.';
comment on column app_public.disputes.closed_at is 'When its end was told.';
comment on column app_public.disputes.created_at is 'When we heard of it.';
comment on column app_public.disputes.updated_at is 'When it last changed.';

-- Refunds and disputes share one payment: what a bank has taken cannot be returned as well.
alter table app_public.payment_intents
  add column disputed_cents bigint not null default 0,
  drop constraint payment_intents_refunds_are_within_what_was_received,
  add constraint payment_intents_refunds_are_within_what_was_received check (
    refunded_cents >= 0 and disputed_cents >= 0
    and refunded_cents + disputed_cents <= received_cents
  );
comment on column app_public.payment_intents.disputed_cents is
  'What open and lost disputes keep from being refunded.';

-- In the ticket's own row, so that a scanner asks nothing else. A ticket that was used may come back
-- all the same, and when it was used is not forgotten.
alter table app_public.tickets
  add column is_disputed boolean not null default false,
  drop constraint tickets_used_has_time,
  add constraint tickets_used_has_time check (
    case status when 'used' then used_at is not null when 'valid' then used_at is null else true end
  );
comment on column app_public.tickets.is_disputed is
  'Whether a dispute of its booking is open: it opens no door and stays with its holder meanwhile.';

create table app_public.dispute_responses (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  dispute_id uuid not null,
  is_acceptance boolean not null,
  evidence jsonb not null default '{}',
  status text not null default 'pending',
  failure_reason text,
  submitted_by uuid references app_public.users on delete restrict,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  foreign key (organization_id, dispute_id)
    references app_public.disputes (organization_id, id) on delete restrict,
  constraint dispute_responses_status_is_known check (status in ('pending', 'sent', 'refused')),
  constraint dispute_responses_ended_has_time
    check ((status = 'pending') = (ended_at is null)),
  constraint dispute_responses_evidence_is_an_object check (jsonb_typeof(evidence) = 'object'),
  constraint dispute_responses_acceptance_has_no_evidence
    check (not is_acceptance or evidence = '{}')
);
create index dispute_responses_dispute_id_idx
  on app_public.dispute_responses (dispute_id, organization_id);
create index dispute_responses_submitted_by_idx on app_public.dispute_responses (submitted_by);
-- A bank listens once.
create unique index dispute_responses_one_is_sent
  on app_public.dispute_responses (dispute_id, organization_id)
  where status <> 'refused';
create trigger _500_audit after insert or update or delete on app_public.dispute_responses
  for each row execute function app_hidden.tg__audit();

comment on table app_public.dispute_responses is
  'What was answered to a dispute: evidence, or that it is accepted.';
comment on column app_public.dispute_responses.id is 'Identifier.';
comment on column app_public.dispute_responses.organization_id is 'Who sold.';
comment on column app_public.dispute_responses.dispute_id is 'Which dispute.';
comment on column app_public.dispute_responses.is_acceptance is
  'Whether the dispute was given up; otherwise evidence was sent.';
comment on column app_public.dispute_responses.evidence is 'What was sent, by Stripe''s names.';
comment on column app_public.dispute_responses.status is 'One of pending, sent, refused.';
comment on column app_public.dispute_responses.failure_reason is 'Why Stripe refused it.';
comment on column app_public.dispute_responses.submitted_by is 'Who answered.';
comment on column app_public.dispute_responses.ended_at is 'When Stripe had it, or refused it.';
comment on column app_public.dispute_responses.created_at is 'When it was written.';

-- Rules may count lost disputes, like declined payments.
create table app_private.lost_dispute_signals (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  dispute_id uuid not null,
  booking_id uuid not null,
  occurred_at timestamptz not null default clock_timestamp(),
  buyer_key bytea,
  email text,
  ip_address inet,
  device text,
  constraint lost_dispute_signals_are_one_per_dispute unique (dispute_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict
);
create index lost_dispute_signals_booking_id_idx
  on app_private.lost_dispute_signals (booking_id, organization_id);
create index lost_dispute_signals_buyer_key_idx
  on app_private.lost_dispute_signals (organization_id, buyer_key, occurred_at);
create index lost_dispute_signals_email_idx
  on app_private.lost_dispute_signals (organization_id, email, occurred_at)
  where email is not null;
create index lost_dispute_signals_ip_address_idx
  on app_private.lost_dispute_signals (organization_id, ip_address, occurred_at)
  where ip_address is not null;
create index lost_dispute_signals_device_idx
  on app_private.lost_dispute_signals (organization_id, device, occurred_at)
  where device is not null;
comment on table app_private.lost_dispute_signals is
  'Every dispute that was lost, with who had bought: who did so once may do so again.';

insert into app_private.retention_rules (rule, description, relation, action, kept_for, since, condition)
values (
  'lost_dispute_signals', 'Who bought what was lost to a dispute.',
  'app_private.lost_dispute_signals', 'delete', '400 days', 't.occurred_at', 'true'
);

-- The text, because a value that was just added to an enum cannot be used here yet.
alter table app_public.fraud_detection_rules
  drop constraint fraud_rules_that_count_have_a_count_and_a_window,
  add constraint fraud_rules_that_count_have_a_count_and_a_window check (
    (
      rule_type::text in (
        'velocity_user', 'velocity_address', 'velocity_device', 'payment_failures',
        'seat_hoarding', 'lost_disputes'
      )
    ) = (trigger_count is not null)
    and (trigger_count is null) = (window_seconds is null)
  );
