create or replace function app_public.reject_correction(correction_id uuid)
returns app_public.ledger_corrections
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_correction app_public.ledger_corrections := app_private.lock_correction(
    reject_correction.correction_id
  );
begin
  update app_public.ledger_corrections as c
  set status = 'rejected', decided_by = app_hidden.current_user_id(), decided_at = now()
  where c.id = v_correction.id
  returning * into v_correction;
  return v_correction;
end
$$;

comment on function app_public.reject_correction(uuid) is
  'Rejects a correction that somebody else has asked for. For the platform''s support. '
  'Raises LMCOR (it was decided), LMNFD, LMRGT (you asked for it), LMAUT.';
grant execute on function app_public.reject_correction(uuid) to lml_user;
