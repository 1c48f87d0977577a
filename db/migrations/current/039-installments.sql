-- Deposits and installments, approval before a sale, and sales by staff.

-- States. A value added to an enum cannot be used in the transaction that adds it, but a renamed one
-- can. No move has ever led to transferred, so nothing has it: it gives its place to the new state,
-- and is added again.
alter type app_public.booking_status rename value 'transferred' to 'pending_approval';
alter type app_public.booking_status add value 'transferred' before 'completed';

alter table app_public.bookings
  drop constraint bookings_open_has_deadline,
  add constraint bookings_open_has_deadline check (
    (status in ('draft', 'pending_payment', 'fraud_hold', 'pending_approval'))
      = (expires_at is not null)
  ),
  drop constraint bookings_paid_for_has_confirmed_at,
  add constraint bookings_paid_for_has_confirmed_at check (
    status not in ('confirmed', 'partially_paid', 'completed') or confirmed_at is not null
  );
comment on column app_public.bookings.confirmed_at is
  'When it became firm: paid for, or its deposit was.';

insert into app_public.booking_status_transitions (from_status, to_status, reason) values
  ('draft', 'pending_approval', 'somebody has to approve it'),
  ('fraud_hold', 'pending_approval', 'not refused, and somebody has to approve it'),
  ('pending_approval', 'pending_payment', 'approved'),
  ('pending_approval', 'canceled', 'declined, or the buyer gives up'),
  ('pending_approval', 'expired', 'nobody answered in time'),
  ('pending_payment', 'partially_paid', 'the deposit arrived'),
  ('expired', 'partially_paid', 'a late deposit found its seats still free'),
  ('partially_paid', 'confirmed', 'the last installment arrived'),
  ('partially_paid', 'canceled', 'an installment stayed unpaid, or it was canceled'),
  ('confirmed', 'completed', 'the performance is over');

-- Performances whose bookings are completed are not looked at again.
alter table app_public.performances add column bookings_completed_at timestamptz;
comment on column app_public.performances.bookings_completed_at is
  'When its bookings were completed, some time after its end.';
create index performances_bookings_to_complete_idx on app_public.performances (starts_at)
  where status = 'completed' and bookings_completed_at is null;

-- Approval.

alter table app_public.ticket_categories
  add column requires_approval boolean not null default false,
  add column approval_hours integer not null default 48,
  add column approved_payment_hours integer not null default 24,
  add constraint ticket_categories_approval_is_bounded check (
    approval_hours between 1 and 720 and approved_payment_hours between 1 and 168
  );
comment on column app_public.ticket_categories.requires_approval is
  'Whether the organization answers each order before it is paid for.';
comment on column app_public.ticket_categories.approval_hours is
  'How long it has for that; the seats are kept meanwhile.';
comment on column app_public.ticket_categories.approved_payment_hours is
  'How long the buyer may take to pay afterwards.';

create type app_public.approval_decision as enum ('approved', 'declined', 'lapsed', 'withdrawn');
comment on type app_public.approval_decision is 'What became of a request.';

