create or replace function app_public.set_venue_status(
  venue_id uuid, status app_public.venue_status
)
returns app_public.venues
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_venue app_public.venues := app_private.lock_venue(
    set_venue_status.venue_id, 'venues.manage'
  );
  v_upcoming jsonb;
begin
  if set_venue_status.status is null then
    perform app_hidden.raise_bad_input('', 'status');
  end if;
  if v_venue.status = set_venue_status.status then
    return v_venue;
  end if;
  if not (v_venue.status, set_venue_status.status) in (
    ('draft', 'active'), ('draft', 'closed'), ('active', 'draft'), ('active', 'maintenance'),
    ('active', 'closed'), ('maintenance', 'active'), ('maintenance', 'closed'),
    ('closed', 'active'),
    ('closed', 'archived'), ('archived', 'closed')
  ) then
    raise exception 'A venue cannot go from % to %.', v_venue.status, set_venue_status.status
      using errcode = 'LMVEN', detail = v_venue.id::text,
        hint = 'Only a closed venue is archived; an archived one is closed again first.';
  end if;

  if set_venue_status.status in ('closed', 'draft') and v_venue.status <> 'archived' then
    v_upcoming := app_private.upcoming_performances_at(v_venue);
    if v_upcoming is not null then
      raise exception 'Performances are still to come at this venue.'
        using errcode = 'LMVEN', detail = v_upcoming::text,
          hint = 'Cancel them or let them pass; detail lists the first 100.';
    end if;
  end if;

  update app_public.venues as v
  set status = set_venue_status.status, status_changed_at = now()
  where v.id = v_venue.id
  returning * into v_venue;
  return v_venue;
end
$$;

comment on function app_public.set_venue_status(uuid, app_public.venue_status) is
  'Opens, pauses, closes or archives a venue. Draft, active and maintenance take new events, but '
  'only an active one lets them be published; a closed one takes none. It closes, or goes back to '
  'draft, only when no published performance is still to come. Tickets stay valid in each. '
  'Needs venues.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMVEN (no such move, or performances to come, listed in detail).';
grant execute on function app_public.set_venue_status(uuid, app_public.venue_status) to lml_user;
