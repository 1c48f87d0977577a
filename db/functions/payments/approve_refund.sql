create or replace function app_public.approve_refund(request_id uuid, note text default null)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_request app_public.refund_requests := app_private.lock_refund_request(
    approve_refund.request_id
  );
  v_booking app_public.bookings;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.refuse_impersonator();
  perform app_private.refuse_own_request(v_request.requested_by, 'payments.approve');
  select * into strict v_booking from app_public.bookings as b where b.id = v_request.booking_id;
  perform app_private.require_refundable(v_booking, v_request.kind);
  update app_public.refund_requests as r
  set status = 'approved', decided_by = app_hidden.current_user_id(), decided_at = now(),
    decision_note = approve_refund.note
  where r.id = v_request.id
  returning * into v_request;
  return app_private.carry_out_request(v_booking, v_request);
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.approve_refund(uuid, text) is
  'Approves a refund that somebody else has asked for, which queues it at once. Needs '
  'payments.approve. Raises LMNFD, LMRGT, LMAPV (your own), LMRFD (it was decided), LMRFX (less is '
  'left), LMBST, LMTUS, LMTVD, LMINP, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.approve_refund(uuid, text) to lml_user;
