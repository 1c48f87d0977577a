-- The inbox in full, what nobody may overlook, and the outbox of calls to Stripe.

alter table app_private.stripe_events
  drop constraint stripe_events_applied_has_outcome,
  drop constraint stripe_events_outcome_is_known,
  add column reason text,
  add column parked_at timestamptz,
  add column retry_at timestamptz,
  add constraint stripe_events_outcome_is_known
    check (outcome in ('applied', 'ignored', 'refused', 'parked')),
  add constraint stripe_events_applied_has_outcome
    check ((coalesce(outcome, 'parked') <> 'parked') = (applied_at is not null)),
  add constraint stripe_events_parked_has_reason_and_times check (
    outcome is distinct from 'parked'
    or reason is not null and parked_at is not null and retry_at is not null
  ),
  add constraint stripe_events_reason_is_short_text check (length(reason) between 1 and 500);
-- By what they wait for: asked whenever a parent appears, and nearly always empty.
create index stripe_events_parked_idx on app_private.stripe_events (reason)
  where outcome = 'parked';

comment on column app_private.stripe_events.reason is
  'Why it was ignored or refused; for what it waits while it is parked.';
comment on column app_private.stripe_events.parked_at is 'When it was first parked.';
comment on column app_private.stripe_events.retry_at is
  'When it is tried again, unless what it waits for comes before.';

-- What is told of a refused event stays in payment_findings.
update app_private.retention_rules
set description = 'What Stripe sent, once it is in the books, or was ignored or refused.'
where rule = 'applied_stripe_events';

alter table app_public.payment_intents
  add column stripe_charge_id text,
  add column stripe_news text;
comment on column app_public.payment_intents.stripe_charge_id is
  'The charge at Stripe by which it was paid.';
comment on column app_public.payment_intents.stripe_news is
  E'@behavior -*\nTime, rank and id of the newest event that was applied: older news change nothing.';

create table app_public.payment_findings (
  id uuid primary key default uuidv7(),
  organization_id uuid references app_public.organizations on delete restrict,
  booking_id uuid,
  kind text not null,
  subject text not null,
  detail jsonb not null default '{}',
  stripe_event_ids text[] not null default '{}',
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  resolved_at timestamptz,
  resolved_by uuid references app_public.users on delete restrict,
  resolution_note text,
  unique (id, organization_id),
  foreign key (organization_id, booking_id)
    references app_public.bookings (organization_id, id) on delete restrict,
  constraint payment_findings_kind_is_a_word check (kind ~ '^[a-z][a-z_]{2,60}$'),
  constraint payment_findings_subject_is_short_text check (length(subject) between 1 and 300),
  constraint payment_findings_booking_has_organization
    check (booking_id is null or organization_id is not null),
  constraint payment_findings_resolved_by_somebody_with_a_note check (
    (resolved_at is null) = (resolved_by is null)
    and (resolved_at is null) = (resolution_note is null)
  ),
  constraint payment_findings_resolution_note_is_short_text
    check (length(resolution_note) between 1 and 2000)
);
-- One is open for each thing that is wrong with one object, however often it is seen.
create unique index payment_findings_one_is_open_per_subject
  on app_public.payment_findings (kind, subject, organization_id) nulls not distinct
  where resolved_at is null;
create index payment_findings_organization_id_idx
  on app_public.payment_findings (organization_id, last_seen_at);
create index payment_findings_booking_id_idx
  on app_public.payment_findings (booking_id, organization_id);
create index payment_findings_resolved_by_idx on app_public.payment_findings (resolved_by);

comment on table app_public.payment_findings is
  'What contradicts our books or was not asked for, for people to look at: never silently fixed.';
comment on column app_public.payment_findings.id is 'Identifier.';
comment on column app_public.payment_findings.organization_id is
  'Whose money it is about; null: that is not known, and the platform''s staff looks into it.';
comment on column app_public.payment_findings.booking_id is 'Which booking, if that is known.';
comment on column app_public.payment_findings.kind is 'What is wrong, such as event_amount_differs.';
comment on column app_public.payment_findings.subject is 'The object at Stripe, or the call.';
comment on column app_public.payment_findings.detail is 'What was told, and what was expected.';
comment on column app_public.payment_findings.stripe_event_ids is 'The events that tell it.';
comment on column app_public.payment_findings.first_seen_at is 'When it was seen first.';
comment on column app_public.payment_findings.last_seen_at is 'When it was seen last.';
comment on column app_public.payment_findings.resolved_at is 'When somebody closed it.';
comment on column app_public.payment_findings.resolved_by is 'Who.';
comment on column app_public.payment_findings.resolution_note is 'What was found, and done.';

insert into app_public.role_permissions (role, permission)
values ('owner', 'payments.manage'), ('admin', 'payments.manage')
on conflict do nothing;

