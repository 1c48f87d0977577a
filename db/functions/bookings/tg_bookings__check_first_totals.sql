-- Whoever adds lines is asked by tg_bookings__check_totals whether they sum to the amounts of their
-- booking, and the lines of a new booking are new, too. So of the booking itself it is enough to
-- know that it has any: to add them up for both would cost each hold the sum twice.
create or replace function app_hidden.tg_bookings__check_first_totals()
returns trigger
language plpgsql security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
begin
  if exists (
    select from app_public.booking_items as i
    where i.organization_id = new.organization_id and i.booking_id = new.id
  ) then
    return null;
  end if;
  -- Its amounts may be others by now.
  if exists (
    select from app_public.bookings as b
    where b.id = new.id
      and greatest(
        b.subtotal_cents, b.discount_cents, b.service_fee_cents, b.processing_fee_cents,
        b.tax_cents, b.service_fee_absorbed_cents, b.processing_fee_absorbed_cents,
        b.tax_included_cents
      ) > 0
  ) then
    raise exception 'Booking % begins with amounts, and has no lines.', new.id
      using errcode = 'LMSUM';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_bookings__check_first_totals() is
  'Raises LMSUM at commit for a new booking that has amounts without lines.';

drop trigger if exists _900_check_first_totals on app_public.bookings;
create constraint trigger _900_check_first_totals
  after insert on app_public.bookings
  deferrable initially deferred
  for each row execute function app_hidden.tg_bookings__check_first_totals();
