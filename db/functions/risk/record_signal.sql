-- Everything that rules may ask later, as it is now. A setting that is no address is unknown, not
-- an error: what a proxy sends must not stop a sale.
create or replace function app_private.record_signal(
  booking_id uuid, stage app_public.fraud_stage, tickets integer, phone text default null
)
returns app_private.booking_signals
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_country text := app_private.current_country();
  v_ip_address text := current_setting('lml.ip_address', true);
  v_signal app_private.booking_signals;
begin
  insert into app_private.booking_signals (
    organization_id, booking_id, performance_id, stage, user_id, buyer_key, email, ip_address,
    device, user_agent, country, expected_countries, is_disposable_email, tickets, amount_cents,
    currency
  )
  select
    b.organization_id, b.id, b.performance_id, record_signal.stage, b.user_id,
    coalesce(uuid_send(b.user_id), b.cart_token_hash), lower(b.customer_email::text),
    case when pg_input_is_valid(v_ip_address, 'inet')
      then app_private.network_of(v_ip_address::inet)
    end,
    left(nullif(current_setting('lml.device', true), ''), 200),
    left(nullif(current_setting('lml.user_agent', true), ''), 1000),
    v_country,
    case when v_country is not null and record_signal.stage = 'checkout'
      then app_private.expected_countries(record_signal.phone, b.performance_id)
    end,
    coalesce(app_private.is_disposable_email(b.customer_email::text), false),
    record_signal.tickets, b.total_amount_cents, b.currency
  from app_public.bookings as b
  where b.id = record_signal.booking_id
  returning * into v_signal;
  return v_signal;
end
$$;

comment on function app_private.record_signal(uuid, app_public.fraud_stage, integer, text) is
  'Writes down who holds or checks out, and from where.';
