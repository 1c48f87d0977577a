create or replace function app_private.require_open_draft(booking app_public.bookings)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if (require_open_draft.booking).status = 'expired'
    or (require_open_draft.booking).expires_at <= now()
  then
    perform app_private.raise_hold_lapsed(require_open_draft.booking);
  end if;
  if (require_open_draft.booking).status <> 'draft' then
    perform app_private.raise_booking_status(require_open_draft.booking);
  end if;
end
$$;

comment on function app_private.require_open_draft(app_public.bookings) is
  'Raises LMEXP when the deadline has passed, LMBST when it is no draft any more.';
