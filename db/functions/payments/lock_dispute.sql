-- The booking first, as everywhere.
create or replace function app_private.lock_dispute(dispute_id uuid)
returns app_public.disputes
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_dispute app_public.disputes;
begin
  select * into v_dispute from app_public.disputes as d where d.id = lock_dispute.dispute_id;
  perform app_hidden.require_permission(v_dispute.organization_id, 'disputes.manage');
  perform from app_public.bookings as b
  where b.organization_id = v_dispute.organization_id and b.id = v_dispute.booking_id
  for no key update;
  select * into strict v_dispute
  from app_public.disputes as d where d.id = lock_dispute.dispute_id
  for no key update;
  return v_dispute;
end
$$;

comment on function app_private.lock_dispute(uuid) is
  'A dispute, locked with its booking, for whoever has disputes.manage. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
