-- A refund by staff: beyond the terms, so with words, and above the organization's threshold only
-- with a second person.
create or replace function app_private.request_refund(
  booking app_public.bookings, request app_public.refund_requests
)
returns app_public.refund_requests
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := request_refund.booking;
  v_request app_public.refund_requests := request_refund.request;
  v_constraint text;
  v_column text;
begin
  -- Who asked in somebody's name could be the second person in their own.
  perform app_hidden.refuse_impersonator();
  -- What is unknown would be nothing when the threshold is asked, and all of
  -- it when it is carried out.
  if v_request.kind <> 'partial'
    and num_nulls(v_request.refunds_service_fees, v_request.refunds_processing_fees) > 0
  then
    raise exception 'Say whether fees come back.' using errcode = 'LMINP', detail = 'with_fees';
  end if;
  perform app_private.require_refundable(v_booking, v_request.kind);
  perform app_private.require_tickets_of(v_booking, v_request.ticket_ids);
  perform app_private.require_add_ons_of(
    v_booking, v_request.add_on_item_ids, v_request.add_on_quantities
  );
  v_request.organization_id := v_booking.organization_id;
  v_request.booking_id := v_booking.id;
  v_request.currency := v_booking.currency;
  v_request.is_exception := true;
  if v_request.kind = 'partial' and coalesce(v_request.amount_cents, 0) <= 0 then
    raise exception 'Name an amount above zero.' using errcode = 'LMINP', detail = 'amount_cents';
  end if;
  if v_request.kind = 'partial'
    and v_request.amount_cents % app_hidden.charge_step(v_request.currency) <> 0
  then
    raise exception 'An amount of this currency is a multiple of %.',
        app_hidden.charge_step(v_request.currency)
      using errcode = 'LMINP', detail = 'amount_cents';
  end if;
  v_request.amount_cents := (
    select coalesce(sum(app_private.total_of_part(p)), 0)
    from app_private.parts_of_request(v_booking, v_request) as p
  );
  if v_request.kind = 'fee_only' and v_request.amount_cents = 0 then
    raise exception 'No fees are left to return.' using errcode = 'LMRFX', detail = '0';
  end if;
  v_request.status := case
    when app_private.needs_refund_approval(v_booking, v_request.amount_cents) then 'requested'
    else 'approved'
  end;
  v_request := app_private.store_refund_request(v_request);
  if v_request.status = 'approved' then
    v_request := app_private.carry_out_request(v_booking, v_request);
  else
    perform app_private.mail_members(
      v_booking.organization_id, 'payments.approve', 'refund_approval_needed',
      app_private.booking_words(v_booking) || jsonb_build_object(
        'amount', app_hidden.money_text(v_request.amount_cents, v_request.currency),
        'reason', v_request.note
      ),
      v_request.requested_by
    );
  end if;
  return v_request;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_private.request_refund(app_public.bookings, app_public.refund_requests) is
  'Writes a request of staff down, and carries it out unless somebody else has to approve it, '
  'who is mailed then. Raises LMBST, LMRFX, LMTUS, LMTVD, LMINP, LMIMP.';
