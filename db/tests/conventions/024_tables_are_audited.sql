-- Every table is audited, or is listed here with the reason why it is not. Triggers called
-- _500_audit* write audit_log.
-- To resolve: `create trigger _500_audit after insert or update or delete on ... for each row
-- execute function app_hidden.tg__audit('a_secret_column')`, or a line below.
with not_audited (name, reason) as (
  values
    -- History itself: append-only, with its actor.
    ('app_public.audit_log', 'it is the log'),
    ('app_private.audit_seals', 'a chain of hashes over the log'),
    ('app_private.audit_sealed_rows', 'a chain of hashes over the log'),
    ('app_public.booking_state_transitions', 'append-only history'),
    ('app_public.ticket_scans', 'append-only history'),
    ('app_public.pass_entries', 'ticket_scans is the history'),
    ('app_public.consents', 'append-only history'),
    ('app_public.failed_attempts', 'append-only history'),
    ('app_public.payment_charges', 'news from Stripe, whose inbox keeps them'),
    ('app_public.booking_notes', 'append-only history'),
    ('app_public.booking_details', 'what a buyer says of their own order, in their own words'),
    ('app_public.waiting_list_entries', 'every wish is a row, and what became of it'),
    ('app_public.ticket_transfers', 'every offer is a row, and what became of it'),
    ('app_public.ticket_attendees', 'who comes is the business of whoever holds the ticket'),
    ('app_public.fraud_alert_notes', 'append-only history'),
    ('app_public.risk_assessments', 'written once, at a checkout'),
    ('app_private.booking_signals', 'written once, at a hold or checkout'),
    ('app_private.payment_failure_signals', 'written once, for an event of Stripe'),
    ('app_private.lost_dispute_signals', 'written once, for a dispute'),
    ('app_public.ledger_accounts', 'part of the ledger, never changed'),
    ('app_public.ledger_entries', 'append-only history'),
    ('app_public.ledger_transactions', 'append-only history'),
    ('app_public.ledger_account_rules', 'data of a migration, never changed'),
    ('app_public.ledger_balances', 'append-only, written when a month closes, which is audited'),
    ('app_public.reconciliation_balances', 'append-only: what a comparison with Stripe found'),
    ('app_public.reconciliation_results', 'append-only: what a comparison with Stripe found'),
    ('app_public.reconciliation_runs', 'when it was compared; only the worker writes it'),
    ('app_private.stripe_balance_transactions', 'what Stripe says; only the worker writes it'),
    ('app_private.platform_payouts', 'what Stripe says; only the worker writes it'),
    ('app_public.payment_transactions', 'append-only, but for what Stripe says of it'),
    ('app_public.promoter_shares', 'append-only history'),
    ('app_public.cancellation_policies', 'never changed: every version is a row'),
    ('app_public.cancellation_windows', 'never changed: part of a policy'),
    ('app_public.payout_items', 'written once, for a payout, which is audited'),
    ('app_public.refund_items', 'written once, for a request, which is audited'),
    ('app_public.venue_layouts', 'never changed: every version is a row'),
    ('app_public.layout_sections', 'never changed: part of a layout'),
    ('app_public.layout_seats', 'never changed: part of a layout'),
    -- The hot path: what happens to these is told by the status of the booking.
    ('app_public.seat_booking_state', 'booking_state_transitions tells who held and bought'),
    ('app_public.booking_items', 'written with the booking, whose amounts are audited'),
    ('app_public.tickets', 'come and go with the status of the booking'),
    ('app_private.admission_claims', 'booking_state_transitions tells who held and bought'),
    ('app_private.allocation_holds', 'booking_state_transitions tells who held and bought'),
    ('app_private.admission_slots', 'booking_state_transitions tells who held and bought'),
    ('app_private.add_on_claims', 'booking_state_transitions tells who held and bought'),
    ('app_private.add_on_counters', 'booking_state_transitions tells who held and bought'),
    ('app_private.add_on_downloads', 'a secret that is sold; add_on_deliveries tells who got it'),
    ('app_private.add_on_codes', 'secrets that are sold; add_on_deliveries tells who got them'),
    ('app_public.delivery_addresses', 'where to mail is the business of the buyer'),
    ('app_public.admission_pool_categories', 'written with the pool, which is audited'),
    ('app_public.pass_dates', 'written with the pass and its pool, which are audited'),
    ('app_public.seat_allocation_seats', 'written with the allocation, which is audited'),
    ('app_private.seat_runs', 'derived from the layout'),
    ('app_private.seat_changes', 'tells programs what to read again'),
    ('app_private.seat_changes_forgotten', 'tells programs what to read again'),
    ('app_public.performance_categories', 'written when a sale opens, which is audited'),
    -- Secrets, of which only the effect is told.
    ('app_private.session_tokens', 'user_sessions is audited'),
    ('app_private.user_tokens', 'what a token does is audited by what it changes'),
    ('app_private.consent_tokens', 'consents is the history of what came of it'),
    ('app_private.invitation_tokens', 'organization_invitations is audited'),
    ('app_private.recovery_codes', 'made with two_factor_secrets; using one opens a session'),
    ('app_private.payment_intent_secrets', 'payment_intents is audited'),
    ('app_private.payment_intent_changes', 'payment_intents is audited'),
    ('app_private.trusted_device_tokens', 'trusted_devices is audited'),
    ('app_private.scanner_tokens', 'scanner_devices is audited'),
    ('app_private.payment_links', 'what a link does is audited by what it changes'),
    ('app_private.waiting_list_tokens', 'waiting_list_entries tells what became of them'),
    ('app_private.ticket_transfer_tokens', 'ticket_transfers tells what became of them'),
    ('app_private.sign_ups', 'what was only asked for; the account that comes of it is audited'),
    ('app_private.ticket_credentials', 'derived from signing_keys, which is audited'),
    -- Machinery, which has its own times and outcomes.
    ('app_private.disposable_email_domains', 'data of a package'),
    ('app_private.calling_codes', 'data of a migration, never changed'),
    ('app_private.idempotency_keys', 'remembers answers; what was done is audited'),
    ('app_public.layout_fetches', 'says what came of it; the layout itself never changes'),
    ('app_private.offline_scan_results', 'an inbox; ticket_scans is the history'),
    ('app_private.payout_runs', 'says until when the schedule has run'),
    ('app_private.stripe_account_links', 'addresses that work for minutes'),
    ('app_private.stripe_customers', 'made by the worker, and deleted with their user'),
    ('app_private.payment_choices', 'what a buyer said of one payment'),
    ('app_private.stripe_events', 'an inbox: what came, and what became of it'),
    ('app_private.stripe_calls', 'an outbox: what was asked, and what came of it'),
    ('app_private.stripe_reachability', 'says whether Stripe answers'),
    ('app_private.performance_notices', 'how far mails are; performances is audited'),
    ('app_private.outgoing_emails', 'an outbox: what was sent, and when'),
    ('app_private.booking_confirmations', 'an outbox: outgoing_emails tells what was sent'),
    ('app_private.booking_link_requests', 'an inbox: outgoing_emails tells what was sent'),
    ('app_private.attempts', 'counts of a few minutes'),
    ('app_private.discount_attempts', 'counts of a few minutes'),
    ('app_private.sold_shares', 'derived from seats and pools, now and then'),
    ('app_private.session_activity', 'when somebody was last there'),
    ('app_private.worker_heartbeats', 'says that a worker lives')
),
tables as (
  select format('%s.%s', n.nspname, c.relname) as name, exists (
    select from pg_trigger t
    where t.tgrelid = c.oid
      and t.tgname like '\_500\_audit%'
      and t.tgfoid = to_regprocedure('app_hidden.tg__audit()')
      and t.tgenabled <> 'D'
  ) as is_audited
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('app_public', 'app_hidden', 'app_private')
    and c.relkind in ('r', 'p')
    and not c.relispartition
)
select t.name as object, 'is not audited, and nothing says why' as problem
from tables t
where not t.is_audited and t.name not in (select e.name from not_audited e)
union all
select e.name, 'is listed as not audited, and is audited'
from not_audited e
join tables t on t.name = e.name and t.is_audited
union all
select e.name, 'is listed as not audited, and does not exist'
from not_audited e
where not exists (select from tables t where t.name = e.name)
  -- An empty database has nothing to list.
  and exists (select from tables t where t.name = 'app_public.audit_log')
order by 1;
