create or replace function app_private.check_inventory()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable security definer set search_path = ''
as $$
  select * from app_private.check_seat_belongs_to_its_booking()
  union all
  select * from app_private.check_open_booking_owns_its_seats()
  union all
  select * from app_private.check_seat_is_held_as_long_as_its_booking()
  union all
  select * from app_private.check_slot_is_sum_of_its_claims()
  union all
  select * from app_private.check_pool_is_sum_of_its_slots()
  union all
  select * from app_private.check_pool_keeps_back_its_allocations()
  union all
  select * from app_private.check_stock_is_sum_of_its_claims()
  union all
  select * from app_private.check_every_unit_has_its_code()
  union all
  select * from app_private.check_booking_has_its_add_ons()
  union all
  select * from app_private.check_add_ons_belong_to_their_booking()
  union all
  select * from app_private.check_booking_has_its_admissions()
  union all
  select * from app_private.check_admissions_belong_to_their_booking()
  union all
  select * from app_private.check_allocated_seat_is_kept_back()
  union all
  select * from app_private.check_inventory_is_the_layout()
  union all
  select * from app_private.check_pass_takes_from_each_date()
$$;

comment on function app_private.check_inventory() is
  'What is inconsistent of seats, pools and stocks, and who has them.';
