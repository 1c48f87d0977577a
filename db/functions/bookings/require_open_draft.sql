create or replace function app_private.require_open_draft(booking app_public.bookings)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if (require_open_draft.booking).status = 'expired'
    or (require_open_draft.booking).expires_at <= now()
  then
    raise exception 'The hold has run out.'
      using errcode = 'LMEXP', detail = (require_open_draft.booking).id::text,
        hint = 'Hold the seats again.';
  end if;
  if (require_open_draft.booking).status <> 'draft' then
    raise exception 'The booking is %.', (require_open_draft.booking).status
      using errcode = 'LMBST', detail = (require_open_draft.booking).status::text;
  end if;
end
$$;

comment on function app_private.require_open_draft(app_public.bookings) is
  'Raises LMEXP when the deadline has passed, LMBST when it is no draft any more.';
