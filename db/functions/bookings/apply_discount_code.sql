create or replace function app_public.apply_discount_code(booking_id uuid, code text)
returns app_public.discount_answer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    apply_discount_code.booking_id, 'bookings.manage'
  );
  v_code app_public.discount_codes;
  v_refusal text;
begin
  perform app_private.require_open_draft(v_booking);
  v_code := app_private.find_discount_code(
    app_private.open_sale(v_booking.performance_id), apply_discount_code.code,
    row(app_hidden.current_user_id(), app_hidden.current_cart_hash())::app_private.buyer
  );
  if v_code.id is null then
    v_refusal := 'unknown';
  else
    perform app_private.lock_discount_code(v_code);
    v_refusal := coalesce(
      app_hidden.window_refusal(v_code),
      app_hidden.minimum_refusal(app_private.lines_of(v_booking), v_code),
      app_private.uses_refusal(v_code, v_booking)
    );
  end if;
  if v_refusal is null then
    insert into app_public.discount_redemptions (
      booking_id, organization_id, discount_code_id, code
    )
    values (v_booking.id, v_booking.organization_id, v_code.id, v_code.code)
    on conflict on constraint discount_redemptions_pkey do update
    set discount_code_id = excluded.discount_code_id, code = excluded.code;
    perform app_private.price_booking(v_booking.id);
    v_booking := app_private.store_booking_totals(v_booking.id);
  end if;
  return row(
    v_booking.id, v_refusal, v_booking.discount_cents, v_booking.total_amount_cents
  )::app_public.discount_answer;
end
$$;

comment on function app_public.apply_discount_code(uuid, text) is
  'Uses a code for a draft, in place of the one that it has. The answer says why a code is '
  'refused; then nothing has changed. Upper and lower case are the same. '
  'Raises LMRTE (too many wrong ones), LMBKG, LMBST, LMEXP, LMEVT, LMSAL, LMSES, LMCRT.';
grant execute on function app_public.apply_discount_code(uuid, text) to lml_anonymous, lml_user;
