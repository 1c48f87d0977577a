create or replace function app_private.lock_correction(correction_id uuid)
returns app_public.ledger_corrections
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_correction app_public.ledger_corrections;
begin
  perform app_hidden.require_platform_role('support');
  select * into v_correction
  from app_public.ledger_corrections as c
  where c.id = lock_correction.correction_id
  for no key update;
  if not found then
    raise exception 'There is no such correction.'
      using errcode = 'LMNFD', detail = 'correction_id';
  end if;
  if v_correction.status <> 'requested' then
    raise exception 'The correction is %.', v_correction.status
      using errcode = 'LMCOR', detail = v_correction.status::text;
  end if;
  if v_correction.requested_by = app_hidden.current_user_id() then
    raise exception 'Somebody else decides on what you ask for.'
      using errcode = 'LMRGT', detail = 'requested_by', hint = 'Ask a colleague.';
  end if;
  return v_correction;
end
$$;

comment on function app_private.lock_correction(uuid) is
  'A correction that the caller may decide on, locked. Raises LMCOR, LMNFD, LMRGT, LMAUT.';
