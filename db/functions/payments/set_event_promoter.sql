create or replace function app_public.set_event_promoter(
  event_id uuid, promoter_id uuid default null, share_percentage numeric default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    set_event_promoter.event_id, 'events.manage'
  );
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_permission(v_event.organization_id, 'books.manage');
  if set_event_promoter.promoter_id is null then
    delete from app_public.event_promoters as ep
    where ep.organization_id = v_event.organization_id and ep.event_id = v_event.id;
    return v_event;
  end if;
  perform app_private.require_promoter(v_event.organization_id, set_event_promoter.promoter_id);
  insert into app_public.event_promoters (
    organization_id, event_id, promoter_id, share_percentage
  )
  values (
    v_event.organization_id, v_event.id, set_event_promoter.promoter_id,
    set_event_promoter.share_percentage
  )
  on conflict on constraint event_promoters_pkey do update
  set promoter_id = excluded.promoter_id, share_percentage = excluded.share_percentage;
  return v_event;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when numeric_value_out_of_range then
    raise exception 'The share is out of range.'
      using errcode = 'LMINP', detail = 'share_percentage';
end
$$;

comment on function app_public.set_event_promoter(uuid, uuid, numeric) is
  'Who brings buyers to an event, and for which share of what commission leaves; without a '
  'promoter, nobody does from here on. Bookings that are confirmed keep their share. '
  'Needs events.manage and books.manage. Raises LMINP, LMNFD, LMRGT, LMAUT.';
grant execute on function app_public.set_event_promoter(uuid, uuid, numeric) to lml_user;
