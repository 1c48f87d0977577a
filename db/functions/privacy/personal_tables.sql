-- Whose a row is, given a person as $1 (the row is called t), and under which name an export has
-- it; without a name it is not exported, because there is nothing in it but secrets. In the order
-- in which rows may be deleted.
create or replace view app_private.personal_tables with (security_invoker = true) as
select p.relation, p.section, p.belongs, row_number() over () as position
from (values
  ('app_private.user_credentials', null, 't.user_id = ($1).user_id'),
  ('app_private.two_factor_secrets', null, 't.user_id = ($1).user_id'),
  ('app_private.recovery_codes', null, 't.user_id = ($1).user_id'),
  ('app_private.user_tokens', 'mailed_tokens', 't.user_id = ($1).user_id'),
  (
    'app_private.session_tokens', null,
    't.session_id in (
      select s.id from app_public.user_sessions as s where s.user_id = ($1).user_id
    )'
  ),
  ('app_private.sign_ups', 'sign_ups', 't.email operator(public.=) any (($1).emails)'),
  (
    'app_private.trusted_device_tokens', null,
    't.device_id in (
      select d.id from app_public.trusted_devices as d where d.user_id = ($1).user_id
    )'
  ),
  ('app_public.trusted_devices', 'trusted_devices', 't.user_id = ($1).user_id'),
  ('app_public.failed_attempts', 'failed_attempts', 't.user_id = ($1).user_id'),
  ('app_public.impersonations', 'impersonations', 't.user_id = ($1).user_id'),
  ('app_public.user_suspensions', 'suspensions', 't.user_id = ($1).user_id'),
  ('app_public.user_sessions', 'sessions', 't.user_id = ($1).user_id'),
  -- The last mail goes to an address that is forgotten once it is sent.
  (
    'app_private.outgoing_emails', 'emails',
    't.recipient operator(public.=) any (($1).emails)
      and (t.template <> ''account_closed'' or t.sent_at is not null)
      or exists (
        select from app_public.customers as c
        where c.id = any (($1).customer_ids)
          and c.organization_id = t.organization_id
          and c.email operator(public.=) t.recipient
      )'
  ),
  ('app_public.platform_staff', 'platform_staff', 't.user_id = ($1).user_id'),
  (
    'app_public.member_permissions', 'extra_permissions',
    't.member_id in (
      select m.id from app_public.organization_members as m where m.user_id = ($1).user_id
    )'
  ),
  ('app_public.user_venue_access', 'venue_access', 't.user_id = ($1).user_id'),
  ('app_public.organization_members', 'memberships', 't.user_id = ($1).user_id'),
  (
    'app_public.memberships', 'customer_memberships',
    't.user_id = ($1).user_id or t.email operator(public.=) any (($1).emails)
      or exists (
        select from app_public.customers as c
        where c.id = any (($1).customer_ids)
          and c.organization_id = t.organization_id
          and (c.email operator(public.=) t.email or c.user_id = t.user_id)
      )'
  ),
  (
    'app_public.organization_invitations', 'invitations',
    't.accepted_by = ($1).user_id or t.email operator(public.=) any (($1).emails)'
  ),
  (
    'app_public.consents', 'consents',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
  ),
  (
    'app_private.consent_tokens', 'unconfirmed_consents',
    't.email operator(public.=) any (($1).emails)
      or exists (
        select from app_public.customers as c
        where c.id = any (($1).customer_ids)
          and c.organization_id = t.organization_id
          and c.email operator(public.=) t.email
      )'
  ),
  (
    'app_private.waiting_list_tokens', 'unconfirmed_waiting',
    't.email operator(public.=) any (($1).emails)
      or exists (
        select from app_public.customers as c
        where c.id = any (($1).customer_ids)
          and c.organization_id = t.organization_id
          and c.email operator(public.=) t.email
      )'
  ),
  (
    'app_private.booking_link_requests', 'requested_links',
    't.email operator(public.=) any (($1).emails)'
  ),
  (
    'app_public.waiting_list_entries', 'waiting_lists',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
  ),
  (
    'app_public.privacy_requests', 'privacy_requests',
    't.user_id = ($1).user_id or t.customer_id = any (($1).customer_ids)'
  ),
  (
    'app_private.payment_intent_secrets', null,
    't.payment_intent_id in (
      select p.id from app_public.payment_intents as p where p.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.stripe_events', null,
    't.applied_at is not null
      and t.payload #>> ''{data,object,metadata,lml_booking_id}''
        = any (($1).booking_ids::text[])
      or t.applied_at is not null
      and t.payload #>> ''{data,object,metadata,lml_payment_intent_id}'' in (
        select p.id::text from app_public.payment_intents as p
        where p.booking_id = any (($1).booking_ids)
      )
      or t.applied_at is not null
      and coalesce(
        t.payload #>> ''{data,object,customer}'', t.payload #>> ''{data,object,id}''
      ) in (
        select c.stripe_id from app_private.stripe_customers as c
        where c.user_id = ($1).user_id
      )'
  ),
  (
    'app_private.payment_choices', 'payment_choices',
    't.booking_id = any (($1).booking_ids)
      or t.stripe_customer_id in (
        select c.id from app_private.stripe_customers as c where c.user_id = ($1).user_id
      )'
  ),
  (
    'app_private.saved_payment_methods', 'saved_payment_methods',
    't.stripe_customer_id in (
      select c.id from app_private.stripe_customers as c where c.user_id = ($1).user_id
    )'
  ),
  ('app_private.stripe_customers', 'stripe_customers', 't.user_id = ($1).user_id'),
  -- What a score is made of is for those who look into it.
  ('app_public.risk_assessments', null, 't.booking_id = any (($1).booking_ids)'),
  ('app_public.fraud_alert_notes', null,
    't.alert_id in (
      select a.id from app_public.fraud_alerts as a where a.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.booking_signals', 'signals',
    't.user_id = ($1).user_id or t.booking_id in (select app_private.bought_by($1))'
  ),
  (
    'app_private.payment_failure_signals', 'declined_payments',
    't.booking_id in (select app_private.bought_by($1))'
  ),
  (
    'app_public.payment_charges', 'charges',
    't.payment_intent_id in (
      select p.id from app_public.payment_intents as p where p.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_private.lost_dispute_signals', 'lost_disputes',
    't.booking_id in (select app_private.bought_by($1))'
  ),
  (
    'app_public.dispute_responses', 'dispute_responses',
    't.dispute_id in (
      select d.id from app_public.disputes as d where d.booking_id = any (($1).booking_ids)
    )'
  ),
  ('app_public.disputes', 'disputes', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.payment_intents', 'payments', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refunds', 'refunds', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refund_items', 'refund_items', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.refund_requests', 'refund_requests', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.ticket_scans', 'ticket_scans',
    't.ticket_id in (
      select k.id from app_public.tickets as k where k.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_public.pass_entries', 'pass_entries',
    't.ticket_id in (
      select k.id from app_public.tickets as k where k.booking_id = any (($1).booking_ids)
    )'
  ),
  (
    'app_public.ticket_attendees', 'attendees',
    't.email operator(public.=) any (($1).emails)
      or t.ticket_id in (
        select k.id from app_public.tickets as k
        left join app_public.ticket_transfers as r
          on r.organization_id = k.organization_id and r.id = k.transfer_id
        where r.to_user_id = ($1).user_id
          or r.id is null and k.booking_id = any (($1).booking_ids)
      )'
  ),
  (
    'app_public.ticket_transfers', 'ticket_transfers',
    't.to_user_id = ($1).user_id or t.from_user_id = ($1).user_id
      or t.to_customer_id = any (($1).customer_ids)
      or t.to_email operator(public.=) any (($1).emails)'
  ),
  ('app_public.promoters', 'promoters', 't.email operator(public.=) any (($1).emails)'),
  ('app_public.delivery_addresses', 'delivery_addresses', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.tickets', 'tickets', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.booking_details', 'booking_details', 't.booking_id = any (($1).booking_ids)'
  ),
  ('app_public.booking_notes', 'booking_notes', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.booking_items', 'booking_items', 't.booking_id = any (($1).booking_ids)'),
  (
    'app_public.booking_state_transitions', 'booking_history',
    't.booking_id = any (($1).booking_ids)'
  ),
  ('app_public.booking_approvals', 'approvals', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.staff_sales', 'sales_by_staff', 't.booking_id = any (($1).booking_ids)'),
  ('app_public.bookings', 'bookings', 't.id = any (($1).booking_ids)'),
  ('app_public.customers', 'customers', 't.id = any (($1).customer_ids)'),
  ('app_public.users', 'account', 't.id = ($1).user_id'),
  -- What was done to the entries above. What the person did to others' is about those.
  (
    'app_public.audit_log', 'audit_log',
    't.entity_type = ''users'' and t.entity_id = ($1).user_id
      or t.entity_type = ''customers'' and t.entity_id = any (($1).customer_ids)
      or t.entity_type = ''bookings'' and t.entity_id = any (($1).booking_ids)
      or t.entity_type in (''booking_approvals'', ''staff_sales'') and t.entity_id in (
        select a.id from app_public.booking_approvals as a
        where a.booking_id = any (($1).booking_ids)
        union all
        select s.id from app_public.staff_sales as s where s.booking_id = any (($1).booking_ids)
      )
      or t.entity_type in (''organization_members'', ''user_sessions'') and t.entity_id in (
        select s.id from app_public.user_sessions as s where s.user_id = ($1).user_id
        union all
        select m.id from app_public.organization_members as m where m.user_id = ($1).user_id
      )'
  )
) as p (relation, section, belongs);

comment on view app_private.personal_tables is
  'Which tables have something about people, and how their rows are found.';
revoke all on app_private.personal_tables from public;
