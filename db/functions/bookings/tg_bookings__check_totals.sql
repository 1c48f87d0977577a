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
    raise exception 'The amounts of booking % are not the sum of its lines, or one has no price.',
        v_booking_id
      using errcode = 'LMSUM';
  end if;
  return null;
end
$$;

comment on function app_hidden.tg_bookings__check_totals() is 'Raises LMSUM at commit.';

drop trigger if exists _900_check_totals on app_public.bookings;
create constraint trigger _900_check_totals
  after update of subtotal_cents, discount_cents, service_fee_cents, processing_fee_cents,
    tax_cents, service_fee_absorbed_cents, processing_fee_absorbed_cents, tax_included_cents
  on app_public.bookings
  deferrable initially deferred
  for each row execute function app_hidden.tg_bookings__check_totals();

-- A new line without its amount in the booking is found through the booking's own trigger, unless
-- nobody touched the booking, or it is new itself: hence this one too.
drop trigger if exists _900_check_totals on app_public.booking_items;
create constraint trigger _900_check_totals
  after insert or update or delete on app_public.booking_items
  deferrable initially deferred
  for each row execute function app_hidden.tg_bookings__check_totals();
