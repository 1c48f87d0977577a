-- Who charges a part of what was authorized, in Stripe's dashboard, asks nobody here. A part buys
-- nothing, so it is booked as what it is, money that came, and goes back as any other that was not
-- asked for; the order waits on.
create or replace function app_public.book_partial_capture(finding_id uuid, note text)
returns app_public.payment_findings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_finding app_public.payment_findings;
  v_object jsonb;
  v_intent app_public.payment_intents;
  v_received bigint;
begin
  select * into v_finding
  from app_public.payment_findings as f where f.id = book_partial_capture.finding_id;
  perform app_private.lock_booking_for_refund(v_finding.booking_id, 'payments.manage');
  perform app_hidden.refuse_impersonator();
  if v_finding.resolved_at is not null then
    return v_finding;
  end if;
  v_object := app_private.object_of_finding(v_finding);
  v_intent := app_private.lock_payment_of(v_object);
  if pg_input_is_valid(coalesce(v_object ->> 'amount_received', ''), 'bigint') then
    v_received := v_object ->> 'amount_received';
  end if;
  if v_finding.kind <> 'event_amount_differs'
    or v_object ->> 'object' is distinct from 'payment_intent'
    or v_object ->> 'status' is distinct from 'succeeded'
    or v_intent.status is not distinct from 'succeeded'
    or app_private.payment_intent_refusal(v_object - 'amount_received', v_intent) is not null
    or coalesce(v_received not between 1 and (v_object ->> 'amount')::bigint - 1, true)
  then
    raise exception 'This tells of no part of a payment that was charged.'
      using errcode = 'LMINP', detail = 'finding_id',
        hint = 'Take the finding whose subject is the payment; after 90 days have it sent again.';
  end if;
  -- What was asked for stays known, as Stripe goes on to tell it.
  insert into app_private.payment_intent_changes (
    organization_id, payment_intent_id, change_no, amount_before_cents, amount_cents, ended_at
  )
  select v_intent.organization_id, v_intent.id, coalesce(max(c.change_no), 0) + 1,
    (v_object ->> 'amount')::bigint, v_received, now()
  from app_private.payment_intent_changes as c
  where c.payment_intent_id = v_intent.id;
  perform app_private.receive_payment(
    v_intent, v_object || jsonb_build_object('amount', v_received)
  );
  return app_public.resolve_payment_finding(v_finding.id, book_partial_capture.note);
end
$$;

comment on function app_public.book_partial_capture(uuid, text) is
  'Books a part of an authorized payment that somebody has charged by hand at Stripe, of which a '
  'finding tells, and returns it to the buyer, whose order waits on. Closes the finding; repeating '
  'it is harmless. Needs payments.manage. Raises LMBKG, LMRGT, LMINP, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.book_partial_capture(uuid, text) to lml_user;
