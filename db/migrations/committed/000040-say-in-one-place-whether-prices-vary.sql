--! Previous: sha1:8216c6f2e1259753983b4f6117a18575f7037768
--! Hash: sha1:299a5589a52f5a314c824fc8c1590ae52c58a0ce
--! Message: Say in one place whether prices vary

--! split: 057-prices-vary.sql
-- Whether a hold has to have its lines priced by all the rules was asked in two places, in two ways.
alter table app_public.events
  add column prices_vary boolean not null generated always as (
    has_price_rules or absorbs_service_fees or absorbs_processing_fees
      or tax_jurisdiction_id is not null or app_hidden.charge_step(currency) > 1
  ) stored;

comment on column app_public.events.prices_vary is
  E'@behavior -*\nWhether a line costs more to work out than its price, fees and tax on top.';

--! split: 1000-functions-inventory-open_sale.sql
-- One statement for all that a sale has to know beforehand: every statement more would be felt in
-- the hot path. Buyers name seats by their ids; the hot table knows their numbers.
create or replace function app_private.open_sale(performance_id uuid, seat_ids text[] default null)
returns app_private.sale
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_found record;
begin
  select
    row(
      p.organization_id, p.id, p.event_id, p.layout_id, p.currency, e.service_fee_percentage,
      e.service_fee_fixed_cents, e.processing_fee_percentage, e.processing_fee_fixed_cents,
      e.commission_percentage, e.tax_percentage, e.allow_guest_checkout, e.hold_seconds,
      e.checkout_seconds, e.hold_seconds_max, e.tickets_per_booking_max,
      case when cardinality(open_sale.seat_ids) <= e.tickets_per_booking_max then array(
        select l.seat_no
        from app_public.layout_seats as l
        where l.organization_id = p.organization_id
          and l.layout_id = p.layout_id
          and l.seat_id = any (open_sale.seat_ids)
      ) end,
      e.screens_holds,
      e.open_carts_max,
      e.prices_vary
    )::app_private.sale as sale,
    e.status = 'published' and p.status = 'scheduled' and e.organization_status = 'active'
      as is_on_sale,
    e.visibility = 'private' as is_private,
    e.sales_start as opens_at,
    coalesce(e.sales_end, p.starts_at) as closes_at
  into v_found
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.id = open_sale.performance_id;
  if not found then
    raise exception 'There is no such performance.'
      using errcode = 'LMNFD', detail = format('%s', open_sale.performance_id);
  end if;
  -- The one question that is asked of private events only: a hold of any other costs nothing more.
  if v_found.is_private then
    perform app_private.require_opened_event(v_found.sale);
  end if;
  if not v_found.is_on_sale then
    raise exception 'This event is not on sale.'
      using errcode = 'LMEVT', detail = open_sale.performance_id::text;
  end if;
  if now() < v_found.opens_at then
    raise exception 'Sales have not opened yet.'
      using errcode = 'LMSAL', detail = v_found.opens_at::text, hint = 'Try again then.';
  end if;
  if now() >= v_found.closes_at then
    raise exception 'Sales are closed.' using errcode = 'LMSAL', detail = v_found.closes_at::text;
  end if;
  if open_sale.seat_ids = '{}'
    or cardinality((v_found.sale).seat_nos) is distinct from cardinality(open_sale.seat_ids)
  then
    perform app_private.raise_bad_seat_ids(v_found.sale, open_sale.seat_ids);
  end if;
  return v_found.sale;
end
$$;

comment on function app_private.open_sale(uuid, text[]) is
  'The terms of a performance that is on sale now, with the numbers of the seats that are wanted, '
  'in no order. Raises LMNFD (or private, and no code came), LMEVT (not published), LMSAL (before or after sales), LMQTY (no seat '
  'or too many), LMSDP (one twice), LMSEA (unknown).';

