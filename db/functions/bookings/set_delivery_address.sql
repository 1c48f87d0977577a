create or replace function app_public.set_delivery_address(booking_id uuid, address text)
returns app_public.delivery_addresses
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    set_delivery_address.booking_id, 'bookings.manage'
  );
  v_address app_public.delivery_addresses;
  v_constraint text;
  v_column text;
begin
  if v_booking.status not in (
    'draft', 'pending_payment', 'fraud_hold', 'confirmed', 'partially_paid'
  ) then
    perform app_private.raise_booking_status(v_booking);
  end if;
  insert into app_public.delivery_addresses as d (booking_id, organization_id, address)
  values (v_booking.id, v_booking.organization_id, btrim(set_delivery_address.address))
  on conflict on constraint delivery_addresses_pkey do update set address = excluded.address
  returning * into v_address;
  return v_address;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_delivery_address(uuid, text) is
  'Where the add-ons of a booking are mailed to: its name, street, town and country, in lines. '
  'Raises LMINP, LMBST, LMBKG, LMSES, LMCRT.';
grant execute on function app_public.set_delivery_address(uuid, text) to lml_anonymous, lml_user;
