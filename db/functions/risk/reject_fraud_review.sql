create or replace function app_public.reject_fraud_review(booking_id uuid, note text default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_fraud_review(reject_fraud_review.booking_id);
begin
  v_booking := app_private.refuse_checkout(v_booking);
  perform app_private.close_alerts_of_booking(v_booking, 'confirmed', reject_fraud_review.note);
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.reject_fraud_review(uuid, text) is
  'Cancels a booking under review and frees its seats. Its open alerts were right. '
  'Needs risk.manage, and somebody other than the buyer. '
  'Raises LMNFD, LMRGT, LMBST (not under review), LMINP, LMAUT, LMSES.';
grant execute on function app_public.reject_fraud_review(uuid, text) to lml_user;