create table app_public.booking_approvals (
  id uuid primary key default uuidv7(),
  booking_id uuid not null,
  organization_id uuid not null,
  requested_at timestamptz not null default now(),
  answer_by timestamptz not null,
  pay_within_hours integer not null,
  decision app_public.approval_decision,
  decided_at timestamptz,
  decided_by uuid references app_public.users on delete restrict,
  reason text,
  unique (id, organization_id),
  constraint booking_approvals_one_per_booking unique (booking_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint booking_approvals_decided_has_time
    check ((decision is null) = (decided_at is null)),
  constraint booking_approvals_declined_has_reason
    check (decision <> 'declined' or reason is not null),
  constraint booking_approvals_reason_is_short check (length(reason) between 1 and 500)
);
create index booking_approvals_organization_id_idx
  on app_public.booking_approvals (organization_id, booking_id);
create index booking_approvals_decided_by_idx on app_public.booking_approvals (decided_by)
  where decided_by is not null;
comment on table app_public.booking_approvals is
  'Orders of categories that require approval, and what became of them.';
comment on column app_public.booking_approvals.id is 'Identifier.';
comment on column app_public.booking_approvals.booking_id is 'The order.';
comment on column app_public.booking_approvals.organization_id is 'Who answers.';
comment on column app_public.booking_approvals.requested_at is 'When it was made.';
comment on column app_public.booking_approvals.answer_by is 'Until when the seats are kept.';
comment on column app_public.booking_approvals.pay_within_hours is
  'How long the buyer may take to pay after a yes.';
comment on column app_public.booking_approvals.decision is 'The answer; null: none yet.';
comment on column app_public.booking_approvals.decided_at is 'When it came.';
comment on column app_public.booking_approvals.decided_by is 'Who gave it; null: the clock.';
comment on column app_public.booking_approvals.reason is 'Why, as the buyer is told.';

-- Payment plans. Their terms never change: who has chosen one keeps it.

create type app_public.payment_plan_basis as enum ('purchase', 'performance');
comment on type app_public.payment_plan_basis is 'From where due dates are counted.';

create type app_public.overdue_action as enum ('keep_deposit', 'refund');
comment on type app_public.overdue_action is
  'What happens when an installment stays unpaid: the booking is canceled, and its deposit is kept '
  'or returned. What was paid beyond the deposit is always returned.';

create table app_public.payment_plans (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  event_id uuid not null,
  ticket_category_id uuid,
  name text not null,
  deposit_percentage numeric(7, 4),
  deposit_cents bigint,
  installments integer not null,
  basis app_public.payment_plan_basis not null,
  first_due_days integer not null,
  interval_days integer not null,
  last_due_days_before integer not null,
  reminder_days integer not null,
  grace_days integer not null,
  overdue_action app_public.overdue_action not null,
  retired_at timestamptz,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint payment_plans_name_is_unique unique (event_id, organization_id, name),
  foreign key (organization_id, event_id)
    references app_public.events (organization_id, id) on delete restrict,
  foreign key (organization_id, ticket_category_id)
    references app_public.ticket_categories (organization_id, id) on delete restrict,
  constraint payment_plans_name_is_short_text check (length(name) between 1 and 100),
  constraint payment_plans_deposit_is_a_share_or_an_amount
    check (num_nonnulls(deposit_percentage, deposit_cents) = 1),
  constraint payment_plans_deposit_percentage_is_bounded
    check (deposit_percentage > 0 and deposit_percentage < 100),
  constraint payment_plans_deposit_is_positive check (deposit_cents > 0),
  constraint payment_plans_installments_are_bounded check (installments between 1 and 24),
  constraint payment_plans_days_are_bounded check (
    first_due_days between 1 and 730 and interval_days between 1 and 366
    and last_due_days_before between 1 and 365 and reminder_days between 0 and 60
    and grace_days between 0 and 60
  ),
  -- Else somebody could come in while they owe.
  constraint payment_plans_grace_ends_before_performance
    check (grace_days <= last_due_days_before)
);
create index payment_plans_organization_id_idx on app_public.payment_plans (organization_id);
create index payment_plans_ticket_category_id_idx
  on app_public.payment_plans (ticket_category_id, organization_id)
  where ticket_category_id is not null;
comment on table app_public.payment_plans is
  'How a booking may be paid in parts: a deposit at checkout, and installments after it.';
comment on column app_public.payment_plans.id is 'Identifier.';
comment on column app_public.payment_plans.organization_id is 'Who offers it.';
comment on column app_public.payment_plans.event_id is 'For which event.';
comment on column app_public.payment_plans.ticket_category_id is
  'For bookings of this category alone; null: for all.';
comment on column app_public.payment_plans.name is 'Name, unique in the event.';
comment on column app_public.payment_plans.deposit_percentage is 'Deposit as a share of the total.';
comment on column app_public.payment_plans.deposit_cents is 'Deposit as an amount.';
comment on column app_public.payment_plans.installments is 'How many follow the deposit.';
comment on column app_public.payment_plans.basis is
  'Whether first_due_days count from the purchase on, or back from the performance.';
comment on column app_public.payment_plans.first_due_days is
  'Days from the purchase to the first installment, or from the last one to the performance.';
comment on column app_public.payment_plans.interval_days is 'Days between installments.';
comment on column app_public.payment_plans.last_due_days_before is
  'The last installment is due at least so many days before the performance.';
comment on column app_public.payment_plans.reminder_days is
  'How many days before an installment is due its mail goes out.';
comment on column app_public.payment_plans.grace_days is
  'How many days after that nothing but another mail happens.';
comment on column app_public.payment_plans.overdue_action is 'What happens then.';
comment on column app_public.payment_plans.retired_at is
  'Since when it is not offered any more; who has chosen it keeps it.';
comment on column app_public.payment_plans.created_at is 'When it was made.';

alter table app_public.bookings
  add column payment_plan_id uuid,
  add foreign key (organization_id, payment_plan_id)
    references app_public.payment_plans (organization_id, id) on delete restrict;
create index bookings_payment_plan_id_idx
  on app_public.bookings (payment_plan_id, organization_id)
  where payment_plan_id is not null;
comment on column app_public.bookings.payment_plan_id is
  'How it is paid in parts; null: at once. booking_payment_schedule has the parts.';

create type app_public.installment_status as enum ('pending', 'paid', 'overdue', 'canceled');
comment on type app_public.installment_status is 'Where a part of a price stands.';

create table app_public.booking_payment_schedule (
  id uuid primary key default uuidv7(),
  organization_id uuid not null,
  booking_id uuid not null,
  installment_no integer not null,
  due_at timestamptz not null,
  amount_cents bigint not null,
  status app_public.installment_status not null default 'pending',
  remind_at timestamptz,
  cancel_at timestamptz,
  reminded_at timestamptz,
  overdue_at timestamptz,
  paid_at timestamptz,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint booking_payment_schedule_number_is_unique
    unique (booking_id, organization_id, installment_no),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint booking_payment_schedule_number_is_bounded check (installment_no between 0 and 24),
  constraint booking_payment_schedule_amount_is_positive check (amount_cents > 0),
  constraint booking_payment_schedule_paid_has_time
    check ((status = 'paid') = (paid_at is not null)),
  constraint booking_payment_schedule_deposit_is_not_dunned check (
    (installment_no = 0) = (remind_at is null) and (installment_no = 0) = (cancel_at is null)
  )
);
create index booking_payment_schedule_remind_at_idx
  on app_public.booking_payment_schedule (remind_at)
  where status = 'pending' and reminded_at is null;
create index booking_payment_schedule_due_at_idx
  on app_public.booking_payment_schedule (due_at)
  where status = 'pending';
create index booking_payment_schedule_cancel_at_idx
  on app_public.booking_payment_schedule (cancel_at)
  where status = 'overdue';
comment on table app_public.booking_payment_schedule is
  'The parts in which a booking is paid; they sum to its total.';
comment on column app_public.booking_payment_schedule.id is 'Identifier.';
comment on column app_public.booking_payment_schedule.organization_id is 'Who sells.';
comment on column app_public.booking_payment_schedule.booking_id is 'Which booking.';
comment on column app_public.booking_payment_schedule.installment_no is
  '0 is the deposit, which is paid at checkout.';
comment on column app_public.booking_payment_schedule.due_at is 'When it is to be paid.';
comment on column app_public.booking_payment_schedule.amount_cents is 'How much.';
comment on column app_public.booking_payment_schedule.status is 'Where it stands.';
comment on column app_public.booking_payment_schedule.remind_at is 'When a mail goes out.';
comment on column app_public.booking_payment_schedule.cancel_at is
  'When the booking is canceled if it is still unpaid.';
comment on column app_public.booking_payment_schedule.reminded_at is 'When the mail went out.';
comment on column app_public.booking_payment_schedule.overdue_at is
  'When the mail went out that it is overdue.';
comment on column app_public.booking_payment_schedule.paid_at is 'When the money arrived.';
comment on column app_public.booking_payment_schedule.created_at is 'When it was agreed on.';

-- Payments without Stripe, and of installments.

create type app_public.payment_method as enum ('card', 'cash', 'terminal', 'invoice');
comment on type app_public.payment_method is
  'How money comes: by Stripe, or to the box office without it.';

alter table app_public.payment_intents
  add column method app_public.payment_method not null default 'card',
  add column taken_by uuid references app_public.users on delete restrict,
  add column schedule_id uuid,
  -- Who chooses another plan before the deposit gives the attempts at the first one up.
  add foreign key (organization_id, schedule_id)
    references app_public.booking_payment_schedule (organization_id, id)
    on delete set null (schedule_id),
  add constraint payment_intents_card_is_stripes check (
    method = 'card' or (stripe_payment_intent_id is null and stripe_status is null)
  );
create index payment_intents_schedule_id_idx
  on app_public.payment_intents (schedule_id, organization_id) where schedule_id is not null;
create index payment_intents_taken_by_idx on app_public.payment_intents (taken_by)
  where taken_by is not null;
comment on column app_public.payment_intents.method is
  'How it is paid; all but card is without Stripe, at the box office.';
comment on column app_public.payment_intents.taken_by is 'Who took it at the box office.';
comment on column app_public.payment_intents.schedule_id is
  'Which part of the price it is; null: all of it.';

alter type app_public.payment_session add attribute payment_intent_id uuid;
alter type app_public.payment_session add attribute installment_no integer;
alter type app_public.payment_session add attribute pay_by timestamptz;
comment on column app_public.payment_session.payment_intent_id is 'The attempt.';
comment on column app_public.payment_session.installment_no is
  'Which part of the price it is, 0 the deposit; null: all of it.';
comment on column app_public.payment_session.pay_by is
  'Until when it can be paid: the end of the hold, or when the installment is due.';

create type app_public.installment_quote as (
  installment_no integer,
  due_at timestamptz,
  amount_cents bigint
);
comment on type app_public.installment_quote is 'A part of a price, as a plan would have it.';
comment on column app_public.installment_quote.installment_no is '0 is the deposit.';
comment on column app_public.installment_quote.due_at is 'When it is to be paid.';
comment on column app_public.installment_quote.amount_cents is 'How much.';

drop function app_private.confirm_booking(uuid);

-- Sales by staff.

create type app_public.staff_payment as enum (
  'link', 'cash', 'terminal', 'invoice', 'complimentary'
);
comment on type app_public.staff_payment is
  'How a customer of the box office pays: by a mailed link, there, later, or not at all.';

create table app_public.staff_sales (
  id uuid primary key default uuidv7(),
  booking_id uuid not null,
  organization_id uuid not null,
  sold_by uuid not null references app_public.users on delete restrict,
  payment app_public.staff_payment,
  override_reason text,
  note text,
  created_at timestamptz not null default now(),
  unique (id, organization_id),
  constraint staff_sales_one_per_booking unique (booking_id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint staff_sales_reasons_are_short_text
    check (length(override_reason) between 1 and 500 and length(note) between 1 and 500),
  constraint staff_sales_complimentary_has_note
    check (payment <> 'complimentary' or note is not null)
);
create index staff_sales_organization_id_idx
  on app_public.staff_sales (organization_id, booking_id);
create index staff_sales_sold_by_idx on app_public.staff_sales (sold_by);
comment on table app_public.staff_sales is 'Bookings that staff made for somebody.';
comment on column app_public.staff_sales.id is 'Identifier.';
comment on column app_public.staff_sales.booking_id is 'The booking.';
comment on column app_public.staff_sales.organization_id is 'Who sells.';
comment on column app_public.staff_sales.sold_by is 'Who made it.';
comment on column app_public.staff_sales.payment is 'How it is paid; null: not known yet.';
comment on column app_public.staff_sales.override_reason is
  'Why it was sold beyond what one buyer gets; null: within.';
comment on column app_public.staff_sales.note is 'What else there is to say, such as for whom.';
comment on column app_public.staff_sales.created_at is 'When it was made.';

create table app_private.payment_links (
  token_hash bytea primary key,
  organization_id uuid not null,
  booking_id uuid not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now(),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint payment_links_token_hash_is_sha256 check (octet_length(token_hash) = 32)
);
create index payment_links_booking_id_idx
  on app_private.payment_links (booking_id, organization_id);
comment on table app_private.payment_links is
  'Mailed tokens, hashed: whoever has the mail takes the booking over, once.';

insert into app_private.retention_rules (
  rule, description, relation, action, kept_for, since, condition
)
values (
  'payment_links', 'Mailed links to bookings that were used or are too old.',
  'app_private.payment_links', 'delete', '30 days', 'least(t.used_at, t.expires_at)', 'true'
);

insert into app_public.role_permissions (role, permission)
select role::app_public.organization_role, 'bookings.sell'
from unnest(array['owner', 'admin', 'manager', 'coordinator', 'support']) as role;

create trigger _500_audit
  after insert or update or delete on app_public.payment_plans
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit
  after insert or update or delete on app_public.booking_payment_schedule
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit
  after insert or update or delete on app_public.booking_approvals
  for each row execute function app_hidden.tg__audit();
create trigger _500_audit
  after insert or update or delete on app_public.staff_sales
  for each row execute function app_hidden.tg__audit();
