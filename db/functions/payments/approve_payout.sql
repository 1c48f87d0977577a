create or replace function app_public.approve_payout(payout_id uuid, note text default null)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout_to_send(
    approve_payout.payout_id, 'payouts.approve', 'pending_approval'
  );
  v_constraint text;
  v_column text;
begin
  perform app_private.refuse_own_request(v_payout.requested_by, 'payouts.approve');
  update app_public.payouts as p
  set status = 'approved', approved_by = app_hidden.current_user_id(), approved_at = now(),
    decision_note = approve_payout.note
  where p.id = v_payout.id
  returning * into v_payout;
  perform app_private.send_when_due(v_payout);
  return v_payout;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.approve_payout(uuid, text) is
  'Approves a payout that somebody else, or the schedule, has made, and has it sent. Needs '
  'payouts.approve. Raises LMAPV (your own), LMPOS, LMPOA, LMORG, LMINP, LMNFD, '
  'LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.approve_payout(uuid, text) to lml_user;
