create or replace function app_private.raise_bad_seat_ids(
  sale app_private.sale, seat_ids text[]
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_count integer := cardinality(raise_bad_seat_ids.seat_ids);
  v_unknown jsonb;
begin
  if v_count = 0 then
    raise exception 'No seat was named.' using errcode = 'LMQTY', detail = '0';
  end if;
  if v_count > (raise_bad_seat_ids.sale).tickets_per_booking_max then
    raise exception 'At most % seats fit in one booking.',
        (raise_bad_seat_ids.sale).tickets_per_booking_max
      using errcode = 'LMQTY', detail = v_count::text;
  end if;
  if (
    select count(distinct id) from unnest(raise_bad_seat_ids.seat_ids) as id
  ) < (select count(id) from unnest(raise_bad_seat_ids.seat_ids) as id) then
    raise exception 'A seat is named twice.' using errcode = 'LMSDP';
  end if;

  select jsonb_agg(id) into v_unknown
  from unnest(raise_bad_seat_ids.seat_ids) as id
  where not exists (
    select from app_public.layout_seats as s
    where s.organization_id = (raise_bad_seat_ids.sale).organization_id
      and s.layout_id = (raise_bad_seat_ids.sale).layout_id
      and s.seat_id = id
  );
  raise exception 'There are no such seats.'
    using errcode = 'LMSEA', detail = jsonb_build_object('seat_ids', v_unknown)::text,
      hint = 'Seat ids are in the layout of the performance.';
end
$$;

comment on function app_private.raise_bad_seat_ids(app_private.sale, text[]) is
  'Raises LMQTY, LMSDP or LMSEA for seat ids that do not name as many seats.';
