-- One row for each seat of the layout. Each seat gets the category that names its section, else
-- the one that names its category in the plan; seats of blocked sections are not for sale.
create or replace function app_private.create_inventory(performance_id uuid)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_event app_public.events;
  v_bad text;
  v_count integer;
begin
  select p.* into strict v_performance
  from app_public.performances as p where p.id = create_inventory.performance_id;
  select e.* into strict v_event
  from app_public.events as e where e.id = v_performance.event_id;

  insert into app_public.performance_categories (
    organization_id, performance_id, category_no, ticket_category_id
  )
  select c.organization_id, v_performance.id, c.category_no, c.id
  from app_public.ticket_categories as c
  where c.organization_id = v_performance.organization_id
    and c.event_id = v_performance.event_id;
  -- The places of a pass are those of its dates.
  if v_performance.pass_name is not null then
    return 0;
  end if;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_hidden.seats_with_categories(v_performance) as s
  where not coalesce(s.section = any (v_event.blocked_sections), false)
    and cardinality(s.category_nos) <> 1
  order by s.seat_no
  limit 1;
  if found then
    raise exception 'A seat is covered by no ticket category, or by several.'
      using errcode = 'LMPUB', detail = v_bad,
        hint = 'Name its section or category in exactly one ticket category, or block the section.';
  end if;

  insert into app_public.seat_booking_state (
    organization_id, performance_id, seat_no, category_no, status
  )
  select
    v_performance.organization_id, v_performance.id, s.seat_no, s.category_nos[1],
    case when s.section = any (v_event.blocked_sections) then 'blocked' else 'available' end
      ::app_public.seat_status
  from app_hidden.seats_with_categories(v_performance) as s
  order by app_hidden.stored_position(s.seat_no);
  get diagnostics v_count = row_count;
  perform app_private.create_seat_runs(v_performance.id);
  perform app_private.create_standing_pools(v_event, v_performance);
  return v_count;
end
$$;

comment on function app_private.create_inventory(uuid) is
  'Creates the seats of a performance; returns how many. Raises LMPUB.';
