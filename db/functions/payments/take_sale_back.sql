create or replace function app_private.take_sale_back(
  booking app_public.bookings, parts app_private.refund_part[],
  reason app_public.refund_reason, note text
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_request app_public.refund_requests;
begin
  v_request.organization_id := (take_sale_back.booking).organization_id;
  v_request.booking_id := (take_sale_back.booking).id;
  v_request.currency := (take_sale_back.booking).currency;
  v_request.kind := 'full';
  v_request.status := 'approved';
  v_request.reason := take_sale_back.reason;
  v_request.note := take_sale_back.note;
  v_request.amount_cents := (
    select coalesce(sum(app_private.total_of_part(p)), 0)
    from unnest(take_sale_back.parts) as p
  );
  return app_private.take_back(
    take_sale_back.booking, app_private.store_refund_request(v_request), take_sale_back.parts
  );
end
$$;

comment on function app_private.take_sale_back(
  app_public.bookings, app_private.refund_part[], app_public.refund_reason, text
) is 'Takes a sale back that ends here, whole or but for what the organization keeps.';
