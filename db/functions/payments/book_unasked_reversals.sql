-- As with refunds, nothing is booked before somebody says that it was meant.
create or replace function app_public.book_unasked_reversals(finding_id uuid, note text)
returns app_public.payouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_finding app_public.payment_findings;
  v_object jsonb;
  v_payout app_public.payouts;
  v_reversal jsonb;
begin
  perform app_hidden.require_platform_role('support');
  select * into v_finding
  from app_public.payment_findings as f where f.id = book_unasked_reversals.finding_id;
  if not found then
    raise exception 'There is no such finding.' using errcode = 'LMNFD', detail = 'finding_id';
  end if;
  if coalesce(length(trim(book_unasked_reversals.note)), 0) not between 1 and 2000 then
    raise exception 'Say why it was taken back.' using errcode = 'LMINP', detail = 'note';
  end if;
  select p.* into v_payout
  from app_public.payouts as p
  where p.stripe_transfer_id = v_finding.subject and p.status = 'paid'
  for no key update;
  -- With what was told of it meanwhile.
  select * into strict v_finding
  from app_public.payment_findings as f where f.id = v_finding.id;
  v_object := app_private.object_of_finding(v_finding);
  if v_finding.kind <> 'reversal_not_asked_for' or num_nulls(v_payout.id, v_object) > 0 then
    raise exception 'This tells of no reversal that could be booked.'
      using errcode = 'LMINP', detail = 'finding_id', hint = 'After 90 days have it sent again.';
  end if;
  for v_reversal in
    select r from app_private.unasked_reversals_in(v_object, v_payout.organization_id) as r
  loop
    v_payout := app_private.adopt_reversal(
      v_payout, v_reversal, trim(book_unasked_reversals.note)
    );
  end loop;
  update app_public.payment_findings as f
  set resolved_at = now(), resolved_by = app_hidden.current_user_id(),
    resolution_note = trim(book_unasked_reversals.note)
  where f.id = v_finding.id and f.resolved_at is null;
  return v_payout;
end
$$;

comment on function app_public.book_unasked_reversals(uuid, text) is
  'Books what somebody has taken back of a payout by hand at Stripe, of which a finding tells: the '
  'payee is owed it again. Closes the finding; repeating it is harmless. For the platform''s '
  'support. Raises LMRFX (one of ours is under way), LMINP, LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.book_unasked_reversals(uuid, text) to lml_user;
