-- Who returns money in Stripe's dashboard asks nobody here, so that nothing is booked before
-- somebody says that it was meant. What Stripe has told of it is then applied as of any other one.
create or replace function app_public.book_unasked_refund(finding_id uuid, note text)
returns app_public.refunds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_finding app_public.payment_findings;
  v_booking app_public.bookings;
  v_object jsonb;
  v_refund app_public.refunds;
  v_constraint text;
  v_column text;
begin
  select * into v_finding
  from app_public.payment_findings as f where f.id = book_unasked_refund.finding_id;
  v_booking := app_private.lock_booking_for_refund(v_finding.booking_id, 'payments.refund');
  -- With what was told of it meanwhile.
  select * into strict v_finding
  from app_public.payment_findings as f where f.id = v_finding.id;
  perform app_hidden.refuse_impersonator();
  select * into v_refund
  from app_public.refunds as r
  where r.organization_id = v_booking.organization_id and r.stripe_refund_id = v_finding.subject;
  if found then
    return v_refund;
  end if;
  if coalesce(length(trim(book_unasked_refund.note)), 0) not between 1 and 2000 then
    raise exception 'Say why it was returned.' using errcode = 'LMINP', detail = 'note';
  end if;
  v_object := app_private.object_of_finding(v_finding);
  if v_finding.kind <> 'refund_not_asked_for'
    or v_object ->> 'object' is distinct from 'refund'
  then
    raise exception 'This tells of no refund that could be booked.'
      using errcode = 'LMINP', detail = 'finding_id',
        hint = 'Take the finding whose subject is the refund; after 90 days have it sent again.';
  end if;
  if v_object ->> 'status' in ('failed', 'canceled') then
    raise exception 'It did not arrive: nothing was returned.'
      using errcode = 'LMINP', detail = 'status', hint = 'Close the finding.';
  end if;
  v_refund := app_private.adopt_refund(
    v_booking, app_private.lock_payment_of(v_object), v_object, trim(book_unasked_refund.note)
  );
  perform app_private.apply_refund(e.payload #> '{data,object}')
  from (
    select e.payload from app_private.stripe_events as e
    where e.id = any (v_finding.stripe_event_ids)
    order by e.stripe_created_at, e.id
  ) as e;
  update app_public.payment_findings as f
  set resolved_at = now(), resolved_by = app_hidden.current_user_id(),
    resolution_note = trim(book_unasked_refund.note)
  where f.organization_id = v_booking.organization_id and f.kind = 'refund_not_asked_for'
    and f.resolved_at is null
    and f.subject in (v_finding.subject, app_private.stripe_id_in(v_object, 'charge'));
  select * into strict v_refund from app_public.refunds as r where r.id = v_refund.id;
  return v_refund;
exception
  when check_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.book_unasked_refund(uuid, text) is
  'Books what somebody has returned by hand at Stripe, of which a finding tells: as a refund, and '
  'as what it takes back of the sale; the buyer keeps the tickets. If one of ours failed because '
  'of it, it takes that one''s place. Closes the finding; repeating it is harmless. Needs '
  'payments.refund. Raises LMBKG, LMRGT, LMBST (a booking in installments), LMDSP (the payment is '
  'disputed), LMRFX (refunds of ours are under way), LMINP, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.book_unasked_refund(uuid, text) to lml_user;
