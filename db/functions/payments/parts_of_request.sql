-- Under the terms a buyer keeps what was delivered. Staff takes it back, and so does a house that
-- offers the whole price.
create or replace function app_private.parts_of_request(
  booking app_public.bookings, request app_public.refund_requests
)
returns setof app_private.refund_part
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_left bigint;
  v_parts app_private.refund_part[];
begin
  if (parts_of_request.request).kind in ('full', 'ticket') then
    v_parts := array(
      select p from app_private.parts_to_return(
        parts_of_request.booking, (parts_of_request.request).ticket_ids,
        (parts_of_request.request).percentage, (parts_of_request.request).refunds_service_fees,
        (parts_of_request.request).refunds_processing_fees,
        (parts_of_request.request).add_on_item_ids, (parts_of_request.request).add_on_quantities
      ) as p
    );
    if (parts_of_request.request).cancellation_policy_id is null then
      return query select * from unnest(v_parts);
    else
      return query select * from app_private.parts_not_delivered(
        parts_of_request.booking, v_parts
      );
    end if;
  elsif (parts_of_request.request).kind = 'fee_only' then
    return query select * from app_private.parts_of_fees(
      parts_of_request.booking, (parts_of_request.request).ticket_ids,
      (parts_of_request.request).refunds_service_fees,
      (parts_of_request.request).refunds_processing_fees
    );
  else
    v_left := least(
      (parts_of_request.booking).total_amount_cents - (parts_of_request.booking).refunded_cents,
      (
        select sum(app_private.left_of_payment(p))
        from app_public.payment_intents as p
        where p.organization_id = (parts_of_request.booking).organization_id
          and p.booking_id = (parts_of_request.booking).id
      )
    );
    if (parts_of_request.request).amount_cents > v_left then
      raise exception 'Less than that is left of what was received.'
        using errcode = 'LMRFX', detail = v_left::text;
    end if;
    return query select * from app_private.parts_of_amount(
      parts_of_request.booking, (parts_of_request.request).amount_cents
    );
  end if;
end
$$;

comment on function app_private.parts_of_request(
  app_public.bookings, app_public.refund_requests
) is 'What a request takes back, as things stand. Raises LMRFX.';
