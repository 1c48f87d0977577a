create or replace function app_public.booking_as_of(booking_id uuid, at timestamptz)
returns app_public.past_booking
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_current jsonb := (
    select to_jsonb(b) from app_public.bookings as b where b.id = booking_as_of.booking_id
  );
  v_last app_public.bookings;
  v_row jsonb;
  v_move app_public.booking_state_transitions;
  v_past app_public.past_booking;
begin
  v_last := jsonb_populate_record(
    null::app_public.bookings,
    coalesce(v_current, app_private.audited_row('bookings', booking_as_of.booking_id))
  );
  if (
    v_last.user_id = app_hidden.current_user_id()
    or v_last.cart_token_hash = app_hidden.current_cart_hash()
    or app_hidden.has_permission(v_last.organization_id, 'audit.read')
  ) is not true then
    raise exception 'There is no such booking, or it is not yours.' using errcode = 'LMNFD';
  end if;
  perform app_private.require_past(booking_as_of.at);

  v_row := app_private.row_as_of(
    'bookings', booking_as_of.booking_id, v_current, booking_as_of.at
  );
  select * into v_move
  from app_public.booking_state_transitions as t
  where t.organization_id = v_last.organization_id
    and t.booking_id = booking_as_of.booking_id
    and uuid_extract_timestamp(t.id) <= booking_as_of.at
  order by t.id desc
  limit 1;
  if v_row is null or v_move.id is null then
    return null;
  end if;
  -- The sums of a cart change with every hold, and are not kept.
  if v_move.to_status = 'draft' then
    v_row := v_row - array[
      'subtotal_cents', 'discount_cents', 'service_fee_cents', 'processing_fee_cents', 'tax_cents',
      'total_amount_cents'
    ];
  end if;
  -- Names as everywhere: reading the audit is no right to read them.
  if not app_private.may_read_buyer(v_last) then
    v_row := v_row - array['customer_email', 'customer_name'];
  end if;
  v_past := jsonb_populate_record(null::app_public.past_booking, v_row);
  v_past.booking_id := booking_as_of.booking_id;
  v_past.status := v_move.to_status;
  v_past.status_since := v_move.created_at;
  v_past.as_of := booking_as_of.at;
  return v_past;
end
$$;

comment on function app_public.booking_as_of(uuid, timestamptz) is
  'A booking as it was at a moment, for its owner and for members with audit.read; null when there '
  'was none yet, or no more. Raises LMNFD, LMINP (the future, or what was dropped by retention).';
grant execute on function app_public.booking_as_of(uuid, timestamptz) to lml_anonymous, lml_user;
