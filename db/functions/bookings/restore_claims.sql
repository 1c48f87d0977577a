create or replace function app_private.restore_claims(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_lacking record;
begin
  -- What is still there stays: who takes lapsed places back passes over what is locked.
  perform from app_private.admission_claims as c
  where c.organization_id = (restore_claims.booking).organization_id
    and c.booking_id = (restore_claims.booking).id
  for no key update;
  for v_lacking in
    select l.pool_id, l.quantity
    from app_private.lacks_admissions(restore_claims.booking) as l
    order by l.pool_id
  loop
    perform app_private.take_the_last_of_pool(
      (restore_claims.booking).organization_id, v_lacking.pool_id,
      (restore_claims.booking).id, v_lacking.quantity, now() + interval '1 minute'
    );
  end loop;
end
$$;

comment on function app_private.restore_claims(app_public.bookings) is
  'Takes again what was taken back of a booking, if it is free. Raises LMFEW.';