--! split: 1001-functions-inventory-price_lines.sql
-- The one function that quotes and charges. A line that is pending is given its price, which it keeps;
-- the discount, fees and taxes of all are what comes of them together.
create or replace function app_private.price_lines(
  lines app_private.priced_line[], performance app_public.performances,
  terms app_public.price_terms, is_member boolean, code app_public.discount_codes
)
returns app_private.priced_line[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_lines app_private.priced_line[] := price_lines.lines;
  v_line app_private.priced_line;
  v_weights bigint[] := '{}';
  v_discounts bigint[];
  v_index integer;
begin
  for v_index in 1 .. coalesce(cardinality(v_lines), 0) loop
    v_line := v_lines[v_index];
    if v_line.price_basis = 'pending' then
      v_line := app_private.price_ticket(
        v_line, price_lines.performance, price_lines.is_member
      );
    end if;
    v_line.subtotal_cents := v_line.unit_price_cents * v_line.quantity;
    v_lines[v_index] := v_line;
    v_weights := v_weights || case
      when app_hidden.is_discounted(v_line, price_lines.code) then v_line.subtotal_cents
      else 0
    end;
  end loop;

  v_discounts := app_hidden.distribute(
    app_hidden.discount_on(v_lines, price_lines.code), v_weights,
    app_hidden.charge_step((price_lines.terms).currency)::integer
  );
  for v_index in 1 .. coalesce(cardinality(v_lines), 0) loop
    v_line := v_lines[v_index];
    v_line.discount_cents := v_discounts[v_index];
    select
      p.service_fee_cents, p.processing_fee_cents, p.tax_cents, p.total_cents,
      p.service_fee_absorbed_cents, p.processing_fee_absorbed_cents, p.tax_included_cents
    into
      v_line.service_fee_cents, v_line.processing_fee_cents, v_line.tax_cents,
      v_line.total_cents, v_line.service_fee_absorbed_cents,
      v_line.processing_fee_absorbed_cents, v_line.tax_included_cents
    from app_hidden.price_of(
      v_line.unit_price_cents, v_line.quantity, v_line.discount_cents, price_lines.terms
    ) as p;
    v_lines[v_index] := v_line;
  end loop;
  return v_lines;
end
$$;

comment on function app_private.price_lines(
  app_private.priced_line[], app_public.performances, app_public.price_terms, boolean,
  app_public.discount_codes
) is 'All amounts of lines that are paid for together. Raises LMSAL.';

--! split: 1002-functions-bookings-store_booking_totals.sql
-- Whatever changes the lines of a booking calls this afterwards, so here is where lines that depend on
-- each other are priced: what an event without rules, and a booking without a code, need not.
create or replace function app_private.store_booking_totals(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  if exists (
    select
    from app_public.bookings as b
    join app_public.performances as p
      on p.organization_id = b.organization_id and p.id = b.performance_id
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where b.id = store_booking_totals.booking_id
      and (
        -- A row is not null only when all of it is not.
        not b.price_terms is null
        or e.prices_vary
      )
  ) then
    perform app_private.price_booking(store_booking_totals.booking_id);
  end if;
  update app_public.bookings as b
  set subtotal_cents = t.subtotal_cents,
    discount_cents = t.discount_cents,
    service_fee_cents = t.service_fee_cents,
    processing_fee_cents = t.processing_fee_cents,
    tax_cents = t.tax_cents,
    total_amount_cents = t.total_amount_cents,
    commission_amount_cents = t.commission_amount_cents,
    payout_cents = t.payout_cents,
    service_fee_absorbed_cents = t.service_fee_absorbed_cents,
    processing_fee_absorbed_cents = t.processing_fee_absorbed_cents,
    tax_included_cents = t.tax_included_cents
  from app_public.calculate_booking_totals(store_booking_totals.booking_id) as t
  where b.id = store_booking_totals.booking_id
  returning b.* into v_booking;
  return v_booking;
end
$$;

comment on function app_private.store_booking_totals(uuid) is
  'Prices what is to be priced together, and writes the sums of its lines into a booking, which the '
  'caller has locked. Raises LMSAL, LMMBR.';

--! split: 1003-functions-bookings-tg_bookings__check_totals.sql
-- At the end of each transaction that wrote lines or amounts, a booking is the sum of its lines,
-- each of which has its price. A check constraint cannot see other rows, and must not pretend to.
create or replace function app_hidden.tg_bookings__check_totals()
returns trigger
language plpgsql security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_booking_id uuid;
  v_organization_id uuid;
begin
  if tg_table_name = 'bookings' then
    v_booking_id := new.id;
    v_organization_id := new.organization_id;
  elsif tg_op = 'DELETE' then
    v_booking_id := old.booking_id;
    v_organization_id := old.organization_id;
  else
    v_booking_id := new.booking_id;
    v_organization_id := new.organization_id;
  end if;
  if exists (
    select
    from app_public.bookings as b
    cross join lateral (
      select
        coalesce(sum(i.subtotal_cents), 0) as subtotal,
        coalesce(sum(i.discount_cents), 0) as discount,
        coalesce(sum(i.service_fee_cents), 0) as service_fee,
        coalesce(sum(i.processing_fee_cents), 0) as processing_fee,
        coalesce(sum(i.tax_cents), 0) as tax,
        coalesce(sum(i.service_fee_absorbed_cents), 0) as service_fee_absorbed,
        coalesce(sum(i.processing_fee_absorbed_cents), 0) as processing_fee_absorbed,
        coalesce(sum(i.tax_included_cents), 0) as tax_included,
        coalesce(bool_or(i.price_basis = 'pending'), false) as is_unpriced
      from app_public.booking_items as i
      where i.organization_id = b.organization_id and i.booking_id = b.id
    ) as s
    where b.organization_id = v_organization_id
      and b.id = v_booking_id
      and (
        b.subtotal_cents <> s.subtotal or b.discount_cents <> s.discount
        or b.service_fee_cents <> s.service_fee or b.processing_fee_cents <> s.processing_fee
        or b.tax_cents <> s.tax
        or b.service_fee_absorbed_cents <> s.service_fee_absorbed
        or b.processing_fee_absorbed_cents <> s.processing_fee_absorbed
        or b.tax_included_cents <> s.tax_included
        or s.is_unpriced
      )
  ) then
    raise exception 'The amounts of booking % are not the sum of its lines, or one has no price.', v_booking_id
      using errcode = 'LMSUM';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_bookings__check_totals() is 'Raises LMSUM at commit.';

drop trigger if exists _900_check_totals on app_public.bookings;
create constraint trigger _900_check_totals
  after insert or update of subtotal_cents, discount_cents, service_fee_cents,
    processing_fee_cents, tax_cents, service_fee_absorbed_cents, processing_fee_absorbed_cents,
    tax_included_cents
  on app_public.bookings
  deferrable initially deferred
  for each row execute function app_hidden.tg_bookings__check_totals();

-- A new line without its amount in the booking is found through the booking's own trigger, unless
-- nobody touched the booking: hence this one too.
drop trigger if exists _900_check_totals on app_public.booking_items;
create constraint trigger _900_check_totals
  after insert or update or delete on app_public.booking_items
  deferrable initially deferred
  for each row execute function app_hidden.tg_bookings__check_totals();

--! split: 1004-functions-privacy-declared_classes.sql
-- Of which class every column is: the one place to read and to change it. A line names columns of a
-- table. Identifiers (uuid), moments (timestamptz) and amounts (..._cents) need no line, because
-- they are internal or financial unless a line says otherwise. For what is erased, the line says how:
--   anonymize  with the SQL expression that replaces the value (the row is called t)
--   delete     the row goes
--   keep       with the reason that the law gives
-- Whose row it is, is said in personal_tables.
create or replace view app_private.declared_classes with (security_invoker = true) as
select
  d.relation, c.column_name, d.class::app_private.data_class as class,
  d.on_erasure::app_private.erasure_action as on_erasure, d.note
from (values
  -- foundation
  ('app_public.currencies', 'public', null, null, 'code exponent'),
  ('app_private.worker_heartbeats', 'internal', null, null, 'worker_id'),

  -- identity
  ('app_public.users', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$, 'email'),
  ('app_public.users', 'personal', 'anonymize', $$'Erased'$$, 'first_name last_name'),
  ('app_public.users', 'personal', 'anonymize', 'null',
    'phone email_verified_at last_login_at avatar_url language date_of_birth'),
  ('app_public.users', 'personal', 'anonymize', $$'{}'$$, 'address'),
  ('app_public.users', 'internal', null, null, 'account_status login_count'),
  ('app_private.user_credentials', 'secret', 'delete', null, 'password_hash'),
  ('app_private.user_credentials', 'internal', null, null, 'failed_login_attempts'),
  ('app_private.two_factor_secrets', 'secret', 'delete', null, 'encrypted_secret'),
  ('app_private.two_factor_secrets', 'internal', null, null, 'last_time_step'),
  ('app_private.recovery_codes', 'secret', 'delete', null, 'code_hash'),
  ('app_private.session_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_public.user_sessions', 'personal', 'delete', null,
    'device ip_address user_agent country city'),
  ('app_public.user_sessions', 'internal', null, null, 'revoked_reason'),
  ('app_private.user_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.user_tokens', 'personal', 'delete', null, 'email'),
  ('app_private.user_tokens', 'internal', null, null, 'purpose'),
  ('app_private.outgoing_emails', 'personal', 'delete', null, 'recipient'),
  ('app_private.outgoing_emails', 'secret', 'delete', null, 'variables'),
  ('app_private.outgoing_emails', 'internal', null, null, 'template'),
  ('app_public.platform_staff', 'internal', null, null, 'role'),
  ('app_private.sign_ups', 'personal', 'delete', null, 'email first_name last_name'),
  ('app_private.sign_ups', 'secret', 'delete', null, 'token_hash password_hash'),
  ('app_private.attempt_limits', 'internal', null, null, 'kind attempts period'),
  ('app_private.attempts', 'personal', 'keep', 'Counts of a network, for days.', 'network'),
  ('app_private.attempts', 'internal', null, null, 'kind attempts'),
  ('app_public.failed_attempts', 'personal', 'delete', null, 'ip_address user_agent'),
  ('app_public.failed_attempts', 'internal', null, null, 'kind'),
  ('app_public.trusted_devices', 'personal', 'delete', null, 'device ip_address user_agent'),
  ('app_private.trusted_device_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_public.impersonations', 'sensitive', 'keep',
    'Proof of what was done in the name of somebody.', 'reason'),
  ('app_public.user_suspensions', 'sensitive', 'keep',
    'Proof of why somebody was kept out.', 'reason'),

  -- organizations: what is known of an organization is not about a person
  ('app_public.organizations', 'public', null, null,
    'name slug email phone website default_currency status address logo_url primary_color '
    'secondary_color custom_domain refund_policy privacy_policy_url terms_of_service_url '
    'verification_status'),
  ('app_public.organization_settings', 'internal', null, null,
    'allow_guest_checkout hold_seconds checkout_seconds hold_seconds_max tickets_per_booking_max '
    'business_type payout_schedule email_notifications ticket_transfers_enabled subscription_tier '
    'subscription_reference monthly_event_limit fraud_review_seconds books_timezone '
    'open_carts_max payout_timing payout_delay_days pays_stripe_fees'),
  ('app_public.organization_settings', 'financial', null, null,
    'commission_percentage service_fee_percentage processing_fee_percentage registration_number '
    'tax_id monthly_revenue_limit_units'),
  ('app_public.organization_members', 'internal', null, null, 'role status venues_restricted'),
  ('app_public.role_permissions', 'public', null, null, 'role permission'),
  ('app_public.member_permissions', 'internal', null, null, 'permission'),
  ('app_public.organization_invitations', 'personal', 'anonymize',
    $$'erased+' || t.id || '@erased.invalid'$$, 'email'),
  ('app_public.organization_invitations', 'internal', null, null, 'role send_count'),
  ('app_private.invitation_tokens', 'secret', null, null, 'token_hash'),
  ('app_public.organization_verifications', 'sensitive', 'keep',
    'Documents of an organization, by which it was verified.', 'documents note'),
  ('app_public.organization_verifications', 'internal', null, null, 'status'),
  ('app_public.domain_challenges', 'internal', null, null,
    'domain record_name record_value missed_count'),
  ('app_public.organization_suspensions', 'internal', null, null, 'reason'),
  ('app_public.subscription_tiers', 'public', null, null,
    'tier description monthly_event_limit monthly_revenue_limit_units'),
  ('app_public.tax_rates', 'public', null, null, 'name jurisdiction percentage valid_during'),
  ('app_public.tax_jurisdictions', 'public', null, null, 'name prices_include_tax'),
  ('app_public.memberships', 'personal', 'delete', null, 'email member_number'),
  ('app_public.memberships', 'internal', null, null, 'valid_during'),

  -- venues
  ('app_public.venues', 'public', null, null,
    'name slug description address timezone accessibility_features amenities city contact_email '
    'contact_phone contact_website country images language latitude longitude opening_hours '
    'social_media status tier venue_type videos'),
  ('app_public.venue_compliance', 'internal', null, null,
    'insurance_valid_until license_number license_valid_until licensed_capacity '
    'safety_certificate safety_certificate_valid_until'),
  ('app_public.layout_fetches', 'internal', null, null,
    'attempt_count error_code error_message expected_sha256 status url'),
  ('app_public.venue_layouts', 'public', null, null,
    'version name sha256 document source source_reference seat_count standing_capacity'),
  ('app_public.layout_sections', 'public', null, null,
    'section_no name kind category capacity x y width height'),
  ('app_public.layout_seats', 'public', null, null,
    'seat_no section_no seat_id row_name seat_number category x y features'),

  -- events
  ('app_public.events', 'public', null, null,
    'title slug description status currency blocked_sections organization_status '
    'allow_guest_checkout hold_seconds checkout_seconds hold_seconds_max tickets_per_booking_max '
    'service_fee_percentage processing_fee_percentage tax_percentage is_public '
    'screens_holds reentry_limit open_carts_max short_description format timezone visibility age_restriction '
    'special_requirements images banner_url videos external_links meta_title meta_description '
    'search_keywords tags tickets_per_user_max status_reason search_text search_vector'),
  ('app_public.events', 'public', null, null,
    'has_price_rules absorbs_service_fees absorbs_processing_fees prices_vary'),
  ('app_public.events', 'financial', null, null, 'commission_percentage'),
  ('app_public.performances', 'public', null, null,
    'currency status is_public status_reason pass_name'),
  ('app_public.ticket_categories', 'public', null, null,
    'category_no name description status seat_categories sections is_public sort_order '
    'min_per_transaction max_per_transaction max_per_user includes restrictions '
    'requires_approval approval_hours approved_payment_hours requires_membership '
    'capture_method'),
  ('app_public.event_categories', 'public', null, null, 'slug name description'),
  ('app_public.event_category_links', 'public', null, null, 'is_public'),
  ('app_public.event_online_addresses', 'internal', null, null, 'address instructions'),
  ('app_private.event_access_codes', 'secret', null, null, 'code_hash'),
  ('app_private.add_on_downloads', 'secret', null, null, 'url'),
  ('app_public.event_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_public.performance_status_transitions', 'public', null, null,
    'from_status to_status reason'),
  ('app_public.event_cancellations', 'internal', null, null,
    'reason bookings_canceled bookings_failed'),
  ('app_public.event_cancellation_failures', 'internal', null, null, 'code'),
  ('app_public.ticket_category_prices', 'public', null, null, 'audience valid_during is_public'),
  ('app_public.add_ons', 'public', null, null,
    'is_public name description currency max_per_booking requires_ticket delivery is_limited '
    'is_active sort_order returns_to_stock'),
  ('app_public.attendee_questions', 'public', null, null,
    'is_public question kind choices is_required sort_order'),
  ('app_private.performance_notices', 'internal', null, null, 'kind reason mails_queued'),
  ('app_public.pricing_rules', 'internal', null, null,
    'name sort_order condition at_least below percentage'),
  ('app_public.discount_codes', 'internal', null, null,
    'code currency percentage quantity_min uses_max uses_per_customer_max valid_during'),

  -- inventory
  ('app_private.sold_shares', 'internal', null, null,
    'ticket_category_ids category_shares performance_share'),
  ('app_public.performance_categories', 'public', null, null, 'category_no'),
  ('app_public.seat_booking_state', 'internal', null, null, 'seat_no status category_no'),
  ('app_private.seat_runs', 'internal', null, null,
    'run_no first_seat_no last_seat_no central_seat_no longest category_no is_accessible is_full'),
  ('app_private.seat_changes', 'internal', null, null, 'changed_xid seat_nos'),
  ('app_private.seat_changes_forgotten', 'internal', null, null, 'is_only last_xid'),
  ('app_public.admission_pools', 'internal', null, null,
    'name capacity slot_count chain allocated is_pass'),
  ('app_private.admission_slots', 'internal', null, null, 'slot_no capacity held sold'),
  ('app_private.admission_claims', 'internal', null, null, 'slot_no quantity'),
  ('app_public.admission_allocations', 'internal', null, null, 'kind reason quantity places_left'),
  ('app_private.add_on_counters', 'internal', null, null, 'total held sold'),
  ('app_private.add_on_claims', 'internal', null, null, 'quantity'),
  ('app_private.add_on_codes', 'secret', null, null, 'code'),
  ('app_private.add_on_codes', 'internal', null, null, 'unit_no'),
  ('app_public.seat_allocations', 'internal', null, null, 'kind reason seat_count'),
  ('app_public.seat_allocation_seats', 'internal', null, null, 'seat_no'),

  -- bookings
  ('app_public.customers', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$,
    'email'),
  ('app_public.customers', 'personal', 'anonymize', 'null', 'first_name last_name phone'),
  ('app_public.customers', 'personal', 'anonymize', $$'{}'$$, 'address'),
  ('app_public.booking_details', 'personal', 'delete', null,
    'referral_source utm_source utm_medium utm_campaign utm_term utm_content special_requests '
    'accessibility_requirements dietary_requirements'),
  ('app_public.booking_notes', 'personal', 'delete', null, 'note'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'customer_email customer_name'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'cancellation_reason'),
  ('app_public.bookings', 'secret', 'keep', 'It owns the tickets, and tells nothing of anybody.',
    'cart_token_hash'),
  ('app_public.bookings', 'internal', null, null,
    'booking_reference status booking_channel currency created_xid'),
  ('app_public.delivery_addresses', 'personal', 'delete', null, 'address'),
  ('app_public.bookings', 'financial', null, null, 'commission_percentage price_terms'),
  ('app_public.booking_items', 'internal', null, null, 
    'item_type seat_nos quantity returned_quantity price_basis'),
  ('app_public.booking_items', 'financial', null, null, 'applied_rules'),
  ('app_public.discount_redemptions', 'internal', null, null, 'code'),
  ('app_private.discount_attempts', 'personal', 'keep', 'Counts of a network, for days.', 'asker'),
  ('app_private.discount_attempts', 'internal', null, null, 'attempts'),
  ('app_public.booking_state_transitions', 'personal', 'keep',
    'History of a sale, kept as long as the books; it says why, and not who.', 'reason'),
  ('app_public.booking_state_transitions', 'internal', null, null,
    'from_status to_status changed_via request_id'),
  ('app_public.booking_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_private.idempotency_keys', 'internal', null, null,
    'owner idempotency_key function_name arguments_hash'),
  ('app_public.payment_plans', 'public', null, null,
    'name deposit_percentage installments basis first_due_days interval_days last_due_days_before '
    'reminder_days grace_days overdue_action'),
  ('app_public.booking_payment_schedule', 'financial', null, null, 'installment_no status'),
  ('app_public.booking_approvals', 'internal', null, null, 'pay_within_hours decision'),
  ('app_public.booking_approvals', 'personal', 'anonymize',
    'case when t.decision = ''declined'' then ''erased'' end', 'reason'),
  ('app_public.staff_sales', 'internal', null, null, 'payment'),
  ('app_public.staff_sales', 'personal', 'anonymize',
    'case when t.payment = ''complimentary'' then ''erased'' end', 'note'),
  ('app_public.staff_sales', 'personal', 'anonymize',
    'case when t.override_reason is not null then ''erased'' end', 'override_reason'),
  ('app_private.payment_links', 'secret', null, null, 'token_hash'),

  -- payments
  ('app_public.payment_intents', 'financial', null, null,
    'currency status stripe_payment_intent_id stripe_status failure_code failure_message '
    'stripe_charge_id stripe_news method capture_method'),
  ('app_public.payment_charges', 'financial', null, null,
    'stripe_charge_id status card_brand risk_level risk_score network_answer outcome_reason'),
  ('app_public.payment_charges', 'personal', 'anonymize', 'null', 'card_last4'),
  ('app_private.payment_intent_secrets', 'secret', 'delete', null, 'client_secret'),
  ('app_private.payment_intent_changes', 'internal', null, null, 'change_no'),
  ('app_private.stripe_customers', 'personal', 'delete', null, 'stripe_id'),
  ('app_private.saved_payment_methods', 'personal', 'delete', null,
    'stripe_id brand last4 exp_month exp_year'),
  ('app_private.payment_choices', 'personal', 'delete', null, 'saves_card'),
  ('app_private.stripe_events', 'personal', 'anonymize', $$'{}'$$, 'payload'),
  ('app_private.stripe_events', 'internal', null, null, 'id type livemode outcome reason'),
  ('app_public.payment_findings', 'financial', null, null,
    'kind subject detail stripe_event_ids resolution_note accounting_period'),
  ('app_public.reconciliation_runs', 'internal', null, null, 'status starting_after'),
  ('app_public.reconciliation_results', 'financial', null, null,
    'currency stripe_count book_count matched_count finding_count'),
  ('app_public.reconciliation_balances', 'financial', null, null, 'currency is_certain'),
  ('app_private.stripe_balance_transactions', 'financial', null, null,
    'id type currency source stripe_payment_intent_id is_matched'),
  ('app_private.stripe_calls', 'internal', null, null,
    'purpose idempotency_key request_hash status attempts stripe_id http_code error_code '
    'stripe_request_id duration_ms'),
  ('app_private.stripe_reachability', 'internal', null, null, 'is_only_row failures last_error'),
  ('app_public.payouts', 'financial', null, null,
    'currency payout_period_start payout_period_end transactions_included events_included status '
    'attempt failure_code failure_reason stripe_transfer_id'),
  ('app_public.payouts', 'sensitive', 'keep', 'Proof of why money was paid out, or not.',
    'decision_note'),
  ('app_public.payout_items', 'financial', null, null, 'kind'),
  ('app_public.payout_holds', 'financial', null, null, 'kind is_of_platform'),
  ('app_public.payout_holds', 'sensitive', 'keep', 'Proof of why money was held back.', 'reason'),
  ('app_public.payout_reversals', 'financial', null, null,
    'status stripe_reversal_id failure_reason'),
  ('app_public.payout_reversals', 'sensitive', 'keep', 'Proof of why money was taken back.',
    'reason'),
  ('app_public.payout_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_public.stripe_accounts', 'financial', null, null,
    'country email stripe_account_id stripe_onboarding_completed charges_enabled payout_enabled '
    'transfers_enabled requirements_due disabled_reason failure_reason stripe_news'),
  ('app_private.stripe_account_links', 'secret', null, null, 'url'),
  ('app_private.stripe_account_links', 'internal', null, null,
    'return_url refresh_url failure_reason'),
  ('app_public.refunds', 'financial', null, null,
    'reason currency status stripe_refund_id failure_reason stripe_status attempt'),
  ('app_public.cancellation_policies', 'public', null, null,
    'version refunds_service_fees refunds_processing_fees'),
  ('app_public.cancellation_windows', 'public', null, null, 'days_before percentage'),
  ('app_public.refund_requests', 'financial', null, null,
    'kind status reason ticket_ids add_on_item_ids add_on_quantities percentage '
    'refunds_service_fees refunds_processing_fees is_exception currency'),
  ('app_public.refund_requests', 'sensitive', 'keep',
    'Vouchers: why money went back, and on whose word.', 'note decision_note'),
  ('app_public.refund_items', 'financial', null, null, 'is_return unit_no'),
  ('app_public.disputes', 'financial', null, null,
    'stripe_dispute_id stripe_charge_id status reason network_reason_code currency stripe_news'),
  ('app_public.dispute_responses', 'personal', 'anonymize', $$'{}'$$, 'evidence'),
  ('app_public.dispute_responses', 'internal', null, null, 'is_acceptance status failure_reason'),
  ('app_public.ledger_accounts', 'financial', null, null, 'kind currency'),
  ('app_public.ledger_account_rules', 'public', null, null,
    'kind normal_side may_be_negative description'),
  ('app_public.ledger_transactions', 'financial', null, null,
    'source description category accounting_period'),
  ('app_public.ledger_balances', 'financial', null, null, 'period'),
  ('app_public.accounting_periods', 'financial', null, null, 'period status unreconciled_count'),
  ('app_public.payment_transactions', 'financial', null, null,
    'accounting_period transaction_type transaction_category currency description '
    'stripe_balance_transaction_id reconciliation_status'),
  ('app_public.ledger_corrections', 'financial', null, null,
    'currency kinds amounts_cents reason status'),
  ('app_public.promoters', 'internal', null, null, 'name email'),
  ('app_public.event_promoters', 'financial', null, null, 'share_percentage'),
  ('app_public.promoter_shares', 'financial', null, null, 'share_percentage'),

  -- tickets
  ('app_public.tickets', 'internal', null, null,
    'seat_no ticket_number status section row_name seat_number currency credential_version '
    'delivery_method delivery_status entry_count is_inside is_disputed'),
  ('app_public.tickets', 'personal', 'anonymize', 'null', 'delivery_tracking'),
  ('app_public.ticket_attendees', 'personal', 'delete', null,
    'first_name last_name email phone answers'),
  ('app_public.ticket_transfers', 'personal', 'anonymize',
    $$'erased+' || t.id || '@erased.invalid'$$, 'to_email'),
  ('app_public.ticket_transfers', 'secret', 'keep', 'They own tickets, and tell nothing of anybody.',
    'from_cart_token_hash to_cart_token_hash'),
  ('app_public.ticket_transfers', 'internal', null, null, 'status'),
  ('app_private.ticket_transfer_tokens', 'secret', null, null, 'token_hash'),
  ('app_public.entry_zones', 'internal', null, null, 'name sections ticket_categories'),
  ('app_public.entry_gates', 'internal', null, null, 'name'),
  ('app_public.scanner_devices', 'internal', null, null, 'name'),
  ('app_private.scanner_tokens', 'secret', null, null, 'token_hash'),
  ('app_private.offline_scan_results', 'internal', null, null, 'code is_double result'),
  ('app_private.ticket_credentials', 'secret', null, null, 'credential_hash'),
  ('app_private.ticket_credentials', 'internal', null, null, 'version'),
  ('app_private.signing_keys', 'secret', null, null, 'key'),
  ('app_private.signing_keys', 'internal', null, null, 'name'),
  ('app_public.pass_entries', 'internal', null, null, 'entry_count is_inside'),
  ('app_public.ticket_scans', 'internal', null, null, 'result code gate device direction offline_result'),

  -- risk
  ('app_public.fraud_detection_rules', 'internal', null, null,
    'rule_name description rule_type stage severity action trigger_count window_seconds '
    'amount_currency is_enabled true_positives false_positives false_positive_rate'),
  ('app_private.booking_signals', 'personal', 'anonymize', 'null',
    'user_id buyer_key email ip_address device user_agent country expected_countries'),
  ('app_private.booking_signals', 'personal', 'anonymize', 'false', 'is_disposable_email'),
  ('app_private.booking_signals', 'internal', null, null, 'stage tickets currency'),
  ('app_private.payment_failure_signals', 'personal', 'anonymize', 'null',
    'buyer_key email ip_address device'),
  ('app_private.payment_failure_signals', 'internal', null, null, 'stripe_event_id'),
  ('app_private.lost_dispute_signals', 'personal', 'anonymize', 'null',
    'buyer_key email ip_address device'),
  ('app_private.disposable_email_domains', 'public', null, null, 'domain'),
  ('app_private.calling_codes', 'public', null, null, 'prefix country'),
  ('app_public.risk_assessments', 'sensitive', 'keep',
    'Why a sale was refused or looked at; whose it was is forgotten.', 'score action factors'),
  ('app_public.fraud_alerts', 'internal', null, null,
    'severity action risk_score status resolution'),
  ('app_public.fraud_alert_notes', 'sensitive', 'keep',
    'Evidence for legal claims (GDPR, article 17, paragraph 3).', 'note'),

  -- audit: see redact_audit_log
  ('app_public.audit_log', 'personal', 'anonymize', 'null', 'ip_address user_agent'),
  ('app_public.audit_log', 'personal', 'anonymize', 'by field, as in the table it is about',
    'old_values new_values'),
  ('app_public.audit_log', 'internal', null, null,
    'action entity_type database_role request_id transaction_id'),
  ('app_private.audit_seals', 'internal', null, null,
    'seal_no up_to row_count previous_hash hash'),
  ('app_private.audit_sealed_rows', 'internal', null, null, 'seal_no row_hash month'),
  ('app_private.partition_retention', 'internal', null, null, 'table_name months_kept reason'),
  ('app_private.closed_months', 'internal', null, null,
    'table_name month months_kept row_count rows_hash'),

  -- privacy
  ('app_private.retention_rules', 'internal', null, null,
    'rule description relation action since condition kept_for is_enabled'),
  ('app_public.consents', 'personal', 'keep',
    'Proof that somebody had agreed (GDPR, article 7); of whom is forgotten.',
    'purpose is_given wording_version source'),
  ('app_private.consent_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.consent_tokens', 'personal', 'delete', null,
    'email purpose is_given wording_version source'),
  ('app_public.privacy_requests', 'internal', null, null, 'kind summary left_booking_ids')
) as d (relation, class, on_erasure, note, columns)
cross join lateral regexp_split_to_table(d.columns, ' ') as c (column_name);

comment on view app_private.declared_classes is
  'What is declared about columns; column_classes has every column there is.';
revoke all on app_private.declared_classes from public;

--! split: 1005-policies-events-events.sql
-- What is published is public; drafts are for members. Every column but the share of the platform may be
-- read, those that came later, too: this file runs again with each of them.
alter table app_public.events enable row level security;
alter table app_public.events force row level security;

drop policy if exists all_owner on app_public.events;
create policy all_owner on app_public.events
  to lml_owner
  using (true)
  with check (true);

drop policy if exists select_public on app_public.events;
create policy select_public on app_public.events
  for select to lml_anonymous, lml_user
  using (is_public);

drop policy if exists select_member on app_public.events;
create policy select_member on app_public.events
  for select to lml_user
  using (organization_id in (select app_hidden.permitted_organization_ids('events.read')));

drop policy if exists select_member_of_venue on app_public.events;
create policy select_member_of_venue on app_public.events
  for select to lml_user
  using (venue_id in (select app_hidden.permitted_venue_ids('events.read')));

drop policy if exists select_opened on app_public.events;
create policy select_opened on app_public.events
  for select to lml_anonymous, lml_user
  using (id = any (array(select app_hidden.opened_event_ids())));

revoke all on app_public.events from public;
-- What the platform takes is between it and whoever sells: members ask event_commission. All other
-- columns are granted by name, because a table of its own would be opened by every hold.
revoke all on app_public.events from lml_anonymous, lml_user;
do $do$
begin
  execute (
    select format(
      'grant select (%s) on app_public.events to lml_anonymous, lml_user',
      string_agg(quote_ident(a.attname), ', ' order by a.attnum)
    )
    from pg_catalog.pg_attribute as a
    where a.attrelid = 'app_public.events'::regclass
      and a.attnum > 0 and not a.attisdropped and a.attname <> 'commission_percentage'
  );
end
$do$;
