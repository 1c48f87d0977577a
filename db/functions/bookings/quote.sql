-- Asks what a hold asks, prices by the function that charges, and writes nothing but a wrong guess
-- of a code: which is why it is no query.
create or replace function app_public.quote(
  performance_id uuid, seat_ids text[] default '{}', ticket_category_ids uuid[] default '{}',
  quantities integer[] default '{}', code text default null
)
returns app_public.price_quote
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_seat_ids text[] := nullif(quote.seat_ids, '{}');
  v_sale app_private.sale := app_private.open_sale(quote.performance_id, v_seat_ids);
  v_performance app_public.performances;
  v_booking app_public.bookings;
  v_is_member boolean;
  v_code app_public.discount_codes;
  v_refusal text;
  v_lines app_private.priced_line[];
begin
  v_booking.user_id := app_hidden.current_user_id();
  v_booking.cart_token_hash := app_hidden.current_cart_hash();
  if v_sale.prices_vary then
    perform app_private.refresh_sold_shares(v_sale);
  end if;
  select * into strict v_performance
  from app_public.performances as p where p.id = quote.performance_id;
  v_is_member := app_private.is_member(v_sale.organization_id, v_booking.user_id);
  v_lines := app_private.lines_to_quote(
    v_sale, quote.ticket_category_ids, quote.quantities, v_is_member
  );
  if quote.code is not null then
    v_code := app_private.find_discount_code(
      v_sale, quote.code, row(v_booking.user_id, v_booking.cart_token_hash)::app_private.buyer
    );
  end if;
  v_lines := app_private.price_lines(
    v_lines, v_performance, app_private.price_terms_of(v_performance.id), v_is_member, null
  );
  if quote.code is not null then
    v_refusal := case
      when v_code.id is null then 'unknown'
      else coalesce(
        app_hidden.window_refusal(v_code),
        app_hidden.minimum_refusal(v_lines, v_code),
        app_private.uses_refusal(v_code, v_booking)
      )
    end;
    if v_refusal is null then
      v_lines := app_private.price_lines(
        v_lines, v_performance, app_private.price_terms_of(v_performance.id), v_is_member, v_code
      );
    end if;
  end if;
  return app_hidden.quote_of(v_performance, v_lines, v_refusal);
end
$$;

comment on function app_public.quote(uuid, text[], uuid[], integer[], text) is
  'What seats, or tickets of categories, would cost the caller now, with a discount code or '
  'without; nothing is held. Raises LMSAL (not on sale), LMMBR (for members), LMQTY, LMSEA, LMSDP, '
  'LMINP, LMEVT, LMNFD, LMRTE (too many wrong codes).';
grant execute on function app_public.quote(uuid, text[], uuid[], integer[], text)
  to lml_anonymous, lml_user;
