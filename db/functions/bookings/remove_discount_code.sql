create or replace function app_public.remove_discount_code(booking_id uuid)
returns app_public.discount_answer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    remove_discount_code.booking_id, 'bookings.manage'
  );
begin
  perform app_private.require_open_draft(v_booking);
  delete from app_public.discount_redemptions as r
  where r.organization_id = v_booking.organization_id and r.booking_id = v_booking.id;
  v_booking := app_private.store_booking_totals(v_booking.id);
  return row(
    v_booking.id, null, v_booking.discount_cents, v_booking.total_amount_cents
  )::app_public.discount_answer;
end
$$;

comment on function app_public.remove_discount_code(uuid) is
  'Gives the code of a draft back, if it has one. Raises LMBKG, LMBST, LMEXP, LMSES, LMCRT.';
grant execute on function app_public.remove_discount_code(uuid) to lml_anonymous, lml_user;
