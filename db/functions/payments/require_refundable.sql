-- Money for a disputed booking is with the bank that disputes it.
create or replace function app_private.require_refundable(
  booking app_public.bookings, kind app_public.refund_kind
)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if (require_refundable.booking).confirmed_at is null
    or (require_refundable.booking).status = 'disputed'
    or (
      require_refundable.kind in ('full', 'ticket')
      and (require_refundable.booking).status not in ('confirmed', 'partially_paid', 'completed')
    )
    -- Its parts have to sum to its price, and it has no tickets yet to take an amount off.
    or (
      require_refundable.kind in ('partial', 'fee_only')
      and (require_refundable.booking).status = 'partially_paid'
    )
  then
    perform app_private.raise_booking_status(require_refundable.booking);
  end if;
end
$$;

comment on function app_private.require_refundable(app_public.bookings, app_public.refund_kind) is
  'Raises LMBST unless something of the booking may be taken back.';
