create or replace function app_private.seat_nos_of(
  performance app_public.performances, seat_ids text[]
)
returns integer[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_unknown jsonb;
  v_seat_nos integer[];
begin
  if coalesce(cardinality(seat_nos_of.seat_ids), 0) = 0 then
    raise exception 'No seat was named.' using errcode = 'LMQTY', detail = '0';
  end if;
  select
    array_agg(l.seat_no order by l.seat_no),
    jsonb_agg(id) filter (where l.seat_no is null)
  into v_seat_nos, v_unknown
  from unnest(seat_nos_of.seat_ids) as id
  left join app_public.layout_seats as l
    on l.organization_id = (seat_nos_of.performance).organization_id
    and l.layout_id = (seat_nos_of.performance).layout_id
    and l.seat_id = id;
  if v_unknown is not null then
    raise exception 'There are no such seats.'
      using errcode = 'LMSEA', detail = jsonb_build_object('seat_ids', v_unknown)::text;
  end if;
  if cardinality(v_seat_nos) > (select count(distinct n) from unnest(v_seat_nos) as n) then
    raise exception 'A seat is named twice.' using errcode = 'LMSDP';
  end if;
  return v_seat_nos;
end
$$;

comment on function app_private.seat_nos_of(app_public.performances, text[]) is
  'Numbers of seats by their ids, in order. Raises LMQTY, LMSEA, LMSDP.';
