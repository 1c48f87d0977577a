create or replace function app_private.hold_some(
  booking app_public.bookings, sale app_private.sale, ticket_category_id uuid, quantity integer,
  accessible boolean
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_sale app_private.sale := hold_some.sale;
  v_category_no smallint;
begin
  if exists (
    select from app_public.admission_pool_categories as pc
    where pc.organization_id = v_sale.organization_id
      and pc.performance_id = v_sale.performance_id
      and pc.ticket_category_id = hold_some.ticket_category_id
  ) then
    perform app_private.take_admissions(
      v_sale, hold_some.ticket_category_id, hold_some.quantity, (hold_some.booking).id,
      (hold_some.booking).expires_at
    );
    perform app_private.store_booking_totals((hold_some.booking).id);
    return;
  end if;
  select pc.category_no into v_category_no
  from app_public.performance_categories as pc
  where pc.organization_id = v_sale.organization_id
    and pc.performance_id = v_sale.performance_id
    and pc.ticket_category_id = hold_some.ticket_category_id;
  v_sale.seat_nos := coalesce(
    app_private.choose_seats(v_sale, v_category_no, hold_some.quantity, hold_some.accessible),
    app_private.search_seats(
      v_sale, v_category_no, hold_some.quantity, false, hold_some.accessible
    )
  );
  perform app_private.hold_for_draft(hold_some.booking, v_sale);
end
$$;

comment on function app_private.hold_some(
  app_public.bookings, app_private.sale, uuid, integer, boolean
) is
  'Holds the best free places of a category for a draft, which the caller has locked: side by side '
  'where there are as many. Raises LMFEW, LMBSY, LMSAL, LMMBR, LMQTY, LMRSK.';
