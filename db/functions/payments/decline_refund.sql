-- One's own, too: that is to take it back.
create or replace function app_public.decline_refund(request_id uuid, note text default null)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_request app_public.refund_requests := app_private.lock_refund_request(
    decline_refund.request_id
  );
  v_constraint text;
  v_column text;
begin
  update app_public.refund_requests as r
  set status = 'declined', decided_by = app_hidden.current_user_id(), decided_at = now(),
    decision_note = decline_refund.note
  where r.id = v_request.id
  returning * into v_request;
  return v_request;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.decline_refund(uuid, text) is
  'Declines a refund that was asked for. Needs payments.approve. '
  'Raises LMNFD, LMRGT, LMRFD (it was decided), LMINP, LMAUT, LMSES.';
grant execute on function app_public.decline_refund(uuid, text) to lml_user;
