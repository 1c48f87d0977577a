-- Only the fields that changed, in the transaction of the change. Of columns that the trigger names
-- it is told that they changed, and not what they are: they are secret.
create or replace function app_hidden.tg__audit()
returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  v_row jsonb := coalesce(v_new, v_old);
begin
  if tg_op = 'UPDATE' then
    select
      jsonb_object_agg(n.key, v_old -> n.key), jsonb_object_agg(n.key, n.value)
    into v_old, v_new
    from jsonb_each(v_new) as n
    where n.value is distinct from v_old -> n.key and n.key <> 'updated_at';
    if v_new is null then
      return null;
    end if;
  end if;
  if tg_nargs > 0 then
    v_old := app_hidden.mask_fields(v_old, tg_argv);
    v_new := app_hidden.mask_fields(v_new, tg_argv);
  end if;

  insert into app_public.audit_log (
    organization_id, action, entity_type, entity_id, user_id, impersonator_id, database_role,
    request_id, ip_address, user_agent, old_values, new_values
  )
  values (
    case tg_table_name
      when 'organizations' then v_row ->> 'id'
      else v_row ->> 'organization_id'
    end::uuid,
    lower(tg_op), tg_table_name,
    coalesce(
      v_row ->> 'id', v_row ->> 'venue_id', v_row ->> 'organization_id', v_row ->> 'user_id'
    )::uuid,
    app_hidden.current_user_id(), app_hidden.current_impersonator_id(), session_user,
    nullif(current_setting('lml.request_id', true), ''),
    -- What a proxy makes of an address is no reason to refuse a change.
    case when pg_input_is_valid(current_setting('lml.ip_address', true), 'inet')
      then current_setting('lml.ip_address', true)::inet
    end,
    nullif(current_setting('lml.user_agent', true), ''),
    v_old, v_new
  );
  return null;
end
$$;

comment on function app_hidden.tg__audit() is 'Writes audit_log.';

do $do$
declare
  v_table text;
begin
  foreach v_table in array array[
    'booking_status_transitions', 'currencies', 'customers', 'discount_codes',
    'discount_redemptions', 'events', 'memberships', 'organization_members',
    'organization_settings', 'organizations', 'payment_intents', 'performances', 'platform_staff',
    'pricing_rules', 'refunds', 'role_permissions', 'subscription_tiers', 'tax_jurisdictions',
    'tax_rates', 'ticket_categories', 'ticket_category_prices', 'user_sessions', 'users',
    'venue_compliance', 'venues'
  ] loop
    execute format(
      'create or replace trigger _500_audit after insert or update or delete on app_public.%I '
      'for each row execute function app_hidden.tg__audit()',
      v_table
    );
  end loop;
end
$do$;

-- Whoever holds seats writes no row here: booking_state_transitions has every status and its actor,
-- and the lines of a booking are its history. What is audited is who it is for, and what it costs
-- once it is no draft any more. Tickets come and go with the status of their booking, and
-- ticket_scans has the rest.
create or replace trigger _500_audit
  after delete or update of organization_id, performance_id, booking_reference, user_id,
    customer_id, customer_email, customer_name, commission_percentage, currency
  on app_public.bookings
  for each row execute function app_hidden.tg__audit('cart_token_hash');
create or replace trigger _500_audit_amounts
  after update of subtotal_cents, discount_cents, service_fee_cents, processing_fee_cents,
    tax_cents, total_amount_cents
  on app_public.bookings
  for each row when (old.status <> 'draft')
  execute function app_hidden.tg__audit('cart_token_hash');

-- Failed sign-ins are counted in user_credentials, which is no change of the account.
create or replace trigger _500_audit
  after insert or delete or update of password_hash, password_changed_at
  on app_private.user_credentials
  for each row execute function app_hidden.tg__audit('password_hash');
create or replace trigger _500_audit
  after insert or delete or update of user_id, encrypted_secret, confirmed_at
  on app_private.two_factor_secrets
  for each row execute function app_hidden.tg__audit('encrypted_secret', 'last_time_step');
create or replace trigger _500_audit
  after insert or update or delete on app_private.signing_keys
  for each row execute function app_hidden.tg__audit('key');
create or replace trigger _500_audit
  after insert or update or delete on app_private.partition_retention
  for each row execute function app_hidden.tg__audit();
create or replace trigger _500_audit
  after insert or update or delete on app_private.closed_months
  for each row execute function app_hidden.tg__audit();
