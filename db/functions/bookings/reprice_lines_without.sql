create or replace function app_private.reprice_lines_without(
  booking app_public.bookings, sale app_private.sale, seat_nos integer[]
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_item app_public.booking_items;
  v_rest integer[];
begin
  for v_item in
    select * from app_public.booking_items as i
    where i.organization_id = (reprice_lines_without.booking).organization_id
      and i.booking_id = (reprice_lines_without.booking).id
      and i.seat_nos && reprice_lines_without.seat_nos
  loop
    v_rest := array(
      select n from unnest(v_item.seat_nos) as n
      where not n = any (reprice_lines_without.seat_nos) order by n
    );
    perform app_private.reprice_line(
      v_item, reprice_lines_without.sale, cardinality(v_rest), v_rest
    );
  end loop;
end
$$;

comment on function app_private.reprice_lines_without(
  app_public.bookings, app_private.sale, integer[]
) is 'Takes seats off the lines of a draft; each keeps its unit price.';
