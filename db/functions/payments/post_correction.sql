create or replace function app_public.post_correction(correction_id uuid)
returns app_public.ledger_corrections
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_correction app_public.ledger_corrections := app_private.lock_correction(
    post_correction.correction_id
  );
  v_corrected app_public.ledger_transactions;
begin
  select * into strict v_corrected
  from app_public.ledger_transactions as t
  where t.organization_id = v_correction.organization_id and t.id = v_correction.corrects_id;
  -- What is being taken back of a sale at this moment is not there to be moved.
  perform from app_public.bookings as b where b.id = v_corrected.booking_id
  for no key update;
  perform app_private.post_to_ledger(
    v_correction.organization_id, v_corrected.booking_id, v_correction.currency,
    'correction:' || v_correction.id, 'Correction of: ' || v_corrected.description,
    v_correction.kinds, v_correction.amounts_cents, corrects_id => v_corrected.id
  );
  update app_public.ledger_corrections as c
  set status = 'posted', decided_by = app_hidden.current_user_id(), decided_at = now(),
    ledger_transaction_id = (
      select t.id from app_public.ledger_transactions as t
      where t.organization_id = c.organization_id and t.source = 'correction:' || c.id
    )
  where c.id = v_correction.id
  returning * into v_correction;
  perform app_private.require_accounts_on_their_side(v_correction, v_corrected.booking_id);
  return v_correction;
end
$$;

comment on function app_public.post_correction(uuid) is
  'Posts a correction that somebody else has asked for, into the month that is open. For the '
  'platform''s support. Raises LMCOR (it was decided), LMBAL (an account would be '
  'on its other side, or more would be moved than is left of a sale), LMNFD, '
  'LMRGT (you asked for it), LMAUT.';
grant execute on function app_public.post_correction(uuid) to lml_user;
