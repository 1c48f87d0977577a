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
    if cardinality(v_rest) = 0 then
      delete from app_public.booking_items as i where i.id = v_item.id;
    else
      update app_public.booking_items as i
      set seat_nos = v_rest,
        quantity = cardinality(v_rest),
        subtotal_cents = l.subtotal_cents,
        service_fee_cents = l.service_fee_cents,
        processing_fee_cents = l.processing_fee_cents,
        tax_cents = l.tax_cents,
        total_cents = l.total_cents,
        -- What depends on other lines comes back with the totals.
        discount_cents = 0,
        service_fee_absorbed_cents = 0,
        processing_fee_absorbed_cents = 0,
        tax_included_cents = 0
      from app_hidden.price_line(
        v_item.unit_price_cents, cardinality(v_rest), reprice_lines_without.sale
      ) as l
      where i.id = v_item.id;
    end if;
  end loop;
end
$$;

comment on function app_private.reprice_lines_without(
  app_public.bookings, app_private.sale, integer[]
) is 'Takes seats off the lines of a draft; each keeps its unit price.';
