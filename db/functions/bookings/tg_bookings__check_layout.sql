-- A hold reads which seats it wants and takes them in two statements. If the performance moves to
-- another layout in between, the numbers that it has read name other seats. So who moves a
-- performance sets a moment by which the move is certainly committed, and a transaction that began
-- before it makes no booking. Bookings that exist are locked by the move itself.
create or replace function app_hidden.tg_bookings__check_layout()
returns trigger
language plpgsql security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
begin
  if exists (
    select from app_public.performances as p
    where p.organization_id = new.organization_id
      and p.id = new.performance_id
      and p.holds_begin_at > now()
  ) then
    raise exception 'The seats of this performance are being renumbered.'
      using errcode = 'LMBSY', detail = new.performance_id::text,
        hint = 'Read the seat map again in some seconds.';
  end if;
  return new;
end
$$;

comment on function app_hidden.tg_bookings__check_layout() is
  'Raises LMBSY for a booking by a transaction that may have read an older layout.';

create or replace trigger _200_check_layout
  before insert on app_public.bookings
  for each row execute function app_hidden.tg_bookings__check_layout();
