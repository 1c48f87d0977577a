create or replace function app_private.lock_refund_request(request_id uuid)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_request app_public.refund_requests;
begin
  select * into v_request
  from app_public.refund_requests as r where r.id = lock_refund_request.request_id;
  perform app_hidden.require_permission(v_request.organization_id, 'payments.approve');
  -- The booking first, as everywhere.
  perform from app_public.bookings as b
  where b.organization_id = v_request.organization_id and b.id = v_request.booking_id
  for no key update;
  select * into strict v_request
  from app_public.refund_requests as r where r.id = lock_refund_request.request_id
  for no key update;
  if v_request.status <> 'requested' then
    raise exception 'The request is %.', v_request.status
      using errcode = 'LMRFD', detail = v_request.status::text;
  end if;
  return v_request;
end
$$;

comment on function app_private.lock_refund_request(uuid) is
  'An open request, locked with its booking, for whoever has payments.approve. '
  'Raises LMNFD, LMRGT, LMRFD, LMAUT, LMSES.';