-- The outbox. A row is committed before Stripe is asked, so that whoever finds it without an outcome
-- knows that Stripe may have been.
create table app_private.stripe_calls (
  id uuid primary key default uuidv7(),
  organization_id uuid not null references app_public.organizations on delete restrict,
  purpose text not null,
  subject_id uuid not null,
  idempotency_key text not null,
  request_hash text not null,
  status text not null default 'asked',
  attempts integer not null default 1,
  stripe_id text,
  http_code integer,
  error_code text,
  stripe_request_id text,
  duration_ms integer,
  first_asked_at timestamptz not null default now(),
  last_asked_at timestamptz not null default now(),
  ended_at timestamptz,
  unique (id, organization_id),
  constraint stripe_calls_key_is_used_once unique (idempotency_key, organization_id),
  constraint stripe_calls_purpose_is_object_and_verb check (purpose ~ '^[a-z_]+\.[a-z_]+$'),
  constraint stripe_calls_idempotency_key_is_short_text
    check (length(idempotency_key) between 1 and 255),
  constraint stripe_calls_request_hash_is_sha256 check (request_hash ~ '^[0-9a-f]{64}$'),
  constraint stripe_calls_status_is_known
    check (status in ('asked', 'failed', 'succeeded', 'refused', 'overtaken')),
  constraint stripe_calls_attempts_is_positive check (attempts > 0),
  constraint stripe_calls_ended_has_time
    check ((status in ('succeeded', 'refused', 'overtaken')) = (ended_at is not null))
);
create index stripe_calls_organization_id_idx
  on app_private.stripe_calls (organization_id, last_asked_at);
create index stripe_calls_subject_id_idx on app_private.stripe_calls (subject_id, organization_id);

comment on table app_private.stripe_calls is
  'Outbox: each call of Stripe with its idempotency key, written before it, and what came of it.';
comment on column app_private.stripe_calls.subject_id is 'Our row that it is about.';
comment on column app_private.stripe_calls.request_hash is
  'SHA-256 of what is sent: one key never stands for two requests.';
comment on column app_private.stripe_calls.status is
  'asked: the answer is not known; failed: to be tried again; succeeded; refused; overtaken: an event '
  'told what came of it.';

insert into app_private.retention_rules (rule, description, relation, action, kept_for, since, condition)
values (
  'ended_stripe_calls', 'What Stripe was asked for, once it is known what came of it.',
  'app_private.stripe_calls', 'delete', '400 days', 't.ended_at', 'true'
);

-- One row for all workers: whether Stripe can be reached. It is written by failures, and by the first
-- success after them.
create table app_private.stripe_reachability (
  is_only_row boolean primary key default true,
  failures integer not null default 0,
  failing_since timestamptz,
  retry_at timestamptz,
  last_error text,
  constraint stripe_reachability_is_one_row check (is_only_row),
  constraint stripe_reachability_failures_is_not_negative check (failures >= 0),
  constraint stripe_reachability_failing_has_times
    check ((failures = 0) = (failing_since is null) and (failures = 0) = (retry_at is null))
);
insert into app_private.stripe_reachability default values;

comment on table app_private.stripe_reachability is
  'Whether calls of Stripe fail: then jobs wait, and one of them tries.';

create type app_public.stripe_call as (
  id uuid,
  purpose text,
  subject_id uuid,
  status text,
  attempt_count integer,
  idempotency_key text,
  stripe_id text,
  http_code integer,
  error_code text,
  stripe_request_id text,
  duration_ms integer,
  first_asked_at timestamptz,
  last_asked_at timestamptz,
  ended_at timestamptz
);
comment on type app_public.stripe_call is 'A call of Stripe, and what came of it.';
comment on column app_public.stripe_call.id is 'Identifier.';
comment on column app_public.stripe_call.purpose is 'What for, such as refund.create.';
comment on column app_public.stripe_call.subject_id is 'The payment, refund, ... it is about.';
comment on column app_public.stripe_call.status is
  'asked (the answer is not known), failed (it is tried again), succeeded, refused, or overtaken (an '
  'event told what came of it).';
comment on column app_public.stripe_call.attempt_count is 'How often it was asked.';
comment on column app_public.stripe_call.idempotency_key is 'Its key at Stripe.';
comment on column app_public.stripe_call.stripe_id is 'What Stripe made or changed.';
comment on column app_public.stripe_call.http_code is 'HTTP status of the last answer.';
comment on column app_public.stripe_call.error_code is 'Why the last attempt failed.';
comment on column app_public.stripe_call.stripe_request_id is
  'The last request''s id, for Stripe''s support.';
comment on column app_public.stripe_call.duration_ms is 'How long the last answer took.';
comment on column app_public.stripe_call.first_asked_at is 'When Stripe was first asked.';
comment on column app_public.stripe_call.last_asked_at is 'When Stripe was last asked.';
comment on column app_public.stripe_call.ended_at is 'When it was known what came of it.';

alter type app_public.payment_session add attribute is_provider_reachable boolean;
alter type app_public.payment_session add attribute notice text;
comment on column app_public.payment_session.is_provider_reachable is
  'Whether the payment provider answers us at the moment.';
comment on column app_public.payment_session.notice is
  'What to tell the buyer while the payment cannot be opened; null: nothing.';

drop function app_private.apply_payment_intent(jsonb);

create index stripe_calls_open_idx on app_private.stripe_calls (last_asked_at)
  where ended_at is null;

create trigger _500_audit after insert or update or delete on app_public.payment_findings
  for each row execute function app_hidden.tg__audit();
