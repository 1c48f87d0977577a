-- Beyond the longest hold, since it is not the buyer who takes the time; but not for ever.
create or replace function app_private.hold_for_review(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform app_private.prolong_hold(
    hold_for_review.booking,
    now() + make_interval(
      secs => (
        select s.fraud_review_seconds
        from app_public.organization_settings as s
        where s.organization_id = (hold_for_review.booking).organization_id
      )
    )
  );
  update app_public.bookings as b
  set status = 'fraud_hold' where b.id = (hold_for_review.booking).id;
end
$$;

comment on function app_private.hold_for_review(app_public.bookings) is
  'Keeps the seats of a booking until somebody decides, at most for fraud_review_seconds.';
