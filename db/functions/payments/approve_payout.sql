create or replace function app_public.approve_payout(payout_id uuid, note text default null)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout(
    approve_payout.payout_id, 'payouts.approve'
  );
  v_constraint text;
  v_column text;
begin
  perform app_hidden.refuse_impersonator();
  perform app_private.require_payable(v_payout.organization_id);
  if v_payout.status <> 'pending_approval' then
    perform app_private.raise_payout_status(v_payout);
  end if;
  if v_payout.requested_by = app_hidden.current_user_id() then
    raise exception 'Somebody else has to approve what you have asked for.'
      using errcode = 'LMAPV', hint = 'Ask another member with payouts.approve.';
  end if;
  update app_public.payouts as p
  set status = 'approved', approved_by = app_hidden.current_user_id(), approved_at = now(),
    decision_note = approve_payout.note
  where p.id = v_payout.id
  returning * into v_payout;
  perform app_private.add_stripe_job(
    'payout.send', v_payout.id, greatest(v_payout.scheduled_for - now(), '0')
  );
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
