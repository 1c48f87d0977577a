-- Buyers name seats by their ids; the hot table knows their numbers. The result is in order of
-- number, which is the order in which seats are locked.
create or replace function app_private.seat_nos_of(
  sale app_private.sale, seat_ids text[]
)
returns integer[]
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_count integer := coalesce(cardinality(seat_nos_of.seat_ids), 0);
  v_seat_nos integer[];
begin
  if v_count = 0 then
    raise exception 'No seat was named.' using errcode = 'LMQTY', detail = '0';
  end if;
  if v_count > ((seat_nos_of.sale).tickets_per_booking_max) then
    raise exception 'At most % seats fit in one booking.',
        (seat_nos_of.sale).tickets_per_booking_max
      using errcode = 'LMQTY', detail = v_count::text;
  end if;

  select array_agg(s.seat_no order by s.seat_no)
  into v_seat_nos
  from app_public.layout_seats as s
  where s.organization_id = (seat_nos_of.sale).organization_id
    and s.layout_id = (seat_nos_of.sale).layout_id
    and s.seat_id = any (seat_nos_of.seat_ids);
  if coalesce(cardinality(v_seat_nos), 0) < v_count then
    perform app_private.raise_bad_seat_ids(seat_nos_of.sale, seat_nos_of.seat_ids);
  end if;
  return v_seat_nos;
end
$$;

comment on function app_private.seat_nos_of(app_private.sale, text[]) is
  'Numbers of seats, in order. '
  'Raises LMQTY (none or too many), LMSDP (one twice), LMSEA (unknown).';
