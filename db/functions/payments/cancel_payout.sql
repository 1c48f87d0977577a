create or replace function app_public.cancel_payout(payout_id uuid, note text default null)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts := app_private.lock_payout(
    cancel_payout.payout_id, 'payouts.manage'
  );
  v_constraint text;
  v_column text;
begin
  perform app_hidden.refuse_impersonator();
  if v_payout.status not in ('draft', 'pending_approval', 'approved', 'failed') then
    perform app_private.raise_payout_status(v_payout);
  end if;
  -- Otherwise whoever is held would have it paid by the next one.
  if app_hidden.current_platform_role() is null and app_private.is_held_by_platform(v_payout) then
    raise exception 'The platform holds this payout.'
      using errcode = 'LMPOA', detail = 'held', hint = 'Ask the platform''s support.';
  end if;
  return app_private.give_payout_up(
    v_payout, app_hidden.current_user_id(), cancel_payout.note
  );
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.cancel_payout(uuid, text) is
  'Gives up a payout that is not on its way, and its holds; what it would have paid is paid with '
  'the next one. Needs payouts.manage. Raises LMPOS, LMPOA (the platform holds it), LMINP, LMNFD, '
  'LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.cancel_payout(uuid, text) to lml_user;
