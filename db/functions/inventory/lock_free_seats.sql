create or replace function app_private.lock_free_seats(
  sale app_private.sale, category_no smallint, seat_nos integer[]
)
returns integer
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_count integer;
begin
  select count(*) into v_count
  from (
    select
    from app_public.seat_booking_state as s
    where s.organization_id = (lock_free_seats.sale).organization_id
      and s.performance_id = (lock_free_seats.sale).performance_id
      and s.seat_no = any (lock_free_seats.seat_nos)
      and s.category_no = lock_free_seats.category_no
      and app_private.is_free(s.status, s.locked_until)
    for no key update skip locked
  ) as s;
  return v_count;
end
$$;

comment on function app_private.lock_free_seats(app_private.sale, smallint, integer[]) is
  'Locks seats that are free and that nobody is at; returns how many.';
