-- Nobody asks for the installments of a booking that has ended, so that what is kept of it is in
-- the till already: otherwise the organization would be owed what no buyer ever pays.
create or replace function app_private.parts_not_received(
  booking app_public.bookings, parts app_private.refund_part[]
)
returns app_private.refund_part[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_owed bigint := app_private.owed_of(parts_not_received.booking);
begin
  if (parts_not_received.booking).payment_plan_id is null or v_owed <= (
    select coalesce(sum(app_private.total_of_part(p)), 0)
    from unnest(parts_not_received.parts) as p
  ) then
    return parts_not_received.parts;
  end if;
  return array(
    select p from app_private.parts_of_amount(parts_not_received.booking, v_owed) as p
  );
end
$$;

comment on function app_private.parts_not_received(
  app_public.bookings, app_private.refund_part[]
) is 'What is taken back of a booking that ends: at least what was not paid of it.';
