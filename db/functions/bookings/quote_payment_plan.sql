create or replace function app_public.quote_payment_plan(booking_id uuid, payment_plan_id uuid)
returns setof app_public.installment_quote
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
begin
  select * into v_booking
  from app_public.bookings as b
  where b.id = quote_payment_plan.booking_id
    and (
      b.user_id = app_hidden.current_user_id()
      or b.cart_token_hash = app_hidden.current_cart_hash()
      or app_hidden.has_performance_permission(
        b.organization_id, b.performance_id, 'bookings.sell'
      )
    );
  if v_booking.id is null then
    perform app_private.raise_no_booking(quote_payment_plan.booking_id);
  end if;
  return query select * from app_private.parts_of(v_booking, quote_payment_plan.payment_plan_id);
end
$$;

comment on function app_public.quote_payment_plan(uuid, uuid) is
  'What would be due when, if a booking were paid by a plan from now on. '
  'Raises LMBKG, LMNFD, LMPLN, LMSES, LMCRT.';
grant execute on function app_public.quote_payment_plan(uuid, uuid) to lml_anonymous, lml_user;
