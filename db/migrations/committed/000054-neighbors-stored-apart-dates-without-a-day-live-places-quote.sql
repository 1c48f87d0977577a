--! Previous: sha1:a4b74b8e08c2e7eef6d1d7aea41d25af48344ebb
--! Hash: sha1:6259715e11e3a510a3694d03a9233480fa077359
--! Message: Neighbors stored apart, dates without a day, live places, quotes that refuse, names that are lines

--! split: 130-events-and-venues.sql
insert into app_public.event_status_transitions (from_status, to_status, reason)
values ('postponed', 'completed', 'its last performance is over, and the others were canceled')
on conflict do nothing;
comment on column app_public.performances.starts_at is
  'When it starts; of one that is postponed and has no other day yet: when it would have.';

-- What is listed and mailed is a line that can be read: one of several could say anything in a mail
-- of ours, and one of spaces is nothing to click on.
update app_public.venues as v
set name = coalesce(nullif(btrim(regexp_replace(v.name, '[[:cntrl:]]+', ' ', 'g')), ''), v.slug)
where v.name ~ '[[:cntrl:]]' or v.name !~ '[^[:space:]]';
update app_public.events as e
set title = coalesce(nullif(btrim(regexp_replace(e.title, '[[:cntrl:]]+', ' ', 'g')), ''), e.slug)
where e.title ~ '[[:cntrl:]]' or e.title !~ '[^[:space:]]';
update app_public.ticket_categories as c
set name = left(
    coalesce(nullif(btrim(regexp_replace(c.name, '[[:cntrl:]]+', ' ', 'g')), ''), 'Category'), 90
  ) || ' (' || c.category_no || ')'
where c.name ~ '[[:cntrl:]]' or c.name !~ '[^[:space:]]';
update app_public.event_categories as c
set name = coalesce(nullif(btrim(regexp_replace(c.name, '[[:cntrl:]]+', ' ', 'g')), ''), c.slug)
where c.name ~ '[[:cntrl:]]' or c.name !~ '[^[:space:]]';

alter table app_public.venues
  drop constraint if exists venues_name_is_a_line,
  add constraint venues_name_is_a_line check (name !~ '[[:cntrl:]]' and name ~ '[^[:space:]]');
alter table app_public.events
  drop constraint if exists events_title_is_a_line,
  add constraint events_title_is_a_line check (title !~ '[[:cntrl:]]' and title ~ '[^[:space:]]');
alter table app_public.ticket_categories
  drop constraint if exists ticket_categories_name_is_a_line,
  add constraint ticket_categories_name_is_a_line
    check (name !~ '[[:cntrl:]]' and name ~ '[^[:space:]]');
alter table app_public.event_categories
  drop constraint if exists event_categories_name_is_a_line,
  add constraint event_categories_name_is_a_line
    check (name !~ '[[:cntrl:]]' and name ~ '[^[:space:]]');

--! split: 131-dates-without-a-day.sql
-- A date that has no day lets nobody in, and one that moves to another day lets everybody in again.

alter type app_private.door add attribute opens_at timestamptz;

alter table app_public.performances add column readmits_since timestamptz;
comment on column app_public.performances.readmits_since is
  E'@behavior -*\nWhen it moved to another day: who came in before may come in again.';

alter table app_public.tickets
  add column earlier_entries integer not null default 0,
  drop constraint tickets_entry_count_is_not_negative,
  add constraint tickets_earlier_entries_are_entries
    check (earlier_entries between 0 and entry_count);
comment on column app_public.tickets.earlier_entries is
  E'@behavior -*\nHow many of its entries were before its date moved to another day.';

alter table app_public.pass_entries
  add column earlier_entries integer not null default 0,
  drop constraint pass_entries_entry_count_is_positive,
  add constraint pass_entries_entry_count_is_positive
    check (entry_count > 0 and earlier_entries between 0 and entry_count);
comment on column app_public.pass_entries.earlier_entries is
  E'@behavior -*\nHow many of its entries were before the date moved to another day.';

comment on column app_public.ticket_offer.starts_at is
  'When it starts; null: it is postponed, and has no day yet.';

--! split: 1000-functions-organizations-create_organization.sql
create or replace function app_public.create_organization(
  name text, slug text, email text, default_currency text default 'USD',
  idempotency_key text default null
)
returns app_public.organizations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_user_id uuid := app_hidden.require_user_id();
  v_id uuid;
  v_organization app_public.organizations;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_organization.idempotency_key, 'create_organization',
    jsonb_build_array(
      create_organization.name, create_organization.slug, create_organization.email,
      create_organization.default_currency
    )
  );
  if v_id is null then
    perform app_hidden.require_currency(create_organization.default_currency);
    insert into app_public.organizations (name, slug, email, default_currency)
    values (
      create_organization.name, create_organization.slug, create_organization.email::public.citext,
      create_organization.default_currency
    )
    on conflict on constraint organizations_slug_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      perform app_hidden.raise_slug_taken(create_organization.slug);
    end if;
    insert into app_public.organization_settings (organization_id) values (v_id);
    insert into app_public.organization_members (organization_id, user_id, role)
    values (v_id, v_user_id, 'owner');
    perform app_private.keep_result(create_organization.idempotency_key, v_id);
  end if;

  select * into strict v_organization from app_public.organizations where id = v_id;
  return v_organization;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_organization(text, text, text, text, text) is
  'A new organization whose owner is the caller. Raises LMAUT, LMSES, LMINP, LMSLG (slug taken), '
  'LMCUR (unknown currency), LMIDK.';
grant execute on function app_public.create_organization(text, text, text, text, text)
  to lml_user;

--! split: 1001-functions-venues-check_layout_categories.sql
-- A list of categories is what plans are drawn by and events are priced by: what it leaves out
-- would be a seat without a color and a price. A document may do without a list.
create or replace function app_private.check_layout_categories(
  layout app_public.venue_layouts, document jsonb
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_listed text[];
  v_category text;
  v_place text;
begin
  if not check_layout_categories.document ? 'categories' then
    return;
  end if;
  if exists (
    select from jsonb_array_elements(
      app_hidden.layout_list(check_layout_categories.document, 'categories')
    ) as c
    where jsonb_typeof(c -> 'name') is distinct from 'string'
      or length(c ->> 'name') not between 1 and 100
      or jsonb_typeof(c -> 'color') <> 'string'
  ) then
    raise exception 'A category has a name, and perhaps a color.'
      using errcode = 'LMLAY', detail = '"categories"';
  end if;
  v_listed := array(
    select c ->> 'name'
    from jsonb_array_elements(check_layout_categories.document -> 'categories') as c
  );

  select s.category, s.place into v_category, v_place
  from (
    select s.category, s.section_no, 0 as seat_no, format('section %s', s.name) as place
    from app_public.layout_sections as s
    where s.organization_id = (check_layout_categories.layout).organization_id
      and s.layout_id = (check_layout_categories.layout).id
      and s.category is not null
    union all
    select s.category, s.section_no, s.seat_no,
      format('section %s, row %s, number %s', n.name, s.row_name, s.seat_number)
    from app_public.layout_seats as s
    join app_public.layout_sections as n
      on n.organization_id = s.organization_id
      and n.layout_id = s.layout_id
      and n.section_no = s.section_no
    where s.organization_id = (check_layout_categories.layout).organization_id
      and s.layout_id = (check_layout_categories.layout).id
  ) as s
  where s.category <> all (v_listed)
  order by s.section_no, s.seat_no
  limit 1;
  if found then
    raise exception 'The layout''s list of categories has no "%".', v_category
      using errcode = 'LMLAY', detail = v_place,
        hint = 'Add it to "categories", or give the seat or area one of those.';
  end if;
end
$$;

comment on function app_private.check_layout_categories(app_public.venue_layouts, jsonb) is
  'Raises LMLAY, with the place, for a layout that uses a category which its document does not '
  'list.';

--! split: 1002-functions-venues-check_layout_format.sql
create or replace function app_hidden.check_layout_format(document jsonb)
returns void
language plpgsql immutable set search_path = ''
as $$
begin
  if coalesce(jsonb_typeof(check_layout_format.document), '') <> 'object'
    or check_layout_format.document ->> 'format' is distinct from 'lml-layout/1'
    or not (
      check_layout_format.document @? '$.sections[*].rows[*].seats[*]'
      or check_layout_format.document @? '$.sections[*] ? (@.kind == "standing")'
    )
  then
    raise exception 'This is not a layout of format lml-layout/1 with a seat or a standing area.'
      using errcode = 'LMLAY', hint = '"lml import layout FILE" reads and converts other formats.';
  end if;
  -- Programs that draw it read texts as texts.
  if jsonb_typeof(check_layout_format.document -> 'name') <> 'string' then
    raise exception 'The name of a layout is a text.' using errcode = 'LMLAY', detail = 'name';
  end if;
  if jsonb_array_length(app_hidden.layout_list(check_layout_format.document, 'sections')) > 10000
  then
    raise exception 'A layout has at most 10,000 sections.' using errcode = 'LMLAY';
  end if;
end
$$;

comment on function app_hidden.check_layout_format(jsonb) is
  'Raises LMLAY for a document that is no layout.';

--! split: 1003-functions-venues-check_layout_names.sql
-- Names of places stand in mails and on tickets: of several lines, they could say anything there.
create or replace function app_private.check_layout_names(layout app_public.venue_layouts)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_place text;
begin
  select s.place into v_place
  from (
    select s.section_no, 0 as seat_no, s.name as words,
      format('section no. %s', s.section_no) as place
    from app_public.layout_sections as s
    where s.organization_id = (check_layout_names.layout).organization_id
      and s.layout_id = (check_layout_names.layout).id
    union all
    select s.section_no, s.seat_no, s.row_name || s.seat_number || s.category,
      format('seat no. %s, in section no. %s', s.seat_no, s.section_no)
    from app_public.layout_seats as s
    where s.organization_id = (check_layout_names.layout).organization_id
      and s.layout_id = (check_layout_names.layout).id
  ) as s
  where s.words ~ '[[:cntrl:]]'
  order by s.section_no, s.seat_no
  limit 1;
  if found or (check_layout_names.layout).name ~ '[[:cntrl:]]' then
    raise exception 'Names and numbers have no line breaks or other control characters.'
      using errcode = 'LMLAY', detail = coalesce(v_place, 'name');
  end if;
end
$$;

comment on function app_private.check_layout_names(app_public.venue_layouts) is
  'Raises LMLAY, with the place, for a layout whose names are not printable.';

--! split: 1004-functions-venues-create_venue.sql
create or replace function app_public.create_venue(
  organization_id uuid, name text, slug text, timezone text, address jsonb default '{}',
  description text default null, idempotency_key text default null
)
returns app_public.venues
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_venue app_public.venues;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_permission(create_venue.organization_id, 'venues.manage');
  v_id := app_private.replay_result(
    create_venue.idempotency_key, 'create_venue',
    jsonb_build_array(
      create_venue.organization_id, create_venue.name, create_venue.slug, create_venue.timezone,
      create_venue.address, create_venue.description
    )
  );
  if v_id is null then
    insert into app_public.venues (organization_id, name, slug, timezone, address, description)
    values (
      create_venue.organization_id, create_venue.name, create_venue.slug, create_venue.timezone,
      coalesce(create_venue.address, '{}'), create_venue.description
    )
    on conflict on constraint venues_slug_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      perform app_hidden.raise_slug_taken(create_venue.slug);
    end if;
    perform app_private.keep_result(create_venue.idempotency_key, v_id);
  end if;

  select * into strict v_venue from app_public.venues as v where v.id = v_id;
  return v_venue;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_venue(uuid, text, text, text, jsonb, text, text) is
  'A new venue. Needs venues.manage. Raises LMNFD, LMRGT, LMINP, LMSLG, LMTZN, LMIDK.';
grant execute on function app_public.create_venue(uuid, text, text, text, jsonb, text, text)
  to lml_user;

--! split: 1005-functions-venues-layout_count_differences.sql
create or replace function app_private.layout_count_differences(
  layout app_public.venue_layouts, document jsonb
)
returns table (what text, place text, expected text, found text)
language sql stable security definer set search_path = ''
as $$
  with sections as materialized (
    select
      coalesce(sum(s.capacity) filter (where s.kind = 'seated'), 0) as seats,
      coalesce(sum(s.capacity) filter (where s.kind = 'standing'), 0) as places
    from app_hidden.read_layout_sections(layout_count_differences.document) as s
  )
  select 'seat_count', null, s.seats::text, (layout_count_differences.layout).seat_count::text
  from sections as s
  where s.seats <> (layout_count_differences.layout).seat_count
  union all
  select
    'standing_capacity', null, s.places::text,
    (layout_count_differences.layout).standing_capacity::text
  from sections as s
  where s.places <> (layout_count_differences.layout).standing_capacity
  union all
  select 'name', null, n.name, (layout_count_differences.layout).name
  from (
    select coalesce(left(layout_count_differences.document ->> 'name', 255), 'Layout') as name
  ) as n
  where n.name <> (layout_count_differences.layout).name
  union all
  select
    'licensed_capacity', null, c.licensed_capacity::text, (s.seats + s.places)::text
  from sections as s
  join app_public.venue_compliance as c
    on c.organization_id = (layout_count_differences.layout).organization_id
    and c.venue_id = (layout_count_differences.layout).venue_id
  where s.seats + s.places > c.licensed_capacity
  union all
  select 'inventory', format('performance %s', p.id), s.seats::text, i.seats::text
  from sections as s
  join app_public.performances as p
    on p.organization_id = (layout_count_differences.layout).organization_id
    and p.layout_id = (layout_count_differences.layout).id
  join app_public.events as e
    on e.organization_id = p.organization_id and e.id = p.event_id
    and e.status not in ('draft', 'canceled')
  cross join lateral (
    select count(*) as seats
    from app_public.seat_booking_state as state
    join app_public.layout_seats as seat
      on seat.organization_id = state.organization_id
      and seat.layout_id = p.layout_id
      and seat.seat_no = state.seat_no
    where state.organization_id = p.organization_id and state.performance_id = p.id
  ) as i
  where i.seats <> s.seats
    and p.pass_name is null
    -- What was canceled before its event was published never had any.
    and not (p.status = 'canceled' and i.seats = 0)
$$;

comment on function app_private.layout_count_differences(app_public.venue_layouts, jsonb) is
  'Where the name, or numbers of seats and places, differ from the document, or are more than is '
  'licensed.';

--! split: 1006-functions-venues-read_layout.sql
-- Opens a layout document into one row per seat, in the document's order, and refuses what is not
-- of the format. Each refusal names the first place that is wrong.
create or replace function app_hidden.read_layout(document jsonb)
returns table (
  seat_no integer, section_no smallint, section text, row_name text, seat_number text,
  seat_id text, category text, x numeric, y numeric, features text[]
)
language plpgsql immutable set search_path = ''
as $$
begin
  perform app_hidden.check_layout_format(read_layout.document);

  return query
  select
    (row_number() over (order by s.section_n, s.row_n, s.seat_n))::integer,
    s.section_n::smallint,
    s.section,
    s.row_name,
    -- What is no text becomes null here, and is refused by its place.
    case when jsonb_typeof(s.seat -> 'number') = 'string' then s.seat ->> 'number' end,
    -- The SHA-256 of the JSON array of section, row and number: the same seat has the same id in
    -- every version of a layout. A function for it, called for each seat, was half of the time.
    coalesce(
      s.seat ->> 'seat_id',
      encode(
        sha256(convert_to(s.id_prefix || to_json(s.seat ->> 'number')::text || ']', 'UTF8')), 'hex'
      )
    ),
    case when jsonb_typeof(s.seat -> 'category') = 'string' then s.seat ->> 'category' end,
    -- What is no number within the plan becomes null here, and is refused by its place.
    case
      when jsonb_typeof(s.seat -> 'x') = 'number' and (s.seat ->> 'x')::numeric between 0 and 1
      then (s.seat ->> 'x')::numeric
    end,
    case
      when jsonb_typeof(s.seat -> 'y') = 'number' and (s.seat ->> 'y')::numeric between 0 and 1
      then (s.seat ->> 'y')::numeric
    end,
    case when s.seat ? 'features' then
      array(select jsonb_array_elements_text(app_hidden.layout_list(s.seat, 'features')))
      else '{}'
    end
  from (
    select
      section.n as section_n, section.value ->> 'name' as section,
      r.n as row_n, r.row_name, r.id_prefix,
      seat.n as seat_n, seat.value as seat
    from jsonb_array_elements(read_layout.document -> 'sections')
      with ordinality as section (value, n),
      lateral (
        select
          r.value, r.n,
          case when jsonb_typeof(r.value -> 'name') = 'string' then r.value ->> 'name' end
            as row_name,
          '[' || to_json(section.value ->> 'name')::text || ','
            || to_json(r.value ->> 'name')::text || ',' as id_prefix
        from jsonb_array_elements(
          case when section.value ->> 'kind' = 'standing' then '[]'
            else app_hidden.layout_list(section.value, 'rows')
          end
        ) with ordinality as r (value, n)
        offset 0
      ) as r,
      jsonb_array_elements(app_hidden.layout_list(r.value, 'seats'))
        with ordinality as seat (value, n)
    -- Keeps the query apart: sorting whole sections with each of their seats took a hundred times
    -- as long at 4,000 seats, and grew with the square of them.
    offset 0
  ) as s;
end
$$;

comment on function app_hidden.read_layout(jsonb) is
  'The seats of a layout document. Raises LMLAY when it is not of the format.';

--! split: 1007-functions-venues-read_layout_sections.sql
-- The other half of read_layout. A standing area is a section with a capacity instead of rows.
create or replace function app_hidden.read_layout_sections(document jsonb)
returns table (
  section_no smallint, name text, kind app_public.layout_section_kind, capacity integer,
  category text, x numeric, y numeric, width numeric, height numeric
)
language plpgsql immutable set search_path = ''
as $$
declare
  v_bad text;
begin
  perform app_hidden.check_layout_format(read_layout_sections.document);
  select format('section %s', coalesce(s.value ->> 'name', 'no. ' || s.n))
  into v_bad
  from jsonb_array_elements(read_layout_sections.document -> 'sections')
    with ordinality as s (value, n)
  where coalesce(s.value ->> 'kind', 'seated') not in ('seated', 'standing')
    or jsonb_typeof(s.value -> 'kind') <> 'string'
    or case when s.value ->> 'kind' = 'standing' then
      s.value ? 'rows'
      or coalesce(s.value ->> 'capacity', '') !~ '^[1-9][0-9]{0,5}$|^1000000$'
      or jsonb_typeof(s.value -> 'capacity') <> 'number'
      or coalesce(length(s.value ->> 'category'), 0) not between 1 and 100
      or jsonb_typeof(s.value -> 'category') <> 'string'
    else s.value ?| array['capacity', 'category']
    end
    or not (
      s.value -> 'area' is null
      or coalesce(
        jsonb_typeof(s.value -> 'area' -> 'x') = 'number'
          and jsonb_typeof(s.value -> 'area' -> 'y') = 'number'
          and jsonb_typeof(s.value -> 'area' -> 'width') = 'number'
          and jsonb_typeof(s.value -> 'area' -> 'height') = 'number', false
      )
    )
  limit 1;
  if found then
    raise exception
      'A section has rows of seats, or is a standing area with a capacity and a category.'
      using errcode = 'LMLAY', detail = v_bad;
  end if;

  return query
  select
    s.n::smallint,
    case when jsonb_typeof(s.value -> 'name') = 'string' then s.value ->> 'name' end,
    coalesce(s.value ->> 'kind', 'seated')::app_public.layout_section_kind,
    coalesce(
      (s.value ->> 'capacity')::integer,
      (
        select sum(jsonb_array_length(app_hidden.layout_list(r.value, 'seats')))::integer
        from jsonb_array_elements(app_hidden.layout_list(s.value, 'rows')) as r
      ),
      0
    ),
    s.value ->> 'category',
    (s.value -> 'area' ->> 'x')::numeric, (s.value -> 'area' ->> 'y')::numeric,
    (s.value -> 'area' ->> 'width')::numeric, (s.value -> 'area' ->> 'height')::numeric
  from jsonb_array_elements(read_layout_sections.document -> 'sections')
    with ordinality as s (value, n);
end
$$;

comment on function app_hidden.read_layout_sections(jsonb) is
  'The sections of a layout document. Raises LMLAY when one is neither seated nor standing.';

--! split: 1008-functions-venues-upcoming_performances_at.sql
create or replace function app_private.upcoming_performances_at(venue app_public.venues)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_agg(p.id order by p.starts_at)
  from (
    select p.id, p.starts_at
    from app_public.performances as p
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where e.organization_id = (upcoming_performances_at.venue).organization_id
      and e.venue_id = (upcoming_performances_at.venue).id
      and e.status in ('published', 'postponed')
      and p.status in ('scheduled', 'postponed')
      -- What waits for another day is still to come, whatever day it had.
      and (p.status = 'postponed' or coalesce(p.ends_at, p.starts_at) > now())
    order by p.starts_at
    limit 100
  ) as p
$$;

comment on function app_private.upcoming_performances_at(app_public.venues) is
  'Ids of the first 100 performances that are still to come at a venue; null when there are none.';

--! split: 1009-functions-venues-write_layout.sql
-- Reads the document once and writes everything in one statement. What the tables' constraints
-- refuse is looked for afterwards, by reading again, so that only bad documents pay for that.
create or replace function app_private.write_layout(
  organization_id uuid, venue_id uuid, parsed jsonb, document text, sha256 text,
  source app_public.layout_source, source_reference text
)
returns app_public.venue_layouts
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_layout app_public.venue_layouts;
begin
  with seats as materialized (
    select * from app_hidden.read_layout(write_layout.parsed)
  ),
  sections as materialized (
    select * from app_hidden.read_layout_sections(write_layout.parsed)
  ),
  layout as (
    insert into app_public.venue_layouts as l (
      organization_id, venue_id, version, name, sha256, document, source, source_reference,
      seat_count, standing_capacity
    )
    select
      write_layout.organization_id, write_layout.venue_id,
      1 + coalesce(
        (
          select max(o.version) from app_public.venue_layouts as o
          where o.organization_id = write_layout.organization_id
            and o.venue_id = write_layout.venue_id
        ), 0
      ),
      coalesce(left(write_layout.parsed ->> 'name', 255), 'Layout'),
      write_layout.sha256, write_layout.document,
      coalesce(write_layout.source, 'upload'), left(write_layout.source_reference, 1000),
      (select count(*) from seats),
      (select coalesce(sum(s.capacity), 0) from sections as s where s.kind = 'standing')
    returning l as layout, l.organization_id, l.id
  ),
  new_sections as (
    insert into app_public.layout_sections (
      organization_id, layout_id, section_no, name, kind, capacity, category, x, y, width, height
    )
    select
      l.organization_id, l.id, s.section_no, s.name, s.kind, s.capacity, s.category, s.x, s.y,
      s.width, s.height
    from sections as s, layout as l
  ),
  new_seats as (
    insert into app_public.layout_seats (
      organization_id, layout_id, seat_no, section_no, seat_id, row_name, seat_number, category,
      x, y, features
    )
    select
      l.organization_id, l.id, s.seat_no, s.section_no, s.seat_id, s.row_name, s.seat_number,
      s.category, s.x, s.y, s.features
    from seats as s, layout as l
  )
  select (l.layout).* into v_layout from layout as l;
  perform app_private.check_layout_names(v_layout);
  perform app_private.check_layout_categories(v_layout, write_layout.parsed);
  return v_layout;
exception
  when check_violation or not_null_violation or unique_violation or numeric_value_out_of_range then
    if sqlerrm like '%venue_layouts_seat_count_is_bounded%' then
      raise exception 'A layout has at most 200,000 seats.' using errcode = 'LMLAY';
    end if;
    perform app_hidden.check_layout_seats(write_layout.parsed);
    raise;
end
$$;

comment on function app_private.write_layout(
  uuid, uuid, jsonb, text, text, app_public.layout_source, text
) is
  'Stores a layout that is new to a venue, which is locked. Raises LMLAY, LMXYR, LMDUP.';

--! split: 1010-functions-events-complete_performances.sql
-- Whoever works on an event or a performance at this moment keeps it: the next sweep comes soon.
create or replace function app_private.complete_performances(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  update app_public.performances as p
  set status = 'completed'
  where p.id = any (array(
    select p.id
    from app_public.performances as p
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    -- Of a postponed event, those dates that had begun before.
    where p.status = 'scheduled' and e.status in ('published', 'postponed')
      and coalesce(p.ends_at, p.starts_at) <= now()
      -- An end that nobody told is a day later.
      and (p.ends_at is not null or p.starts_at <= now() - interval '1 day')
      -- A pass that has lost its last date may still be given back.
      and (p.pass_name is null or coalesce(p.refunds_until, now()) <= now() or not exists (
        select
        from app_public.pass_dates as d
        join app_public.performances as lost
          on lost.organization_id = d.organization_id and lost.id = d.performance_id
        where d.organization_id = p.organization_id
          and d.pass_id = p.id
          and lost.status = 'canceled'
      ))
    order by coalesce(p.ends_at, p.starts_at)
    limit complete_performances.batch_limit
    for no key update of p skip locked
  ));
  get diagnostics v_count = row_count;
  update app_public.events as e
  set status = 'completed', completed_at = now()
  where e.id = any (array(
    select e.id
    from app_public.events as e
    where e.status in ('published', 'postponed')
      and exists (
        select from app_public.performances as p
        where p.organization_id = e.organization_id and p.event_id = e.id
          and p.status = 'completed'
      )
      and not exists (
        select from app_public.performances as p
        where p.organization_id = e.organization_id and p.event_id = e.id
          and p.status in ('scheduled', 'postponed')
      )
    for no key update skip locked
  ));
  return v_count;
end
$$;

comment on function app_private.complete_performances(integer) is
  'Ends performances that are over, and events whose last one is; returns how many performances.';
grant execute on function app_private.complete_performances(integer) to lml_worker;

--! split: 1011-functions-events-create_event.sql
create or replace function app_public.create_event(
  organization_id uuid, venue_id uuid, title text, slug text, description text default null,
  currency text default null, sales_start timestamptz default null,
  sales_end timestamptz default null, tax_rate_id uuid default null,
  blocked_sections text[] default '{}', idempotency_key text default null,
  format app_public.event_format default 'physical', timezone text default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_event app_public.events;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_venue_permission(
    create_event.organization_id, create_event.venue_id, 'events.manage'
  );
  v_id := app_private.replay_result(
    create_event.idempotency_key, 'create_event',
    jsonb_build_array(
      create_event.organization_id, create_event.venue_id, create_event.title, create_event.slug,
      create_event.description, create_event.currency, create_event.sales_start,
      create_event.sales_end, create_event.tax_rate_id, create_event.blocked_sections,
      create_event.format, create_event.timezone
    )
  );
  if v_id is null then
    if create_event.venue_id is not null or create_event.format <> 'virtual' then
      perform app_private.require_venue(create_event.organization_id, create_event.venue_id);
    end if;
    if create_event.tax_rate_id is not null and not exists (
      select from app_public.tax_rates as t
      where t.organization_id = create_event.organization_id and t.id = create_event.tax_rate_id
    ) then
      raise exception 'There is no such tax rate, or it is not yours.'
        using errcode = 'LMNFD', detail = 'tax_rate_id';
    end if;
    if array_ndims(create_event.blocked_sections) > 1
      or exists (select from unnest(create_event.blocked_sections) as s where s is null)
    then
      raise exception 'A blocked section has no name.'
        using errcode = 'LMINP', detail = 'blocked_sections';
    end if;
    if create_event.currency is not null then
      perform app_hidden.require_currency(create_event.currency);
    end if;
    perform app_hidden.require_timezone(create_event.timezone);

    insert into app_public.events (
      organization_id, venue_id, title, slug, description, currency, sales_start, sales_end,
      tax_rate_id, blocked_sections, service_fee_percentage, service_fee_fixed_cents,
      processing_fee_percentage, processing_fee_fixed_cents, commission_percentage,
      organization_status, tax_percentage, allow_guest_checkout, hold_seconds, checkout_seconds,
      hold_seconds_max, tickets_per_booking_max, open_carts_max, format, timezone
    )
    select
      o.id, create_event.venue_id, create_event.title, create_event.slug,
      create_event.description, coalesce(create_event.currency, o.default_currency),
      coalesce(create_event.sales_start, now()), create_event.sales_end,
      create_event.tax_rate_id, coalesce(create_event.blocked_sections, '{}'),
      s.service_fee_percentage, s.service_fee_fixed_cents,
      s.processing_fee_percentage, s.processing_fee_fixed_cents, s.commission_percentage,
      o.status, coalesce(t.percentage, 0), s.allow_guest_checkout, s.hold_seconds,
      s.checkout_seconds, s.hold_seconds_max, s.tickets_per_booking_max,
      s.open_carts_max,
      coalesce(create_event.format, 'physical'), create_event.timezone
    from app_public.organizations as o
    join app_public.organization_settings as s on s.organization_id = o.id
    left join app_public.tax_rates as t
      on t.organization_id = o.id and t.id = create_event.tax_rate_id
    where o.id = create_event.organization_id
    on conflict on constraint events_slug_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      perform app_hidden.raise_slug_taken(create_event.slug);
    end if;
    perform app_private.keep_result(create_event.idempotency_key, v_id);
  end if;

  select * into strict v_event from app_public.events as e where e.id = v_id;
  return v_event;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_event(
  uuid, uuid, text, text, text, text, timestamptz, timestamptz, uuid, text[], text,
  app_public.event_format, text
) is
  'A new draft with the fees and limits of the organization''s settings. Needs events.manage. '
  'Without a venue: create_virtual_event. Raises LMNFD, LMRGT, LMINP, LMSLG, LMCUR, LMTZN, '
  'LMIDK.';
grant execute on function app_public.create_event(
  uuid, uuid, text, text, text, text, timestamptz, timestamptz, uuid, text[], text,
  app_public.event_format, text
) to lml_user;

--! split: 1012-functions-events-create_performance.sql
create or replace function app_public.create_performance(
  event_id uuid, layout_id uuid default null, starts_at timestamptz default null,
  ends_at timestamptz default null, doors_at timestamptz default null,
  idempotency_key text default null
)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_performance.event_id, 'events.manage'
  );
  v_id uuid;
  v_performance app_public.performances;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_performance.idempotency_key, 'create_performance',
    jsonb_build_array(
      create_performance.event_id, create_performance.layout_id, create_performance.starts_at,
      create_performance.ends_at, create_performance.doors_at
    )
  );
  if v_id is null then
    perform app_private.require_open_event(v_event);
    perform app_private.require_layout(v_event, create_performance.layout_id);
    v_id := app_private.store_performance(
      v_event, create_performance.layout_id, create_performance.starts_at,
      create_performance.ends_at, create_performance.doors_at
    );
    if v_id is null then
      perform app_private.raise_time_taken('starts_at');
    end if;
    perform app_private.keep_result(create_performance.idempotency_key, v_id);
  end if;

  select * into strict v_performance from app_public.performances as p where p.id = v_id;
  return v_performance;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_performance(
  uuid, uuid, timestamptz, timestamptz, timestamptz, text
) is
  'A date of an event, on sale at once if the event is published. Without a layout only online; '
  'it always has a start. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMEVT (ended event), LMPUB (a seat without category), '
  'LMIDK.';
grant execute on function app_public.create_performance(
  uuid, uuid, timestamptz, timestamptz, timestamptz, text
) to lml_user;

--! split: 1013-functions-events-create_ticket_category.sql
create or replace function app_public.create_ticket_category(
  event_id uuid, name text, price_cents bigint, seat_categories text[] default '{}',
  sections text[] default '{}', description text default null,
  idempotency_key text default null
)
returns app_public.ticket_categories
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    create_ticket_category.event_id, 'events.manage'
  );
  v_id uuid;
  v_category app_public.ticket_categories;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    create_ticket_category.idempotency_key, 'create_ticket_category',
    jsonb_build_array(
      create_ticket_category.event_id, create_ticket_category.name,
      create_ticket_category.price_cents, create_ticket_category.seat_categories,
      create_ticket_category.sections, create_ticket_category.description
    )
  );
  if v_id is null then
    perform app_private.require_open_event(v_event);
    -- Seats and standing areas are given their categories when the event is published.
    if v_event.status <> 'draft'
      and create_ticket_category.seat_categories || create_ticket_category.sections <> '{}'
    then
      raise exception 'Which seats and areas a category covers is settled by publishing.'
        using errcode = 'LMEVT', detail = v_event.id::text,
          hint = 'Add one that covers none, and make its places with create_admission_pool.';
    end if;

    insert into app_public.ticket_categories (
      organization_id, event_id, is_public, category_no, name, description, seat_categories,
      sections
    )
    select
      v_event.organization_id, v_event.id, v_event.is_public,
      1 + coalesce(max(c.category_no), 0),
      create_ticket_category.name, create_ticket_category.description,
      coalesce(create_ticket_category.seat_categories, '{}'),
      coalesce(create_ticket_category.sections, '{}')
    from app_public.ticket_categories as c
    where c.organization_id = v_event.organization_id and c.event_id = v_event.id
    on conflict on constraint ticket_categories_name_is_unique do nothing
    returning id into v_id;
    if v_id is null then
      raise exception 'The event has a category of that name.'
        using errcode = 'LMINP', detail = 'name';
    end if;
    insert into app_public.ticket_category_prices (
      organization_id, ticket_category_id, price_cents, is_public
    )
    values (
      v_event.organization_id, v_id, create_ticket_category.price_cents, v_event.is_public
    );
    insert into app_public.performance_categories (
      organization_id, performance_id, category_no, ticket_category_id
    )
    select distinct pc.organization_id, pc.performance_id, c.category_no, c.id
    from app_public.ticket_categories as c
    join app_public.performances as p
      on p.organization_id = c.organization_id and p.event_id = c.event_id
    join app_public.performance_categories as pc
      on pc.organization_id = p.organization_id and pc.performance_id = p.id
    where c.id = v_id;
    perform app_private.keep_result(create_ticket_category.idempotency_key, v_id);
  end if;

  select * into strict v_category from app_public.ticket_categories as c where c.id = v_id;
  return v_category;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.create_ticket_category(
  uuid, text, bigint, text[], text[], text, text
) is
  'A kind of ticket: which seats it covers, and its price in minor units. Once the event is '
  'published, only one that covers no seats and no areas, for places of create_admission_pool. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMINP, LMEVT, LMIDK.';
grant execute on function app_public.create_ticket_category(
  uuid, text, bigint, text[], text[], text, text
) to lml_user;

--! split: 1014-functions-events-create_virtual_event.sql
create or replace function app_public.create_virtual_event(
  organization_id uuid, title text, slug text, timezone text, description text default null,
  currency text default null, sales_start timestamptz default null,
  sales_end timestamptz default null, tax_rate_id uuid default null,
  idempotency_key text default null
)
returns app_public.events
language sql volatile set search_path = ''
as $$
  select app_public.create_event(
    create_virtual_event.organization_id, null, create_virtual_event.title,
    create_virtual_event.slug, create_virtual_event.description, create_virtual_event.currency,
    create_virtual_event.sales_start, create_virtual_event.sales_end,
    create_virtual_event.tax_rate_id, '{}', create_virtual_event.idempotency_key,
    'virtual', create_virtual_event.timezone
  )
$$;

comment on function app_public.create_virtual_event(
  uuid, text, text, text, text, text, timestamptz, timestamptz, uuid, text
) is
  'A new draft of an event that takes place online only; its dates need no seating plan. Needs '
  'events.manage. Raises LMNFD, LMRGT, LMINP, LMSLG, LMCUR, LMTZN, LMIDK.';
grant execute on function app_public.create_virtual_event(
  uuid, text, text, text, text, text, timestamptz, timestamptz, uuid, text
) to lml_user;

--! split: 1015-functions-events-move_performance.sql
-- Where only the start is given, its end and its doors move along. Each change is news to whoever
-- has a ticket: they get two weeks from then on to give it back, and keep what they were promised.
create or replace function app_private.move_performance(
  performance app_public.performances, starts_at timestamptz, ends_at timestamptz,
  doors_at timestamptz, refunds_until timestamptz, reason text
)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_old app_public.performances := move_performance.performance;
  v_performance app_public.performances;
  -- The same again promises nothing more.
  v_is_news boolean := v_old.status = 'postponed' and move_performance.starts_at is not null
    or v_old.status = 'scheduled' and v_old.starts_at is distinct from move_performance.starts_at;
  -- By less, it is late, and whoever is inside stays there. Without a day, nobody knows yet.
  v_is_another_day boolean := coalesce(
    move_performance.starts_at not between v_old.starts_at - interval '12 hours'
      and v_old.starts_at + interval '12 hours',
    false
  );
begin
  if move_performance.starts_at <= now() then
    raise exception 'The new date is in the past.' using errcode = 'LMINP', detail = 'starts_at';
  end if;
  if move_performance.refunds_until <= now()
    or (
      v_old.refunds_until > now() and move_performance.refunds_until < v_old.refunds_until
    )
  then
    raise exception 'Buyers were told that they may give tickets back until later than that.'
      using errcode = 'LMINP', detail = 'refunds_until';
  end if;
  update app_public.performances as p
  set status = case when move_performance.starts_at is null then 'postponed' else 'scheduled' end
      ::app_public.performance_status,
    starts_at = coalesce(move_performance.starts_at, p.starts_at),
    ends_at = coalesce(
      move_performance.ends_at, p.ends_at + (move_performance.starts_at - v_old.starts_at),
      p.ends_at
    ),
    doors_at = coalesce(
      move_performance.doors_at, p.doors_at + (move_performance.starts_at - v_old.starts_at),
      p.doors_at
    ),
    postponed_from = case
      when v_is_news then coalesce(p.postponed_from, v_old.starts_at) else p.postponed_from
    end,
    refunds_until = coalesce(
      move_performance.refunds_until,
      greatest(p.refunds_until, case when v_is_news then now() + interval '14 days' end)
    ),
    status_reason = coalesce(move_performance.reason, p.status_reason),
    readmits_since = case when v_is_another_day then now() else p.readmits_since end
  where p.id = v_old.id
  returning * into v_performance;
  if v_is_another_day then
    perform app_private.readmit_holders(v_old);
  end if;
  if v_old.status = 'postponed' and v_performance.status = 'scheduled' then
    perform app_private.renew_grace(v_performance);
  end if;
  perform app_private.notify_buyers(v_old, v_performance);
  if v_performance.status = 'scheduled' then
    update app_public.events as e set status = 'published', status_reason = null
    where e.id = v_performance.event_id and e.status = 'postponed';
  end if;
  return v_performance;
end
$$;

comment on function app_private.move_performance(
  app_public.performances, timestamptz, timestamptz, timestamptz, timestamptz, text
) is 'Gives a locked performance another date, or none yet. Raises LMINP.';

--! split: 1016-functions-events-place_words.sql
create or replace function app_private.place_words(performance_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'venue', nullif(concat_ws(
      ', ', v.name, v.address ->> 'street',
      nullif(concat_ws(' ', v.address ->> 'postal_code', v.address ->> 'city'), ''),
      v.address ->> 'country'
    ), ''),
    'isOnline', e.format <> 'physical',
    'pass', p.pass_name,
    'isPostponed', nullif(p.status = 'postponed', false),
    'dates', (
      select jsonb_agg(
        app_hidden.local_time(date.starts_at, app_hidden.timezone_of(e)) order by date.starts_at
      )
      from app_public.pass_dates as d
      join app_public.performances as date
        on date.organization_id = d.organization_id and date.id = d.performance_id
      where d.organization_id = p.organization_id
        and d.pass_id = p.id
        and date.status <> 'canceled'
    )
  ))
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  left join app_public.venues as v on v.organization_id = e.organization_id and v.id = e.venue_id
  where p.id = place_words.performance_id
$$;

comment on function app_private.place_words(uuid) is
  'What mails say of where a performance is, and of the dates of a pass.';

--! split: 1017-functions-events-postpone_event.sql
create or replace function app_public.postpone_event(
  event_id uuid, days integer default null, refunds_until timestamptz default null,
  reason text default null, idempotency_key text default null
)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(postpone_event.event_id, 'events.manage');
  v_zone text := app_hidden.timezone_of(v_event);
  v_performance app_public.performances;
  v_constraint text;
  v_column text;
begin
  -- A second time would move them twice.
  if app_private.replay_result(
    postpone_event.idempotency_key, 'postpone_event',
    jsonb_build_array(
      postpone_event.event_id, postpone_event.days, postpone_event.refunds_until,
      postpone_event.reason
    )
  ) is not null then
    return v_event;
  end if;
  if v_event.status not in ('published', 'postponed') then
    raise exception 'The event is %.', v_event.status
      using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  if postpone_event.days not between 1 and 3650 then
    raise exception 'An event is postponed by 1 to 3650 days.'
      using errcode = 'LMINP', detail = 'days';
  end if;
  -- The last one first, so that none lands where another one still is.
  for v_performance in
    select * from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
      and p.status in ('scheduled', 'postponed')
      -- A pass follows its dates.
      and p.pass_name is null
      and (p.starts_at > now() or p.status = 'postponed')
    order by p.starts_at desc
    for no key update
  loop
    perform app_private.move_performance(
      v_performance,
      -- The same time of day, also where clocks change in between.
      ((v_performance.starts_at at time zone v_zone) + make_interval(days => postpone_event.days))
        at time zone v_zone,
      null, null, postpone_event.refunds_until, postpone_event.reason
    );
  end loop;
  if not found then
    raise exception 'No date of the event is still to come.'
      using errcode = 'LMEVT', detail = v_event.status::text;
  end if;
  update app_public.events as e
  set status = case when postpone_event.days is null then 'postponed' else 'published' end
      ::app_public.event_status,
    status_reason = coalesce(postpone_event.reason, e.status_reason)
  where e.id = v_event.id
  returning * into v_event;
  perform app_private.keep_result(postpone_event.idempotency_key, v_event.id);
  return v_event;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    perform app_private.raise_time_taken('days');
end
$$;

comment on function app_public.postpone_event(uuid, integer, timestamptz, text, text) is
  'Moves all dates that have not begun by days, at the same time of day; or, without days, takes '
  'them off sale until postpone_performance gives them new ones. Tickets stay good, and may be '
  'given back until refunds_until. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMINP, LMIDK.';
grant execute on function app_public.postpone_event(uuid, integer, timestamptz, text, text)
  to lml_user;

--! split: 1018-functions-events-publish_event.sql
create or replace function app_public.publish_event(event_id uuid)
returns app_public.events
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_organization app_public.organizations;
  v_event app_public.events;
  v_performance_id uuid;
begin
  -- A stranger makes nobody wait.
  select * into v_event from app_public.events as e where e.id = publish_event.event_id;
  perform app_hidden.require_venue_permission(
    v_event.organization_id, v_event.venue_id, 'events.manage'
  );
  -- Before the event, as whoever suspends an organization does.
  select * into v_organization
  from app_public.organizations as o where o.id = v_event.organization_id
  for no key update of o;
  v_event := app_private.lock_event(publish_event.event_id, 'events.manage');
  if v_event.status = 'published' then
    return v_event;
  end if;
  if v_event.status <> 'draft' then
    raise exception 'The event is %.', v_event.status
      using errcode = 'LMEVT', detail = v_event.id::text;
  end if;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  perform app_private.require_event_limit(v_event.organization_id);
  if not exists (
    select from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
  ) then
    raise exception 'The event has no performance.'
      using errcode = 'LMPUB', hint = 'Add one with create_performance.';
  end if;
  -- It would be completed at once, or never, and count in its month all the same.
  if not exists (
    select from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
      and p.status <> 'canceled' and coalesce(p.ends_at, p.starts_at) > now()
  ) then
    raise exception 'All performances of the event are over or canceled.'
      using errcode = 'LMPUB', hint = 'Give it a date that is still to come.';
  end if;

  for v_performance_id in
    select p.id from app_public.performances as p
    where p.organization_id = v_event.organization_id and p.event_id = v_event.id
      -- What was entered by mistake needs no prices.
      and p.status <> 'canceled'
    order by p.id
  loop
    perform app_private.create_inventory(v_performance_id);
  end loop;
  perform app_private.require_places(v_event);

  update app_public.events as e
  set status = 'published', published_at = now()
  where e.id = v_event.id
  returning * into v_event;
  return v_event;
end
$$;

comment on function app_public.publish_event(uuid) is
  'Creates the inventory of every performance and opens the event to the public; publishing a '
  'published event changes nothing. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMORG (the organization is suspended), LMLIM (the plan''s limit), '
  'LMPUB (no performance that is still to come, one that has nothing to sell, a seat without '
  'exactly one category, or a section that no layout has).';
grant execute on function app_public.publish_event(uuid) to lml_user;

--! split: 1019-functions-events-read_cursor.sql
create or replace function app_hidden.read_cursor(cursor text)
returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
  v_cursor jsonb;
begin
  if read_cursor.cursor is null then
    return null;
  end if;
  v_cursor := convert_from(decode(left(read_cursor.cursor, 500), 'base64'), 'UTF8')::jsonb;
  perform (v_cursor ->> 0)::numeric, (v_cursor ->> 1)::timestamptz, (v_cursor ->> 2)::uuid,
    (v_cursor ->> 3)::timestamptz;
  if jsonb_array_length(v_cursor) = 4 then
    return v_cursor;
  end if;
  raise exception using errcode = 'invalid_text_representation';
exception
  when data_exception or character_not_in_repertoire or untranslatable_character then
    raise exception 'This cursor comes from no earlier page.'
      using errcode = 'LMINP', detail = 'after_cursor';
end
$$;

comment on function app_hidden.read_cursor(text) is
  'What a page ended with: score, start and id; and when the first page was asked for. '
  'Raises LMINP.';

--! split: 1020-functions-events-require_places.sql
-- Of an event that is only online nothing else asks for places. And seats of a section that was
-- misspelled would be sold though they are to be blocked, or at the price of another category.
create or replace function app_private.require_places(event app_public.events)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_performance_id uuid;
  v_section text;
begin
  select p.id into v_performance_id
  from app_public.performances as p
  where p.organization_id = (require_places.event).organization_id
    and p.event_id = (require_places.event).id
    and p.status <> 'canceled'
    and p.pass_name is null
    and coalesce(p.ends_at, p.starts_at) > now()
    and not exists (
      select from app_public.seat_booking_state as s
      where s.organization_id = p.organization_id
        and s.performance_id = p.id
        and s.status <> 'blocked'
    )
    and not exists (
      select from app_public.admission_pool_categories as c
      where c.organization_id = p.organization_id and c.performance_id = p.id
    )
  order by p.starts_at
  limit 1;
  if found then
    raise exception 'A performance has nothing to sell: no seat, and no place without one.'
      using errcode = 'LMPUB', detail = v_performance_id::text,
        hint = 'Make places with create_admission_pool, for at least one ticket category.';
  end if;

  select s.name into v_section
  from (
    select unnest((require_places.event).blocked_sections) as name
    union all
    select unnest(c.sections)
    from app_public.ticket_categories as c
    where c.organization_id = (require_places.event).organization_id
      and c.event_id = (require_places.event).id
  ) as s
  where not exists (
    select
    from app_public.performances as p
    join app_public.layout_sections as l
      on l.organization_id = p.organization_id and l.layout_id = p.layout_id
    where p.organization_id = (require_places.event).organization_id
      and p.event_id = (require_places.event).id
      and l.name = s.name
  )
  limit 1;
  if found then
    raise exception 'No layout of the event has a section "%".', v_section
      using errcode = 'LMPUB', detail = v_section,
        hint = 'Spell it as the layout does, in the blocked sections and the ticket categories.';
  end if;
end
$$;

comment on function app_private.require_places(app_public.events) is
  'Raises LMPUB for a performance that has nothing to sell once its inventory is there, and for a '
  'section that is blocked or priced and that no layout has.';

--! split: 1021-functions-events-search_events.sql
-- Runs with the owner's eyes, because no index serves words under row-level security; so it says
-- itself what it may find: what everybody may. Planned anew at every call: filters that are not
-- given then cost nothing.
create or replace function app_public.search_events(
  query text default null, starts_from timestamptz default null,
  starts_before timestamptz default null, city text default null, venue_id uuid default null,
  category text default null, tag text default null, currency text default null,
  price_cents_min bigint default null, price_cents_max bigint default null,
  organization_id uuid default null, page_size integer default 20,
  after_cursor text default null
)
returns setof app_public.event_match
language plpgsql stable security definer rows 20
set search_path = '' set plan_cache_mode = force_custom_plan
as $$
declare
  v_words text := btrim(app_hidden.plain_words(left(search_events.query, 200)));
  v_query tsquery := websearch_to_tsquery('simple', v_words);
  -- What is quoted or excluded is meant to the letter; the other words may have typing errors.
  v_exact constant text := '-?"[^"]*"?|(?:^|\s)-[^\s"]+';
  v_strict tsquery := websearch_to_tsquery(
    'simple', (
      select string_agg(m[1], ' ') from regexp_matches(v_words, '(' || v_exact || ')', 'g') as m
    )
  );
  v_lenient text := btrim(regexp_replace(v_words, v_exact, ' ', 'g'));
  v_after jsonb := app_hidden.read_cursor(search_events.after_cursor);
  -- Every page looks from the moment of the first one: an event whose next date begins meanwhile
  -- would come again with the one after it.
  v_from timestamptz := greatest(
    search_events.starts_from, least(now(), (v_after ->> 3)::timestamptz)
  );
  v_tag text := app_hidden.plain_words(search_events.tag);
begin
  if search_events.page_size not between 1 and 100 then
    raise exception 'A page has 1 to 100 events.' using errcode = 'LMINP', detail = 'page_size';
  end if;
  -- Nothing costs what it does in no currency.
  if search_events.currency is not null then
    perform app_hidden.require_currency(search_events.currency);
  end if;
  return query
    with found as (
      select
        e.id, n.starts_at,
        case when v_words = '' then 0 else
          round(
            ts_rank(e.search_vector, v_query)::numeric
              + public.word_similarity(v_lenient, e.search_text)::numeric, 6
          )
        end as score
      from app_public.events as e
      cross join lateral (
        select min(p.starts_at) as starts_at, max(p.starts_at) > now() as is_to_come
        from app_public.performances as p
        where p.organization_id = e.organization_id and p.event_id = e.id
          and p.status = 'scheduled'
          and p.starts_at >= v_from
          and (
            search_events.starts_before is null or p.starts_at < search_events.starts_before
          )
      ) as n
      where e.is_public
        and e.organization_status = 'active'
        and e.status = 'published'
        and n.is_to_come
        and (
          v_words = ''
          or e.id in (
            select s.id from app_public.events as s
            where s.is_public and s.search_vector @@ v_query
            union all
            select s.id from app_public.events as s
            where s.is_public and v_lenient operator(public.<%) s.search_text
              and (coalesce(numnode(v_strict), 0) = 0 or s.search_vector @@ v_strict)
          )
        )
        and (
          search_events.organization_id is null
          or e.organization_id = search_events.organization_id
        )
        and (search_events.venue_id is null or e.venue_id = search_events.venue_id)
        and (
          search_events.city is null
          or exists (
            select from app_public.venues as v
            where v.organization_id = e.organization_id and v.id = e.venue_id
              and app_hidden.plain_words(v.address ->> 'city')
                = app_hidden.plain_words(search_events.city)
          )
        )
        and (
          search_events.tag is null
          or exists (
            select from unnest(e.tags) as t where app_hidden.plain_words(t) = v_tag
          )
        )
        and (
          search_events.category is null
          or exists (
            select from app_public.event_category_links as l
            join app_public.event_categories as c on c.id = l.category_id
            left join app_public.event_categories as wider on wider.id = c.parent_id
            where l.organization_id = e.organization_id and l.event_id = e.id
              and search_events.category in (c.slug, wider.slug)
          )
        )
        and (search_events.currency is null or e.currency = search_events.currency)
        and (
          num_nonnulls(search_events.price_cents_min, search_events.price_cents_max) = 0
          or exists (
            select from app_public.ticket_categories as c
            join app_public.ticket_category_prices as p
              on p.organization_id = c.organization_id and p.ticket_category_id = c.id
            where c.organization_id = e.organization_id and c.event_id = e.id
              and c.status = 'active' and p.audience = 'public' and p.valid_during @> now()
              and p.price_cents >= coalesce(search_events.price_cents_min, 0)
              and (
                search_events.price_cents_max is null
                or p.price_cents <= search_events.price_cents_max
              )
          )
        )
    )
    select
      f.id, f.starts_at, f.score,
      encode(
        convert_to(
          jsonb_build_array(
            f.score, f.starts_at, f.id, coalesce((v_after ->> 3)::timestamptz, now())
          )::text, 'UTF8'
        ), 'base64'
      )
    from found as f
    where v_after is null
      or (-f.score, f.starts_at, f.id) > (
        -(v_after ->> 0)::numeric, (v_after ->> 1)::timestamptz, (v_after ->> 2)::uuid
      )
    order by -f.score, f.starts_at, f.id
    limit coalesce(search_events.page_size, 20);
end
$$;

comment on function app_public.search_events(
  text, timestamptz, timestamptz, text, uuid, text, text, text, bigint, bigint, uuid, integer, text
) is
  'Public events that are still to come, the best match first, then the earliest: by words, with '
  'typing errors forgiven, and by what is given of the filters. Prices are in minor units, so give '
  'a currency with them. Go on with after_cursor. Raises LMINP, LMCUR.';
grant execute on function app_public.search_events(
  text, timestamptz, timestamptz, text, uuid, text, text, text, bigint, bigint, uuid, integer, text
) to lml_anonymous, lml_user;

--! split: 1022-functions-events-set_event_category.sql
create or replace function app_public.set_event_category(
  slug text, name text, description text default null, parent_slug text default null
)
returns app_public.event_categories
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_category app_public.event_categories;
  v_parent_id uuid;
  v_constraint text;
  v_column text;
begin
  perform app_hidden.require_platform_role('support');
  if set_event_category.parent_slug is not null then
    -- Two levels: a search for the wider kind finds the narrower ones. Two people at once could
    -- make a third one.
    lock table app_public.event_categories in share row exclusive mode;
    select c.id into v_parent_id
    from app_public.event_categories as c
    where c.slug = set_event_category.parent_slug and c.parent_id is null;
    if not found then
      raise exception 'There is no such category, or it has a wider one itself.'
        using errcode = 'LMINP', detail = 'parent_slug';
    end if;
    if exists (
      select from app_public.event_categories as c
      join app_public.event_categories as narrower on narrower.parent_id = c.id
      where c.slug = set_event_category.slug
    ) then
      raise exception 'This category has narrower ones, so it has no wider one.'
        using errcode = 'LMINP', detail = 'parent_slug';
    end if;
  end if;
  insert into app_public.event_categories as c (slug, name, description, parent_id)
  values (
    set_event_category.slug, set_event_category.name, set_event_category.description, v_parent_id
  )
  on conflict on constraint event_categories_slug_is_unique do update
  set name = excluded.name, description = excluded.description, parent_id = excluded.parent_id
  returning * into v_category;
  return v_category;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_event_category(text, text, text, text) is
  'Adds a kind of events, or renames the one with this slug. For the platform''s support. '
  'Raises LMAUT, LMRGT, LMINP.';
grant execute on function app_public.set_event_category(text, text, text, text) to lml_user;

--! split: 1023-functions-events-update_performance.sql
-- Who bought a ticket bought it for a time. It is changed as long as nobody has; after that, by
-- postpone_performance, which tells them.
create or replace function app_public.update_performance(
  performance_id uuid, starts_at timestamptz default null, ends_at timestamptz default null,
  doors_at timestamptz default null
)
returns app_public.performances
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_performance app_public.performances := app_private.lock_performance(
    update_performance.performance_id, 'events.manage'
  );
  v_constraint text;
  v_column text;
begin
  perform app_private.require_date(v_performance.id);
  if v_performance.status not in ('scheduled', 'postponed') then
    raise exception 'The performance is %.', v_performance.status
      using errcode = 'LMEVT', detail = v_performance.status::text;
  end if;
  if update_performance.starts_at <> v_performance.starts_at then
    -- Whoever is just holding places is waited for, as their booking refers to it, and so is seen.
    perform from app_public.performances as p
    where p.id = v_performance.id or p.id in (select app_private.passes_for(v_performance.id))
    order by p.id
    for update;
    if exists (
      select from app_public.bookings as b
      where b.organization_id = v_performance.organization_id
        -- Whoever has a pass is there, too.
        and (
          b.performance_id = v_performance.id
          or b.performance_id in (select app_private.passes_for(v_performance.id))
        )
        and b.status not in ('canceled', 'expired', 'refunded')
    ) then
      raise exception 'Tickets are held or sold for this time.'
        using errcode = 'LMEVT', detail = v_performance.id::text,
          hint = 'Use postpone_performance.';
    end if;
  end if;
  update app_public.performances as p
  set starts_at = coalesce(update_performance.starts_at, p.starts_at),
    ends_at = nullif(coalesce(update_performance.ends_at, p.ends_at), 'infinity'),
    doors_at = nullif(coalesce(update_performance.doors_at, p.doors_at), 'infinity')
  where p.id = v_performance.id
  returning * into v_performance;
  if update_performance.starts_at is not null then
    perform app_private.require_to_come(
      (select e from app_public.events as e where e.id = v_performance.event_id),
      v_performance.starts_at, v_performance.ends_at
    );
  end if;
  return v_performance;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when unique_violation then
    perform app_private.raise_time_taken('starts_at');
end
$$;

comment on function app_public.update_performance(uuid, timestamptz, timestamptz, timestamptz) is
  'Changes the times of a performance: null leaves one as it is, infinity removes an end or doors. '
  'Its start only while nobody holds or has a ticket. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMEVT, LMINP.';
grant execute on function app_public.update_performance(
  uuid, timestamptz, timestamptz, timestamptz
) to lml_user;

--! split: 1024-functions-inventory-admissions_left.sql
create or replace function app_public.admissions_left(
  performance_id uuid, ticket_category_id uuid
)
returns integer
language sql stable security definer set search_path = ''
as $$
  select min(f.places)
  from app_hidden.visible_performance(admissions_left.performance_id) as p
  join app_public.admission_pool_categories as pc
    on pc.organization_id = p.organization_id
    and pc.performance_id = p.id
    and pc.ticket_category_id = admissions_left.ticket_category_id
  join app_public.admission_pools as pool
    on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
  cross join unnest(pool.chain) as c (pool_id)
  cross join lateral app_private.free_in_pool(c.pool_id) as f
$$;

comment on function app_public.admissions_left(uuid, uuid) is
  'How many admissions of a category can be had at a performance now; null when it '
  'has none, or is not for you.';
grant execute on function app_public.admissions_left(uuid, uuid) to lml_anonymous, lml_user;

--! split: 1025-functions-inventory-allocate_seats.sql
create or replace function app_public.allocate_seats(
  performance_id uuid, seat_ids text[], kind app_public.allocation_kind, reason text,
  release_at timestamptz default null, idempotency_key text default null
)
returns app_public.seat_allocations
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Locked, so that the seats are still those of its plan when they are kept back.
  v_performance app_public.performances := app_private.lock_performance(
    allocate_seats.performance_id, 'inventory.manage'
  );
  v_id uuid;
  v_allocation app_public.seat_allocations;
  v_constraint text;
  v_column text;
begin
  v_id := app_private.replay_result(
    allocate_seats.idempotency_key, 'allocate_seats',
    jsonb_build_array(
      allocate_seats.performance_id, allocate_seats.seat_ids, allocate_seats.kind,
      allocate_seats.reason, allocate_seats.release_at
    )
  );
  if v_id is null then
    perform app_private.require_release_ahead(allocate_seats.release_at);
    insert into app_public.seat_allocations (
      organization_id, performance_id, kind, reason, seat_count, release_at, created_by
    )
    values (
      v_performance.organization_id, v_performance.id, allocate_seats.kind,
      allocate_seats.reason, cardinality(allocate_seats.seat_ids), allocate_seats.release_at,
      app_hidden.current_user_id()
    )
    returning * into v_allocation;
    perform app_private.keep_back(v_allocation, v_performance, allocate_seats.seat_ids);
    v_id := v_allocation.id;
    perform app_private.keep_result(allocate_seats.idempotency_key, v_id);
  end if;
  select * into strict v_allocation from app_public.seat_allocations as a where a.id = v_id;
  return v_allocation;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.allocate_seats(
  uuid, text[], app_public.allocation_kind, text, timestamptz, text
) is
  'Keeps free seats of a performance back, all of them or none, until somebody releases them or '
  'their day comes. Needs inventory.manage. '
  'Raises LMTKN (naming those that are not free), LMSEA, LMSDP, LMINP, LMRGT, LMNFD, LMIDK.';
grant execute on function app_public.allocate_seats(
  uuid, text[], app_public.allocation_kind, text, timestamptz, text
) to lml_user;

--! split: 1026-functions-inventory-check_booking_has_its_admissions.sql
create or replace function app_private.check_booking_has_its_admissions()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'booking_has_its_admissions', b.organization_id, b.id,
    format(
      '%s places of pool %s, its lines need %s', coalesce(c.quantity, 0), n.pool_id, n.quantity
    )
  from app_public.bookings as b
  cross join lateral (
    select c.pool_id, sum(i.quantity - i.returned_quantity) as quantity
    from app_public.booking_items as i
    join app_public.admission_pool_categories as pc
      on pc.organization_id = i.organization_id
      and pc.performance_id = b.performance_id
      and pc.ticket_category_id = i.ticket_category_id
    join app_public.admission_pools as pool
      on pool.organization_id = pc.organization_id and pool.id = pc.pool_id
    cross join unnest(pool.chain) as c (pool_id)
    where i.organization_id = b.organization_id
      and i.booking_id = b.id
      and i.item_type = 'admission'
    group by c.pool_id
  ) as n
  left join lateral (
    select sum(c.quantity) as quantity
    from app_private.admission_claims as c
    where c.organization_id = b.organization_id
      and c.booking_id = b.id
      and c.pool_id = n.pool_id
      and (
        c.held_until is not distinct from b.expires_at
        -- What is of an allocation goes back there by the sweep, and to nobody by itself.
        or (
          c.held_until = 'infinity'
          and exists (
            select from app_private.allocation_holds as h
            where h.organization_id = b.organization_id and h.booking_id = b.id
          )
        )
      )
  ) as c on true
  where app_private.is_live(b)
    and coalesce(c.quantity, 0) <> n.quantity
$$;

comment on function app_private.check_booking_has_its_admissions() is
  'A live booking that has taken more places of a pool than its lines need, or fewer.';

--! split: 1027-functions-inventory-create_inventory.sql
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

--! split: 1028-functions-inventory-find_admission_news.sql
-- As find_news, for places without a seat. What is left is counted, not what was done: so whatever
-- changes it is told, and whoever holds, buys or keeps places back writes nothing for that.
create or replace function app_private.find_admission_news(
  performance_ids uuid[], performance_versions text[]
)
returns table (changed_ids uuid[], changed_versions text[])
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
set enable_mergejoin = off set enable_hashjoin = off
as $$
begin
  select array_agg(w.id), array_agg(v.version) into changed_ids, changed_versions
  from unnest(
    find_admission_news.performance_ids, find_admission_news.performance_versions
  ) as w (id, version)
  cross join lateral (
    select coalesce(
      string_agg(l.ticket_category_id || ' ' || l.places, ',' order by l.ticket_category_id), ''
    ) as version
    from app_private.left_by_category(w.id) as l
  ) as v
  where v.version is distinct from w.version;
  return next;
end
$$;

comment on function app_private.find_admission_news(uuid[], text[]) is
  'Of performances, those of which other numbers of places without a seat are left than are known, '
  'with what to know them by. For the server.';
grant execute on function app_private.find_admission_news(uuid[], text[]) to lml_authenticator;

--! split: 1029-functions-inventory-follow_admissions.sql
-- Asked for each listener, as that listener, whenever something may be new.
create or replace function app_hidden.follow_admissions(performance_id uuid)
returns table (ticket_category_ids uuid[], places integer[])
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_performance app_public.performances := app_hidden.visible_performance(
    follow_admissions.performance_id
  );
begin
  perform app_hidden.require_living_session();
  if v_performance.id is null then
    raise exception 'There is no such performance, or it is not for you.'
      using errcode = 'LMNFD', detail = format('%s', follow_admissions.performance_id);
  end if;
  return query
  select
    coalesce(array_agg(l.ticket_category_id order by l.ticket_category_id), '{}'),
    coalesce(array_agg(l.places order by l.ticket_category_id), '{}')
  from app_private.left_by_category(v_performance.id) as l;
end
$$;

comment on function app_hidden.follow_admissions(uuid) is
  'How many places without a seat are left for each category of a performance. Raises LMNFD when '
  'there is no such performance, or not for you; LMSES.';
grant execute on function app_hidden.follow_admissions(uuid) to lml_anonymous, lml_user;

--! split: 1030-functions-inventory-free_in_pool.sql
-- Without settings, so that a plan takes it in. Nobody may decide by it whether places are taken:
-- that is for left_in_pool, which sees what others have done since the statement began.
create or replace function app_private.free_in_pool(pool_id uuid)
returns table (places bigint)
language sql stable
as $$
  select (
    select sum(s.capacity - s.held - s.sold) from app_private.admission_slots as s
    where s.pool_id = free_in_pool.pool_id
  ) + (
    select coalesce(sum(c.quantity), 0) from app_private.admission_claims as c
    where c.pool_id = free_in_pool.pool_id and c.held_until <= now()
  )
$$;

comment on function app_private.free_in_pool(uuid) is
  'How many places of a pool alone are free, lapsed holds among them, to be shown.';

--! split: 1031-functions-inventory-left_by_category.sql
-- Without settings, so that a plan takes it in: many performances are asked for at once. A pool is
-- counted once, however many categories share it.
create or replace function app_private.left_by_category(performance_id uuid)
returns table (ticket_category_id uuid, places integer)
language sql stable
as $$
  with pools as materialized (
    select pool.id, min(f.places)::integer as places
    from app_public.admission_pools as pool
    cross join unnest(pool.chain) as c (pool_id)
    cross join lateral app_private.free_in_pool(c.pool_id) as f
    where pool.performance_id = left_by_category.performance_id
    group by pool.id
  )
  select pc.ticket_category_id, p.places
  from pools as p
  join app_public.admission_pool_categories as pc on pc.pool_id = p.id
$$;

comment on function app_private.left_by_category(uuid) is
  'What admissions_left says of each category that has places at a performance, whoever asks.';

--! split: 1032-functions-inventory-seat_map_changes.sql
-- Three things change a map: new bookings, what functions note, and holds that lapse by themselves.
-- Few change at a time, and each is found by its key, whatever a plan was made for. Most of the
-- time goes into starting statements and their expressions: one statement finds everything, and by
-- keys alone, which say whose it is. Before the performance was moved to another plan, its numbers
-- were those of other seats.
create or replace function app_public.seat_map_changes(performance_id uuid, since text)
returns app_public.seat_map_changes
language plpgsql stable security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_then timestamptz;
  v_since pg_snapshot;
  v_first_xid xid8;
  v_changes app_public.seat_map_changes;
begin
  begin
    v_then := to_timestamp(
      split_part(seat_map_changes.since, '/', 1)::bigint::double precision / 1000000
    );
    v_since := split_part(seat_map_changes.since, '/', 2)::pg_snapshot;
    v_first_xid := pg_snapshot_xmin(v_since);
  exception
    when invalid_text_representation or numeric_value_out_of_range or datetime_field_overflow then
      raise exception 'This is no version of a seat map.'
        using errcode = 'LMINP', detail = 'since', hint = 'Send the version of the last answer.';
  end;

  select
    p.id,
    case when known.is_complete then app_hidden.map_version() end,
    known.is_complete,
    case when known.is_complete then coalesce(news.seat_nos, '{}') end,
    case when known.is_complete then coalesce(news.availability, '') end
  into v_changes
  from app_public.performances as p
  cross join lateral (
    select coalesce(
      v_first_xid > f.last_xid and (v_then < p.holds_begin_at) is not true
        and pg_snapshot_xmax(v_since) <= pg_snapshot_xmax(pg_current_snapshot()),
      false
    ) as is_complete
    from app_private.seat_changes_forgotten as f
    offset 0
  ) as known
  cross join lateral (
    select
      array_agg(s.seat_no order by s.seat_no) as seat_nos,
      string_agg(app_hidden.seat_letter(s.status, s.locked_until), null order by s.seat_no)
        as availability
    from app_public.seat_booking_state as s
    where s.performance_id = p.id
      and s.seat_no = any (case when known.is_complete then array(
        select unnest(changed.seat_nos)
        from (
          select i.seat_nos
          from app_public.booking_items as i
          where i.booking_id = any (array(
              select b.id
              from app_public.bookings as b
              where b.organization_id = p.organization_id
                and b.performance_id = p.id
                and b.currency = p.currency
                and b.created_xid >= v_first_xid::text::bigint
                and not pg_visible_in_snapshot(b.created_xid::text::xid8, v_since)
              union all
              select b.id
              from app_public.bookings as b
              where b.expires_at > v_then
                and b.expires_at <= current_timestamp
                -- No key, or a plan might read all bookings of the performance instead.
                and b.performance_id is not distinct from p.id
            ))
          union all
          select c.seat_nos
          from app_private.seat_changes as c
          where c.performance_id = p.id
            and c.changed_xid >= v_first_xid
            and not pg_visible_in_snapshot(c.changed_xid, v_since)
        ) as changed
      ) end)
  ) as news
  where p.id = seat_map_changes.performance_id
    and app_hidden.sees_performance(p.id, p.is_public, p.status);
  if not found then
    return null;
  end if;
  return v_changes;
end
$$;

comment on function app_public.seat_map_changes(uuid, text) is
  'Which seats may be different since a version of the map; none is ever left out. Null when there '
  'is no such performance, or not for you. Raises LMINP for a version that is none.';
grant execute on function app_public.seat_map_changes(uuid, text) to lml_anonymous, lml_user;

--! split: 1033-functions-inventory-stored_position.sql
-- Buyers who take seats side by side at the same time must not all write the same page, which has
-- no room for what all of them leave behind. So ten seats lie together, and the next ten a third of
-- the way through a stretch of 1,760. It is written in 22 rounds, each of which adds ten seats to
-- each of 8 blocks of 220. The index divides its pages evenly then, until each holds one block,
-- which is as many seats as it can hold.
create or replace function app_hidden.stored_position(seat_no integer)
returns integer
language sql immutable
return (seat_no - 1) / 1760 * 1760
  + (seat_no - 1) / 10 * 7 % 22 * 80
  + (seat_no - 1) / 220 % 8 * 10
  + (seat_no - 1) % 10;

comment on function app_hidden.stored_position(integer) is
  'Where in its table a seat is written when the seats of a performance are made, counted from 0.';

--! split: 1034-functions-inventory-take_admissions.sql
-- As take_seats, for places without a seat: from the category's pool and from those around it.
create or replace function app_private.take_admissions(
  sale app_private.sale, ticket_category_id uuid, quantity integer, booking_id uuid,
  held_until timestamptz, new_buyer app_private.buyer default null
)
returns app_public.bookings
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_is_new boolean := not take_admissions.new_buyer is null;
  v_reference text;
  v_found record;
  v_price bigint;
  v_pool_id uuid;
  v_made record;
begin
  if v_is_new then
    perform app_private.require_room_for_cart(take_admissions.sale, take_admissions.new_buyer);
    v_reference := app_hidden.draw_booking_reference();
  end if;
  if take_admissions.sale.prices_vary then
    perform app_private.refresh_sold_shares(take_admissions.sale);
  end if;
  select * into v_found from app_private.admissions_on_sale(
    take_admissions.sale.performance_id, take_admissions.ticket_category_id
  );
  -- A line that is pending is given its price at once, below.
  v_price := case when take_admissions.sale.prices_vary then 0 else v_found.price_cents end;
  if v_found.pool_id is null or v_price is null then
    perform app_private.raise_category_not_on_sale(
      take_admissions.sale, take_admissions.ticket_category_id
    );
  end if;
  foreach v_pool_id in array v_found.chain loop
    if not app_private.take_from_pool(
      take_admissions.sale.organization_id, v_pool_id,
      case when v_pool_id = v_found.pool_id then v_found.slot_count
        else app_private.slot_count_of(v_pool_id) end,
      take_admissions.booking_id, take_admissions.quantity, take_admissions.held_until
    ) then
      perform app_private.take_the_last_of_pool(
        take_admissions.sale.organization_id, v_pool_id, take_admissions.booking_id,
        take_admissions.quantity, take_admissions.held_until
      );
    end if;
  end loop;

  with line as materialized (
    -- The total is added up where it is needed, as in take_seats.
    select
      l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents,
      app_hidden.percentage_of(l.subtotal_cents, take_admissions.sale.commission_percentage)
        as commission_cents
    from app_hidden.price_line(
      v_price, take_admissions.quantity, take_admissions.sale
    ) as l
  ),
  new_booking as (
    insert into app_public.bookings as b (
      id, organization_id, performance_id, booking_reference, user_id, cart_token_hash,
      booking_channel, currency, subtotal_cents, service_fee_cents, processing_fee_cents,
      tax_cents, total_amount_cents, commission_percentage, commission_amount_cents,
      payout_cents, expires_at
    )
    select
      take_admissions.booking_id, take_admissions.sale.organization_id,
      take_admissions.sale.performance_id, v_reference, take_admissions.new_buyer.user_id,
      take_admissions.new_buyer.cart_token_hash, app_hidden.current_channel(),
      take_admissions.sale.currency, l.subtotal_cents, l.service_fee_cents,
      l.processing_fee_cents, l.tax_cents,
      l.subtotal_cents + l.service_fee_cents + l.processing_fee_cents + l.tax_cents,
      take_admissions.sale.commission_percentage, l.commission_cents,
      l.subtotal_cents - l.commission_cents, take_admissions.held_until
    from line as l
    where v_is_new
    on conflict on constraint bookings_reference_is_unique do nothing
    returning b as booking
  ),
  new_item as (
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, price_basis, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents
    )
    select
      take_admissions.sale.organization_id, take_admissions.booking_id, 'admission',
      take_admissions.ticket_category_id,
      case when take_admissions.sale.prices_vary then 'pending' else 'public' end
        ::app_public.price_basis,
      take_admissions.quantity, v_price,
      l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents,
      l.subtotal_cents + l.service_fee_cents + l.processing_fee_cents + l.tax_cents
    from line as l
    where not v_is_new or exists (select from new_booking)
  )
  select (select n.booking from new_booking as n) as booking into v_made;

  if v_is_new and v_made.booking is null then
    raise exception 'The booking reference that was drawn is in use.'
      using errcode = 'LMREF', hint = 'Try again.';
  end if;
  if take_admissions.sale.prices_vary and v_is_new then
    v_made.booking := app_private.store_booking_totals(take_admissions.booking_id);
  end if;
  if take_admissions.sale.screens_holds then
    perform app_private.screen_hold(take_admissions.booking_id, take_admissions.quantity);
  end if;
  return v_made.booking;
end
$$;

comment on function app_private.take_admissions(
  app_private.sale, uuid, integer, uuid, timestamptz, app_private.buyer
) is
  'Holds admissions of a category for a booking and adds their line, priced, to it. For a new '
  'buyer it makes the booking, and returns it. Raises LMFEW, LMSAL, LMMBR, LMRSK.';

--! split: 1035-functions-inventory-take_from_pool.sql
-- Almost always one slot has room for all, and nobody is at it. The block lets go of slots that
-- were locked and then found too full: nobody stands in the line of take_the_last_of_pool with a
-- slot in hand that the first one waits for. Settings of its own would cost a hold more than they
-- do: take_admissions has them.
create or replace function app_private.take_from_pool(
  organization_id uuid, pool_id uuid, slot_count smallint, booking_id uuid, quantity integer,
  held_until timestamptz
)
returns boolean
language plpgsql volatile
as $$
declare
  -- Somewhere in the middle, so that buyers spread; then from the beginning.
  v_first smallint := floor(random() * take_from_pool.slot_count) + 1;
begin
  loop
    with slot as (
      select s.slot_no
      from app_private.admission_slots as s
      where s.pool_id = take_from_pool.pool_id
        and s.organization_id = take_from_pool.organization_id
        and s.slot_no >= v_first
        and s.capacity - s.held - s.sold >= take_from_pool.quantity
      order by s.slot_no
      limit 1
      for no key update skip locked
    ),
    taken as (
      update app_private.admission_slots as s
      set held = s.held + take_from_pool.quantity
      from slot
      where s.pool_id = take_from_pool.pool_id
        and s.organization_id = take_from_pool.organization_id
        and s.slot_no = slot.slot_no
      returning s.slot_no
    )
    insert into app_private.admission_claims as c (
      organization_id, pool_id, slot_no, booking_id, quantity, held_until
    )
    select
      take_from_pool.organization_id, take_from_pool.pool_id, t.slot_no,
      take_from_pool.booking_id, take_from_pool.quantity, take_from_pool.held_until
    from taken as t
    on conflict on constraint admission_claims_pkey do update
    set quantity = c.quantity + excluded.quantity,
      held_until = greatest(c.held_until, excluded.held_until);
    if found then
      return true;
    end if;
    if v_first = 1 then
      raise exception 'No slot has room for all.' using errcode = 'LMFEW';
    end if;
    v_first := 1;
  end loop;
exception
  when sqlstate 'LMFEW' then
    return false;
end
$$;

comment on function app_private.take_from_pool(
  uuid, uuid, smallint, uuid, integer, timestamptz
) is 'Gives a booking places of one slot of a pool, if one has room for all; tells whether.';

--! split: 1036-functions-inventory-take_seats.sql
-- The heart of a sale. One statement takes all the seats and writes their lines, and the booking
-- too when there is none yet; or, because the caller's transaction fails, nothing at all. A seat
-- whose lock has run out is free at this very moment, whoever sweeps up later.
--
-- Seats are locked in order of their number, so that two holds never wait for each other in a
-- circle. Only an index scan visits them in that order, hence the settings; the generic plan saves
-- planning anew at every call (the array makes a custom plan look cheaper than it is).
create or replace function app_private.take_seats(
  sale app_private.sale, booking_id uuid, locked_until timestamptz,
  new_buyer app_private.buyer default null
)
returns app_public.bookings
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  v_is_new boolean := not take_seats.new_buyer is null;
  v_reference text;
  v_result record;
begin
  if v_is_new then
    perform app_private.require_room_for_cart(take_seats.sale, take_seats.new_buyer);
    v_reference := app_hidden.draw_booking_reference();
  end if;
  if take_seats.sale.prices_vary then
    perform app_private.refresh_sold_shares(take_seats.sale);
  end if;

  with taken as (
    update app_public.seat_booking_state as s
    set status = 'locked', booking_id = take_seats.booking_id,
      locked_until = take_seats.locked_until
    where s.organization_id = take_seats.sale.organization_id
      and s.performance_id = take_seats.sale.performance_id
      and s.seat_no = any (take_seats.sale.seat_nos)
      and (s.status = 'available' or (s.status = 'locked' and s.locked_until <= now()))
    returning s.seat_no, s.category_no, s.price_override_cents
  ),
  grouped as (
    select
      t.category_no, t.price_override_cents, array_agg(t.seat_no order by t.seat_no) as seat_nos,
      count(*)::integer as quantity
    from taken as t
    group by t.category_no, t.price_override_cents
  ),
  priced as materialized (
    select
      c.id as ticket_category_id, g.seat_nos, g.quantity,
      case
        when g.price_override_cents is not null then 'seat'
        when take_seats.sale.prices_vary then 'pending'
        else 'public'
      end::app_public.price_basis as price_basis,
      -- A line that is pending is given its price at once, below.
      coalesce(g.price_override_cents, case when take_seats.sale.prices_vary then 0 end, (
        select p.price_cents
        from app_public.ticket_category_prices as p
        where p.organization_id = c.organization_id
          and p.ticket_category_id = c.id
          and p.audience = 'public'
          and p.valid_during @> now()
      )) as unit_price_cents
    from grouped as g
    join app_public.ticket_categories as c
      on c.organization_id = take_seats.sale.organization_id
      and c.event_id = take_seats.sale.event_id
      and c.category_no = g.category_no
      and c.status = 'active'
      and now() >= coalesce(c.sales_start, '-infinity')
      and now() < coalesce(c.sales_end, 'infinity')
  ),
  lines as (
    -- The total is added up where it is needed: spelled out here, it would be worked out of all its
    -- parts a second time.
    select
      p.*, l.subtotal_cents, l.service_fee_cents, l.processing_fee_cents, l.tax_cents
    from priced as p
    cross join lateral app_hidden.price_line(
      p.unit_price_cents, p.quantity, take_seats.sale
    ) as l
    where p.unit_price_cents is not null
  ),
  sums as (
    select
      sum(l.quantity) as quantity,
      sum(l.subtotal_cents)::bigint as subtotal_cents,
      sum(l.service_fee_cents)::bigint as service_fee_cents,
      sum(l.processing_fee_cents)::bigint as processing_fee_cents,
      sum(l.tax_cents)::bigint as tax_cents,
      app_hidden.percentage_of(
        sum(l.subtotal_cents)::bigint, take_seats.sale.commission_percentage
      ) as commission_cents
    from lines as l
  ),
  new_booking as (
    insert into app_public.bookings as b (
      id, organization_id, performance_id, booking_reference, user_id, cart_token_hash,
      booking_channel, currency, subtotal_cents, service_fee_cents, processing_fee_cents,
      tax_cents, total_amount_cents, commission_percentage, commission_amount_cents,
      payout_cents, expires_at
    )
    select
      take_seats.booking_id, take_seats.sale.organization_id, take_seats.sale.performance_id,
      v_reference, take_seats.new_buyer.user_id, take_seats.new_buyer.cart_token_hash,
      app_hidden.current_channel(), take_seats.sale.currency, s.subtotal_cents,
      s.service_fee_cents, s.processing_fee_cents, s.tax_cents,
      s.subtotal_cents + s.service_fee_cents + s.processing_fee_cents + s.tax_cents,
      take_seats.sale.commission_percentage, s.commission_cents,
      s.subtotal_cents - s.commission_cents, take_seats.locked_until
    from sums as s
    where v_is_new and s.quantity > 0
    -- Rarer than to ask beforehand would be cheap: one in a million, with a million bookings.
    on conflict on constraint bookings_reference_is_unique do nothing
    returning b as booking
  ),
  new_items as (
    insert into app_public.booking_items (
      organization_id, booking_id, item_type, ticket_category_id, price_basis, seat_nos, quantity,
      unit_price_cents, subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents,
      total_cents
    )
    select
      take_seats.sale.organization_id, take_seats.booking_id, 'seat', l.ticket_category_id,
      l.price_basis, l.seat_nos, l.quantity, l.unit_price_cents, l.subtotal_cents,
      l.service_fee_cents, l.processing_fee_cents, l.tax_cents,
      l.subtotal_cents + l.service_fee_cents + l.processing_fee_cents + l.tax_cents
    from lines as l
    where not v_is_new or exists (select from new_booking)
  )
  select s.quantity, (select n.booking from new_booking as n) as booking into v_result
  from sums as s;

  if v_result.quantity is distinct from cardinality(take_seats.sale.seat_nos) then
    perform app_private.raise_seats_taken(take_seats.sale, take_seats.booking_id);
  end if;
  if v_is_new and v_result.booking is null then
    raise exception 'The booking reference that was drawn is in use.'
      using errcode = 'LMREF', hint = 'Try again.';
  end if;
  if take_seats.sale.prices_vary and v_is_new then
    v_result.booking := app_private.store_booking_totals(take_seats.booking_id);
  end if;
  if take_seats.sale.screens_holds then
    perform app_private.screen_hold(
      take_seats.booking_id, cardinality(take_seats.sale.seat_nos)
    );
  end if;
  return v_result.booking;
end
$$;

comment on function app_private.take_seats(
  app_private.sale, uuid, timestamptz, app_private.buyer
) is
  'Locks the seats of a sale for a booking and adds their lines, priced, to it. For a new buyer it '
  'makes the booking, and returns it; the amounts of an older one are for the caller to store. '
  'Raises LMTKN, naming the seats that were not free, LMSAL for a category not on sale, LMMBR for '
  'one that is for members, and LMRSK when a rule against fraud refuses it.';

--! split: 1037-functions-inventory-take_the_last_of_pool.sql
-- When no slot has room for all, buyers form a line: whoever is first in it locks every slot, in
-- order, takes back what has lapsed, and knows what is left.
create or replace function app_private.take_the_last_of_pool(
  organization_id uuid, pool_id uuid, booking_id uuid, quantity integer, held_until timestamptz
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer := app_private.left_in_pool(take_the_last_of_pool.pool_id);
begin
  -- When it is sold out, nobody waits to be told.
  if v_count < take_the_last_of_pool.quantity then
    perform app_private.raise_few_left(v_count);
  end if;
  perform app_private.lock_pool(
    take_the_last_of_pool.organization_id, take_the_last_of_pool.pool_id
  );
  perform app_private.free_lapsed_admissions(take_the_last_of_pool.pool_id);

  with room as (
    select
      s.slot_no,
      least(
        s.capacity - s.held - s.sold,
        take_the_last_of_pool.quantity + s.capacity - s.held - s.sold
          - sum(s.capacity - s.held - s.sold) over (order by s.slot_no)
      )::integer as quantity
    from app_private.admission_slots as s
    where s.organization_id = take_the_last_of_pool.organization_id
      and s.pool_id = take_the_last_of_pool.pool_id
      and s.capacity > s.held + s.sold
  ),
  taken as (
    update app_private.admission_slots as s
    set held = s.held + r.quantity
    from room as r
    where s.organization_id = take_the_last_of_pool.organization_id
      and s.pool_id = take_the_last_of_pool.pool_id
      and s.slot_no = r.slot_no
      and r.quantity > 0
    returning s.slot_no, r.quantity
  ),
  claimed as (
    insert into app_private.admission_claims as c (
      organization_id, pool_id, slot_no, booking_id, quantity, held_until
    )
    select
      take_the_last_of_pool.organization_id, take_the_last_of_pool.pool_id, t.slot_no,
      take_the_last_of_pool.booking_id, t.quantity, take_the_last_of_pool.held_until
    from taken as t
    on conflict on constraint admission_claims_pkey do update
    set quantity = c.quantity + excluded.quantity,
      held_until = greatest(c.held_until, excluded.held_until)
  )
  select coalesce(sum(t.quantity), 0) into v_count from taken as t;
  if v_count < take_the_last_of_pool.quantity then
    perform app_private.raise_few_left(v_count);
  end if;
end
$$;

comment on function app_private.take_the_last_of_pool(
  uuid, uuid, uuid, integer, timestamptz
) is 'Gathers places from all slots of a pool. Raises LMFEW, saying how many are left.';

--! split: 1038-functions-bookings-approve_booking.sql
create or replace function app_public.approve_booking(booking_id uuid)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_approval(approve_booking.booking_id);
  v_organization app_public.organizations;
  v_is_authorized boolean;
begin
  select * into strict v_organization
  from app_public.organizations as o where o.id = v_booking.organization_id;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  perform app_private.require_day(v_booking);
  -- Sales may have closed meanwhile: the buyer was in time.
  perform app_private.prolong_hold(
    v_booking,
    now() + make_interval(
      hours => (
        select a.pay_within_hours from app_public.booking_approvals as a
        where a.organization_id = v_booking.organization_id and a.booking_id = v_booking.id
      )
    )
  );
  v_is_authorized := app_private.capture_payment(v_booking);
  if v_is_authorized then
    update app_public.bookings as b
    set status = 'pending_payment' where b.id = v_booking.id;
  else
    perform app_private.proceed_to_payment(v_booking);
  end if;
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  -- Who has nothing to pay, or whose card is charged, hears of it by what was bought.
  if v_booking.status = 'pending_payment' and not v_is_authorized then
    perform app_private.mail_booking(v_booking, 'booking_approved');
  end if;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.approve_booking(uuid) is
  'Says yes to a booking that waits for it: a card that was authorized is charged; else its buyer '
  'is mailed and may pay, as long as the category allows; a free one is confirmed. Needs '
  'bookings.manage, and somebody other than the buyer. Raises LMNFD, LMRGT, LMBST, LMEXP, LMORG (a '
  'suspended organization), LMEVT (postponed, without a new date), LMPLN (its payment plan has run '
  'out of time), LMAUT, LMSES.';
grant execute on function app_public.approve_booking(uuid) to lml_user;

--! split: 1039-functions-bookings-checkout_for_customer.sql
create or replace function app_public.checkout_for_customer(
  booking_id uuid, payment app_public.staff_payment, note text default null,
  override_reason text default null, pay_within_hours integer default 24,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking_of_staff(
    checkout_for_customer.booking_id, 'bookings.sell'
  );
  v_requires_approval boolean;
  v_waits boolean;
  v_constraint text;
  v_column text;
begin
  if app_private.replay_result(
    checkout_for_customer.idempotency_key, 'checkout_for_customer',
    jsonb_build_array(
      checkout_for_customer.booking_id, checkout_for_customer.payment,
      checkout_for_customer.note, checkout_for_customer.override_reason,
      checkout_for_customer.pay_within_hours
    )
  ) is not null then
    return app_private.masked_booking(v_booking);
  end if;
  perform app_private.require_draft_of_staff(v_booking, checkout_for_customer.pay_within_hours);
  perform app_private.open_sale(v_booking.performance_id);
  if app_private.tickets_in(v_booking) = 0 then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;
  v_requires_approval := app_private.asks_for_approval(v_booking);
  v_waits := v_requires_approval and not app_private.may_approve(v_booking);
  -- Nobody takes money for what may be declined.
  if v_waits and checkout_for_customer.payment <> 'link' then
    raise exception 'Somebody else has to approve this sale first.'
      using errcode = 'LMRGT', detail = 'bookings.manage',
        hint = 'Sell it by link: the request waits, and the customer pays after a yes.';
  end if;
  update app_public.staff_sales as s
  set payment = checkout_for_customer.payment, note = checkout_for_customer.note,
    override_reason = checkout_for_customer.override_reason
  where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id;
  if checkout_for_customer.payment = 'complimentary' then
    perform app_hidden.require_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'bookings.manage'
    );
    v_booking := app_private.waive_lines(v_booking);
  end if;
  perform app_private.require_revenue_limit(v_booking);
  if checkout_for_customer.override_reason is null then
    perform app_private.require_buyer_limits(v_booking);
  end if;
  perform app_private.prolong_hold(
    v_booking,
    case when checkout_for_customer.payment = 'link'
      then now() + make_interval(hours => checkout_for_customer.pay_within_hours)
      else v_booking.expires_at end
  );
  -- Only who pays by card pays in parts.
  update app_public.bookings as b
  set checkout_started_at = now(),
    payment_plan_id = case when checkout_for_customer.payment = 'link' then b.payment_plan_id end
  where b.id = v_booking.id
  returning * into v_booking;
  perform app_private.require_card_amount(v_booking) where checkout_for_customer.payment = 'link';

  if v_requires_approval and not v_waits then
    perform app_private.approve_by_selling(
      v_booking, checkout_for_customer.pay_within_hours
    );
  end if;
  if v_waits then
    perform app_private.await_answer(v_booking);
  else
    perform app_private.sell_to_customer(v_booking, checkout_for_customer.payment);
  end if;
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  perform app_private.keep_result(checkout_for_customer.idempotency_key, v_booking.id);
  return app_private.masked_booking(v_booking);
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.checkout_for_customer(
  uuid, app_public.staff_payment, text, text, integer, text
) is
  'Sells what was held for a customer: by a link that is mailed to them, which they may use for '
  'pay_within_hours; for cash or by the terminal at the counter; on invoice, whose money is taken '
  'later with take_payment; or complimentary, with a note that says for whom (needs '
  'bookings.manage too). The limits of one buyer hold unless override_reason says why not. '
  'A category that requires approval is approved by selling it with bookings.manage; others sell '
  'it by link, and it waits as pending_approval. '
  'Needs bookings.sell at the venue. Raises LMBST, LMEXP, LMQTY, LMEVT, LMSAL, LMMAX, LMLIM, '
  'LMPLN, LMAMT (by link), LMINP, LMNFD, LMRGT, LMIDK, LMAUT, LMSES.';
grant execute on function app_public.checkout_for_customer(
  uuid, app_public.staff_payment, text, text, integer, text
) to lml_user;

--! split: 1040-functions-bookings-choose_payment_plan.sql
create or replace function app_public.choose_payment_plan(
  booking_id uuid, payment_plan_id uuid default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    choose_payment_plan.booking_id, 'bookings.sell'
  );
begin
  if v_booking.status in ('draft', 'pending_payment') and v_booking.expires_at <= now() then
    perform app_private.raise_hold_lapsed(v_booking);
  end if;
  if v_booking.status not in ('draft', 'pending_approval', 'pending_payment') then
    perform app_private.raise_booking_status(v_booking);
  end if;
  if v_booking.payment_plan_id is not distinct from choose_payment_plan.payment_plan_id then
    return app_private.masked_booking(v_booking);
  end if;
  -- A card is authorized for all of it.
  if v_booking.status in ('pending_payment', 'pending_approval')
    and app_private.capture_method_of(v_booking) = 'manual'
  then
    raise exception 'This order is paid at once, when it is approved.'
      using errcode = 'LMPLN', detail = 'manual';
  end if;
  if choose_payment_plan.payment_plan_id is not null then
    perform app_private.parts_of(v_booking, choose_payment_plan.payment_plan_id);
  end if;

  delete from app_public.booking_payment_schedule as s
  where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id;
  update app_public.bookings as b
  set payment_plan_id = choose_payment_plan.payment_plan_id
  where b.id = v_booking.id
  returning * into v_booking;
  if v_booking.status in ('pending_approval', 'pending_payment') then
    perform app_private.require_card_amount(v_booking);
  end if;
  if v_booking.status = 'pending_payment' then
    perform app_private.request_payment(v_booking);
  end if;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.choose_payment_plan(uuid, uuid) is
  'Has a booking paid by a plan of its event, or at once without one, from before its checkout '
  'until something is paid. The dates are fixed when the deposit is asked for. '
  'Raises LMBKG, LMBST, LMEXP, LMNFD, LMPLN, LMAMT, LMSES, LMCRT.';
grant execute on function app_public.choose_payment_plan(uuid, uuid) to lml_anonymous, lml_user;

--! split: 1041-functions-bookings-draw_booking_reference.sql
create or replace function app_hidden.draw_booking_reference()
returns text
language sql volatile
return 'LML-' || app_hidden.random_code(8);

comment on function app_hidden.draw_booking_reference() is
  'A booking reference, which somebody may have already: one in a million does, with a million.';

--! split: 1042-functions-bookings-expire_bookings.sql
-- Tidies up: the seats were free for others from the deadline on. Nothing is waited for. A booking
-- that somebody works on is left for the next sweep; a seat that somebody is taking is theirs.
create or replace function app_private.expire_bookings(batch_limit integer default 500)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ids uuid[];
  v_pool_id uuid;
  v_add_on_id uuid;
  v_booking app_public.bookings;
begin
  v_ids := array(
    select b.id from app_public.bookings as b
    where b.expires_at <= now()
      and app_private.is_open(b.status)
      -- These are for expire_allocated_booking.
      and not exists (
        select from app_private.allocation_holds as h
        where h.organization_id = b.organization_id and h.booking_id = b.id
      )
    order by b.expires_at
    limit expire_bookings.batch_limit
    for no key update skip locked
  );
  for v_booking in
    update app_public.bookings as b
    set status = 'expired', expires_at = null
    where b.id = any (v_ids)
    returning b.*
  loop
    perform app_private.withdraw_payment(v_booking);
  end loop;

  perform app_private.free_lapsed_seats(v_ids);
  for v_pool_id in
    select distinct c.pool_id
    from app_private.admission_claims as c
    where c.booking_id = any (v_ids)
  loop
    perform app_private.free_lapsed_admissions(v_pool_id);
  end loop;
  for v_add_on_id in
    select distinct c.add_on_id
    from app_private.add_on_claims as c
    where c.booking_id = any (v_ids)
    order by c.add_on_id
  loop
    perform app_private.free_lapsed_add_ons(v_add_on_id);
  end loop;
  return cardinality(v_ids);
end
$$;

comment on function app_private.expire_bookings(integer) is
  'Ends open bookings whose deadline has passed; returns how many.';
grant execute on function app_private.expire_bookings(integer) to lml_worker;

--! split: 1043-functions-bookings-follow_up_installments.sql
-- The booking first, as everywhere; one that somebody works on is left for the next hour. Nobody
-- has to pay for what has no day: of a date that was postponed, nothing is due until it has one.
create or replace function app_private.follow_up_installments(batch_limit integer default 100)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_count integer := 0;
begin
  for v_booking in
    select b.*
    from app_public.bookings as b
    where b.status = 'partially_paid'
      and not exists (
        select from app_public.performances as p
        where p.organization_id = b.organization_id and p.id = b.performance_id
          and p.status = 'postponed'
      )
      and (b.organization_id, b.id) in (
        select s.organization_id, s.booking_id
        from app_public.booking_payment_schedule as s
        where (s.status = 'pending' and s.reminded_at is null and s.remind_at <= now())
          or (s.status = 'pending' and s.due_at <= now())
          or (s.status = 'overdue' and s.cancel_at <= now() and not exists (
            select from app_public.payment_intents as p
            where p.organization_id = s.organization_id and p.schedule_id = s.id
              and p.status = 'processing'
          ))
      )
    order by b.id
    limit follow_up_installments.batch_limit
    for no key update of b skip locked
  loop
    perform app_private.follow_up_booking(v_booking);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;

comment on function app_private.follow_up_installments(integer) is
  'Reminds of installments, tells of overdue ones, and ends bookings whose grace has run out; '
  'returns how many bookings it looked at, 0 when it is done.';
grant execute on function app_private.follow_up_installments(integer) to lml_worker;

--! split: 1044-functions-bookings-free_lapsed_seats.sql
-- A seat that somebody is taking is theirs. It is told all the same: maps find what has run out by
-- the deadline of its booking, which is gone now, and who is at the seat may leave it as it is.
create or replace function app_private.free_lapsed_seats(booking_ids uuid[])
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_lapsed record;
begin
  for v_lapsed in
    with seats as (
      select b.organization_id, b.performance_id, b.id as booking_id, n as seat_no
      from app_public.bookings as b
      join app_public.booking_items as i
        on i.organization_id = b.organization_id and i.booking_id = b.id
      cross join unnest(i.seat_nos) as n
      where b.id = any (free_lapsed_seats.booking_ids)
    ),
    lapsed as (
      select s.organization_id, s.performance_id, s.seat_no
      from seats as l
      join app_public.seat_booking_state as s
        on s.organization_id = l.organization_id
        and s.performance_id = l.performance_id
        and s.seat_no = l.seat_no
        and s.booking_id = l.booking_id
      for no key update of s skip locked
    ),
    freed as (
      update app_public.seat_booking_state as s
      set status = 'available', booking_id = null, locked_until = null
      from lapsed as l
      where s.organization_id = l.organization_id
        and s.performance_id = l.performance_id
        and s.seat_no = l.seat_no
    )
    select l.organization_id, l.performance_id, array_agg(l.seat_no order by l.seat_no) as seat_nos
    from seats as l
    group by l.organization_id, l.performance_id
  loop
    perform app_private.reopen_runs(
      v_lapsed.organization_id, v_lapsed.performance_id, v_lapsed.seat_nos
    );
    perform app_private.note_seats_changed(v_lapsed.performance_id, v_lapsed.seat_nos);
  end loop;
end
$$;

comment on function app_private.free_lapsed_seats(uuid[]) is
  'Makes seats available that bookings, whose deadline has passed, still have.';

--! split: 1045-functions-bookings-generate_booking_reference.sql
-- Tries again in the rare case that the reference is in use. Two transactions that draw the same
-- one at the same moment (1 in 850 billion) are told apart by the unique constraint.
create or replace function app_private.generate_booking_reference(organization_id uuid)
returns text
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
as $$
declare
  v_reference text;
begin
  for attempt in 1 .. 20 loop
    v_reference := app_hidden.draw_booking_reference();
    if not exists (
      select from app_public.bookings as b
      where b.organization_id = generate_booking_reference.organization_id
        and b.booking_reference = v_reference
    ) then
      return v_reference;
    end if;
  end loop;
  raise exception 'No free booking reference was found in 20 draws.' using errcode = 'LMREF';
end
$$;

comment on function app_private.generate_booking_reference(uuid) is
  'A booking reference that the organization has not used. Raises LMREF.';

--! split: 1046-functions-bookings-hold_allocated_admissions.sql
-- The places leave their allocation and are held in one transaction, which has all slots of the
-- pool: nobody sees them free in between.
create or replace function app_public.hold_allocated_admissions(
  allocation_id uuid, ticket_category_id uuid, quantity integer, booking_id uuid default null,
  idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_allocation app_public.admission_allocations;
  v_is_replay boolean;
  v_booking app_public.bookings;
begin
  if hold_allocated_admissions.booking_id is not null then
    perform app_private.lock_booking(hold_allocated_admissions.booking_id, 'bookings.manage');
  end if;
  select * into v_allocation
  from app_public.admission_allocations as a
  where a.id = hold_allocated_admissions.allocation_id
  for no key update;
  perform app_hidden.require_performance_permission(
    v_allocation.organization_id, v_allocation.performance_id, 'inventory.sell'
  );
  -- Under a known key, the places left the allocation the first time. Asked with the allocation
  -- locked: the first time may be that of a request which was waited for.
  v_is_replay := app_private.is_replay(hold_allocated_admissions.idempotency_key);
  if not v_is_replay then
    if not exists (
      select from app_public.admission_pool_categories as pc
      where pc.organization_id = v_allocation.organization_id
        and pc.pool_id = v_allocation.pool_id
        and pc.ticket_category_id = hold_allocated_admissions.ticket_category_id
    ) then
      raise exception 'The category does not draw from this pool.'
        using errcode = 'LMINP', detail = 'ticket_category_id';
    end if;
    if hold_allocated_admissions.quantity is null or hold_allocated_admissions.quantity < 1 then
      raise exception 'At least one place is held.'
        using errcode = 'LMQTY', detail = coalesce(hold_allocated_admissions.quantity, 0)::text;
    end if;
    if hold_allocated_admissions.quantity > v_allocation.places_left then
      perform app_private.raise_few_left(v_allocation.places_left);
    end if;
    perform app_private.keep_places_back(
      v_allocation.pool_id, -hold_allocated_admissions.quantity
    );
    update app_public.admission_allocations as a
    set places_left = a.places_left - hold_allocated_admissions.quantity
    where a.id = v_allocation.id;
  end if;
  v_booking := app_public.hold_admissions(
    v_allocation.performance_id, hold_allocated_admissions.ticket_category_id,
    hold_allocated_admissions.quantity, hold_allocated_admissions.booking_id,
    hold_allocated_admissions.idempotency_key
  );
  if not v_is_replay then
    perform app_private.note_allocated_hold(
      v_booking, null, null, v_allocation, hold_allocated_admissions.quantity
    );
  end if;
  return v_booking;
end
$$;

comment on function app_public.hold_allocated_admissions(uuid, uuid, integer, uuid, text) is
  'Holds places of an allocation for a booking of the caller''s, or for a draft. If they are not '
  'bought in time, they go back to it, unless it was released. Needs inventory.sell. '
  'Raises LMNFD, LMRGT, LMFEW (the allocation has fewer), LMINP, LMQTY, and '
  'what hold_admissions raises.';
grant execute on function app_public.hold_allocated_admissions(uuid, uuid, integer, uuid, text)
  to lml_user;

--! split: 1047-functions-bookings-is_beyond_limits.sql
-- Codes and limits count what is under way until it runs out, so that
-- others may have had its share.
create or replace function app_private.is_beyond_limits(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := is_beyond_limits.booking;
  v_code app_public.discount_codes := app_private.discount_code_of(v_booking);
begin
  if not exists (
    select from app_public.staff_sales as s
    where s.organization_id = v_booking.organization_id and s.booking_id = v_booking.id
      and s.override_reason is not null
  ) then
    perform app_private.require_user_limits(v_booking, e)
    from app_public.performances as p
    join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
    where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id;
  end if;
  if v_booking.discount_cents = 0 then
    return false;
  end if;
  perform app_private.lock_discount_code(v_code);
  return app_private.uses_refusal(v_code, v_booking) is not null;
exception
  when sqlstate 'LMMAX' then
    return true;
end
$$;

comment on function app_private.is_beyond_limits(app_public.bookings) is
  'Whether a booking whose time had run out, and which is locked, would be more than its buyer '
  'gets, or than its discount code allows, by now.';

--! split: 1048-functions-bookings-is_for_member.sql
-- At the counter and on the phone nobody signs in: staff knows whom they sell to, and the tickets
-- go to that address and to no other.
create or replace function app_private.is_for_member(booking app_public.bookings)
returns boolean
language sql stable security definer set search_path = ''
as $$
  select app_private.is_member(
      (is_for_member.booking).organization_id, (is_for_member.booking).user_id
    )
    or (is_for_member.booking).booking_channel in ('admin', 'phone')
    and (
      exists (
        select from app_public.memberships as m
        where m.organization_id = (is_for_member.booking).organization_id
          and m.email operator(public.=) (is_for_member.booking).customer_email
          and m.revoked_at is null
          and m.valid_during @> now()
      )
      or exists (
        select from app_public.users as u
        where u.email operator(public.=) (is_for_member.booking).customer_email
          and u.email_verified_at is not null
          and app_private.is_member((is_for_member.booking).organization_id, u.id)
      )
    )
$$;

comment on function app_private.is_for_member(app_public.bookings) is
  'Whether a booking is a member''s: whoever is signed in is one, or whom staff sells to, by their '
  'address.';

--! split: 1049-functions-bookings-lines_to_quote.sql
create or replace function app_private.lines_to_quote(
  sale app_private.sale, ticket_category_ids uuid[], quantities integer[], is_member boolean
)
returns app_private.priced_line[]
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_lines app_private.priced_line[];
  v_quantity bigint;
  v_line app_private.priced_line;
begin
  if coalesce(cardinality(lines_to_quote.ticket_category_ids), 0)
    <> coalesce(cardinality(lines_to_quote.quantities), 0)
  then
    raise exception 'Each category has a quantity.' using errcode = 'LMINP', detail = 'quantities';
  end if;
  select array_agg(
    row(
      null, l.item_type, l.ticket_category_id, l.seat_nos, l.quantity,
      case when l.price_override_cents is null then 'pending' else 'seat' end, null,
      l.price_override_cents, '{}', null, 0, null, null, null, null, null, null, null
    )::app_private.priced_line
    order by l.line_no, l.category_no, l.price_override_cents nulls first
  ),
  sum(l.quantity)
  into v_lines, v_quantity
  from (
    select
      0 as line_no, s.category_no, s.price_override_cents,
      'seat'::app_public.booking_item_type as item_type, c.ticket_category_id,
      array_agg(s.seat_no order by s.seat_no) as seat_nos, count(*)::integer as quantity
    from app_public.seat_booking_state as s
    left join app_public.performance_categories as c
      on c.organization_id = s.organization_id
      and c.performance_id = s.performance_id
      and c.category_no = s.category_no
    where s.organization_id = (lines_to_quote.sale).organization_id
      and s.performance_id = (lines_to_quote.sale).performance_id
      and s.seat_no = any ((lines_to_quote.sale).seat_nos)
    group by s.category_no, s.price_override_cents, c.ticket_category_id
    union all
    select q.ordinality, null, null, 'admission', q.ticket_category_id, null, q.quantity
    from unnest(lines_to_quote.ticket_category_ids, lines_to_quote.quantities)
      with ordinality as q (ticket_category_id, quantity, ordinality)
  ) as l;
  if coalesce(v_quantity, 0) not between 1 and (lines_to_quote.sale).tickets_per_booking_max
    or exists (select from unnest(v_lines) as l where coalesce(l.quantity, 0) < 1)
  then
    perform app_private.raise_ticket_count(lines_to_quote.sale, coalesce(v_quantity, 0));
  end if;

  select l.* into v_line
  from unnest(v_lines) as l
  where not exists (
    select from app_private.categories_on_sale(lines_to_quote.sale) as c
    where c.id = l.ticket_category_id
  )
  limit 1;
  if found and v_line.ticket_category_id is null then
    raise exception 'What has no category is not for sale.'
      using errcode = 'LMSAL', hint = 'Choose other seats.';
  elsif found then
    perform app_private.raise_category_not_on_sale(
      lines_to_quote.sale, v_line.ticket_category_id
    );
  end if;
  if not lines_to_quote.is_member and exists (
    select
    from unnest(v_lines) as l
    join app_public.ticket_categories as c
      on c.organization_id = (lines_to_quote.sale).organization_id
      and c.id = l.ticket_category_id
    where c.requires_membership
  ) then
    raise exception 'These tickets are for members.'
      using errcode = 'LMMBR', hint = 'Sign in with the account of a member.';
  end if;
  return v_lines;
end
$$;

comment on function app_private.lines_to_quote(app_private.sale, uuid[], integer[], boolean) is
  'The lines that a hold of these seats or tickets would write, without their prices. '
  'Raises LMQTY, LMSAL, LMMBR, LMINP.';

--! split: 1050-functions-bookings-move_event_to_layout.sql
create or replace function app_public.move_event_to_layout(
  event_id uuid, layout_id uuid, dry_run boolean default false
)
returns setof app_public.layout_move
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_event(
    move_event_to_layout.event_id, 'events.manage'
  );
  v_performance_id uuid;
begin
  for v_performance_id in
    select p.id from app_public.performances as p
    where p.organization_id = v_event.organization_id
      and p.event_id = v_event.id
      and p.status in ('scheduled', 'postponed')
      and p.pass_name is null
      -- What waits for another day is still to come, whatever day it had.
      and (p.status = 'postponed' or coalesce(p.ends_at, p.starts_at) > now())
    order by p.id
  loop
    return next app_public.move_performance_to_layout(
      v_performance_id, move_event_to_layout.layout_id, move_event_to_layout.dry_run
    );
  end loop;
end
$$;

comment on function app_public.move_event_to_layout(uuid, uuid, boolean) is
  'move_performance_to_layout for every performance of an event that is still to come: all of '
  'them, or none. Needs events.manage. Raises LMNFD, LMRGT, LMEVT, LMMOV, LMPUB, LMBSY.';
grant execute on function app_public.move_event_to_layout(uuid, uuid, boolean) to lml_user;

--! split: 1051-functions-bookings-move_inventory.sql
-- Everything that names seats by number is renumbered, with the seats locked. Numbers first leave
-- the range of layouts, so that none is there twice on the way; deleted rows make holds that wait
-- for one of them go away empty.
create or replace function app_private.move_inventory(
  performance app_public.performances, layout_id uuid
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_moved app_public.performances := move_inventory.performance;
  v_bad text;
  v_allocated app_public.seat_allocation_seats[];
begin
  v_moved.layout_id := move_inventory.layout_id;
  with gone as (
    delete from app_public.seat_allocation_seats as a
    where a.organization_id = v_moved.organization_id and a.performance_id = v_moved.id
    returning a
  )
  select array_agg(g.a) into v_allocated from gone as g;
  update app_public.seat_booking_state as s
  set seat_no = s.seat_no + 1000000
  where s.organization_id = v_moved.organization_id and s.performance_id = v_moved.id;

  select format('section %s, row %s, number %s', s.section, s.row_name, s.seat_number)
  into v_bad
  from app_private.seats_after_move(move_inventory.performance, v_moved) as s
  where s.status = 'available' and s.category_no is null
  order by s.seat_no
  limit 1;
  if found then
    raise exception 'A seat is covered by no ticket category, or by several.'
      using errcode = 'LMPUB', detail = v_bad,
        hint = 'The layout must fit the categories of the event, or the section be blocked.';
  end if;

  insert into app_public.seat_booking_state (
    organization_id, performance_id, seat_no, status, category_no, booking_id, locked_until,
    price_override_cents
  )
  select
    v_moved.organization_id, v_moved.id, s.seat_no, s.status, s.category_no, s.booking_id,
    s.locked_until, s.price_override_cents
  from app_private.seats_after_move(move_inventory.performance, v_moved) as s
  order by app_hidden.stored_position(s.seat_no);
  delete from app_public.seat_booking_state as s
  where s.organization_id = v_moved.organization_id
    and s.performance_id = v_moved.id
    and s.seat_no > 1000000;

  perform app_private.renumber_allocations(
    move_inventory.performance, move_inventory.layout_id, v_allocated
  );
  perform app_private.renumber_lines(move_inventory.performance, move_inventory.layout_id);
  perform app_private.renumber_tickets(move_inventory.performance, move_inventory.layout_id);
end
$$;

comment on function app_private.move_inventory(app_public.performances, uuid) is
  'Renumbers the seats, lines and tickets of a performance after another layout. Raises LMPUB.';

--! split: 1052-functions-bookings-move_performance_to_layout.sql
create or replace function app_public.move_performance_to_layout(
  performance_id uuid, layout_id uuid, dry_run boolean default false
)
returns app_public.layout_move
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events;
  v_performance app_public.performances;
  v_move app_public.layout_move;
  v_is_on_sale boolean;
begin
  v_event := app_private.lock_event(
    (select p.event_id from app_public.performances as p
      where p.id = move_performance_to_layout.performance_id),
    'events.manage'
  );
  select * into strict v_performance
  from app_public.performances as p
  where p.id = move_performance_to_layout.performance_id
  for no key update;
  perform app_private.require_date(v_performance.id);
  perform app_private.require_movable(
    v_event, v_performance, move_performance_to_layout.layout_id
  );
  if v_performance.layout_id <> move_performance_to_layout.layout_id
    and move_performance_to_layout.dry_run is not true
  then
    perform app_private.lock_for_move(v_performance);
  end if;

  v_move := app_private.describe_move(v_performance, move_performance_to_layout.layout_id);
  if v_performance.layout_id = move_performance_to_layout.layout_id
    or move_performance_to_layout.dry_run and cardinality(v_move.lost_seats) > 0
  then
    return v_move;
  end if;
  if cardinality(v_move.lost_seats) > 0 then
    raise exception '% seats are sold, held or reserved, and the layout does not offer them.',
        cardinality(v_move.lost_seats)
      using errcode = 'LMMOV', detail = to_jsonb(v_move.lost_seats[1:100])::text,
        hint = 'A dry run lists all of them; detail the first 100.';
  end if;

  v_is_on_sale := v_event.status <> 'draft' or exists (
    select from app_public.seat_booking_state as s
    where s.organization_id = v_performance.organization_id
      and s.performance_id = v_performance.id
  );
  if v_is_on_sale then
    perform app_private.require_standing_areas_kept(
      v_performance, move_performance_to_layout.layout_id
    );
  end if;
  if move_performance_to_layout.dry_run then
    return v_move;
  end if;
  if v_is_on_sale then
    perform app_private.move_inventory(v_performance, move_performance_to_layout.layout_id);
  end if;
  update app_public.performances as p
  set layout_id = move_performance_to_layout.layout_id,
    -- Draft events are not on sale: nobody can have read anything.
    holds_begin_at = case
      when v_event.status <> 'draft' then clock_timestamp() + interval '10 seconds'
    end
  where p.id = v_performance.id;
  if v_is_on_sale then
    perform app_private.create_seat_runs(v_performance.id);
    perform app_private.note_seats_changed(
      v_performance.id,
      array(
        select s.seat_no from app_public.seat_booking_state as s
        where s.organization_id = v_performance.organization_id
          and s.performance_id = v_performance.id
        order by 1
      )
    );
  end if;
  v_move.is_moved := true;
  return v_move;
end
$$;

comment on function app_public.move_performance_to_layout(uuid, uuid, boolean) is
  'Gives a performance another layout of its venue. Seats are recognized by their ids: what is '
  'sold, held or reserved keeps its booking, price and ticket. Refused when one of those seats has '
  'no counterpart; dry_run tells which, and changes nothing. New holds begin ten seconds later. '
  'Needs events.manage. Raises LMNFD, LMRGT, LMINP (a pass), LMEVT (ended), LMMOV (seats would be '
  'lost), LMPUB (a seat without exactly one category), LMBSY (somebody is buying).';
grant execute on function app_public.move_performance_to_layout(uuid, uuid, boolean) to lml_user;

--! split: 1053-functions-bookings-parts_of.sql
-- The deposit is due at once. What is left is shared out so that the parts
-- sum to the price exactly.
create or replace function app_private.parts_of(
  booking app_public.bookings, payment_plan_id uuid
)
returns setof app_public.installment_quote
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_total bigint := (parts_of.booking).total_amount_cents;
  v_plan app_public.payment_plans;
  v_starts_at timestamptz;
  v_deposit bigint;
  v_last_day integer;
  v_part app_public.installment_quote;
begin
  select p.* into v_plan
  from app_public.payment_plans as p
  join app_public.performances as d
    on d.organization_id = p.organization_id and d.event_id = p.event_id
    and d.id = (parts_of.booking).performance_id
  where p.organization_id = (parts_of.booking).organization_id
    and p.id = parts_of.payment_plan_id;
  if v_plan.id is null then
    raise exception 'The event has no such payment plan.'
      using errcode = 'LMNFD', detail = format('%s', parts_of.payment_plan_id);
  end if;
  select d.starts_at into strict v_starts_at
  from app_public.performances as d where d.id = (parts_of.booking).performance_id;
  v_deposit := app_hidden.rounded(
    coalesce(v_plan.deposit_cents, v_total * v_plan.deposit_percentage / 100),
    (parts_of.booking).currency
  );
  v_last_day := (v_plan.installments - 1) * v_plan.interval_days;
  for v_part in
    select
      n,
      case
        when n = 0 then now()
        when v_plan.basis = 'purchase' then
          now() + make_interval(
            days => v_plan.first_due_days + (n - 1) * v_plan.interval_days
          )
        else
          v_starts_at - make_interval(
            days => greatest(v_plan.first_due_days, v_plan.last_due_days_before)
              + v_last_day - (n - 1) * v_plan.interval_days
          )
      end,
      case n
        when 0 then v_deposit
        else app_hidden.share_to_charge(
          v_total - v_deposit, n, v_plan.installments, (parts_of.booking).currency
        )
      end
    from generate_series(0, v_plan.installments) as n
  loop
    if v_plan.retired_at is not null
      and (parts_of.booking).payment_plan_id is distinct from v_plan.id
      or not app_hidden.fits_on_card(v_part.amount_cents, (parts_of.booking).currency)
      or (v_part.installment_no > 0 and v_part.due_at <= now() + interval '1 day')
      or v_part.due_at > v_starts_at - make_interval(days => v_plan.last_due_days_before)
      or exists (
        select from app_public.booking_items as i
        where i.organization_id = (parts_of.booking).organization_id
          and i.booking_id = (parts_of.booking).id
          and v_plan.ticket_category_id is not null
          and i.ticket_category_id is distinct from v_plan.ticket_category_id
      )
    then
      raise exception 'This payment plan is not for this booking, or not any more.'
        using errcode = 'LMPLN', detail = v_plan.id::text,
          hint = 'Choose another one, or pay at once.';
    end if;
    return next v_part;
  end loop;
end
$$;

comment on function app_private.parts_of(app_public.bookings, uuid) is
  'The parts in which a plan has a booking paid. Raises LMNFD, and LMPLN when the plan is retired, '
  'for another category, or there is not enough time for it, or too little or too much money for '
  'a card to be charged each part.';

--! split: 1054-functions-bookings-price_booking.sql
-- Prices that a line has are kept; what has none yet gets that of now. Terms are those of the
-- moment when the booking was first priced here. The caller has locked the booking.
create or replace function app_private.price_booking(booking_id uuid)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings;
  v_performance app_public.performances;
  v_is_member boolean;
  v_code app_public.discount_codes;
  v_lines app_private.priced_line[];
begin
  select * into strict v_booking
  from app_public.bookings as b
  where b.id = price_booking.booking_id;
  select * into strict v_performance
  from app_public.performances as p
  where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id;
  if v_booking.price_terms is null then
    update app_public.bookings as b
    set price_terms = app_private.price_terms_of(v_performance.id)
    where b.id = v_booking.id
    returning * into v_booking;
  end if;
  v_is_member := app_private.is_for_member(v_booking);
  perform app_private.require_membership(v_booking, v_is_member);
  v_code := app_private.discount_code_of(v_booking);

  v_lines := app_private.price_lines(
    app_private.lines_of(v_booking), v_performance, v_booking.price_terms, v_is_member, v_code
  );

  update app_public.booking_items as i
  set price_basis = l.price_basis,
    base_price_cents = l.base_price_cents,
    unit_price_cents = l.unit_price_cents,
    applied_rules = l.applied_rules,
    subtotal_cents = l.subtotal_cents,
    discount_cents = l.discount_cents,
    service_fee_cents = l.service_fee_cents,
    processing_fee_cents = l.processing_fee_cents,
    tax_cents = l.tax_cents,
    total_cents = l.total_cents,
    service_fee_absorbed_cents = l.service_fee_absorbed_cents,
    processing_fee_absorbed_cents = l.processing_fee_absorbed_cents,
    tax_included_cents = l.tax_included_cents
  from unnest(v_lines) as l
  where i.organization_id = v_booking.organization_id and i.id = l.booking_item_id;
end
$$;

comment on function app_private.price_booking(uuid) is
  'Writes the amounts of all lines of a booking, which the caller has locked. '
  'Raises LMSAL, LMMBR.';

--! split: 1055-functions-bookings-prolong_hold.sql
-- A deadline that need not move is not written, so the seats of a buyer who does not linger are
-- written twice, not three times. Nobody takes them over within the minute that is left for sure.
create or replace function app_private.prolong_hold(
  booking app_public.bookings, until timestamptz
)
returns void
language plpgsql volatile security definer
set search_path = '' set plan_cache_mode = force_generic_plan
set enable_bitmapscan = off set enable_seqscan = off
as $$
declare
  -- A deadline never moves closer.
  v_until constant timestamptz := greatest((prolong_hold.booking).expires_at, prolong_hold.until);
  v_seat_nos integer[];
  v_count integer;
begin
  if v_until = (prolong_hold.booking).expires_at
    and v_until > clock_timestamp() + interval '1 minute'
  then
    return;
  end if;
  v_seat_nos := app_private.held_seat_nos(prolong_hold.booking);
  update app_public.seat_booking_state as s
  set locked_until = greatest(s.locked_until, v_until)
  where s.organization_id = (prolong_hold.booking).organization_id
    and s.performance_id = (prolong_hold.booking).performance_id
    and s.seat_no = any (v_seat_nos)
    and s.booking_id = (prolong_hold.booking).id
    and s.status = 'locked';
  get diagnostics v_count = row_count;
  if v_count <> cardinality(v_seat_nos) then
    raise exception 'The hold has run out, and others have taken seats of it.'
      using errcode = 'LMEXP', hint = 'Hold seats again.';
  end if;
  -- Until this is committed, maps may tell that they have run out.
  if (prolong_hold.booking).expires_at <= clock_timestamp() + interval '1 minute' then
    perform app_private.note_seats_changed(
      (prolong_hold.booking).performance_id, v_seat_nos
    );
  end if;
  if app_private.has_more_than_seats(prolong_hold.booking) then
    perform app_private.prolong_admissions(prolong_hold.booking, v_until);
    perform app_private.prolong_add_ons(prolong_hold.booking, v_until);
  end if;
  update app_public.bookings as b set expires_at = v_until where b.id = (prolong_hold.booking).id;
end
$$;

comment on function app_private.prolong_hold(app_public.bookings, timestamptz) is
  'Moves the deadline of a booking and its seats, if it still owns them all. Raises LMEXP.';

--! split: 1056-functions-bookings-renew_grace.sql
-- The booking first, as everywhere.
create or replace function app_private.renew_grace(performance app_public.performances)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from app_public.bookings as b
  where b.organization_id = (renew_grace.performance).organization_id
    and b.performance_id = (renew_grace.performance).id
    and b.status = 'partially_paid'
  order by b.id
  for no key update;
  update app_public.booking_payment_schedule as s
  set cancel_at = greatest(s.cancel_at, now() + make_interval(days => p.grace_days))
  from app_public.bookings as b
  join app_public.payment_plans as p
    on p.organization_id = b.organization_id and p.id = b.payment_plan_id
  where b.organization_id = (renew_grace.performance).organization_id
    and b.performance_id = (renew_grace.performance).id
    and b.status = 'partially_paid'
    and s.organization_id = b.organization_id
    and s.booking_id = b.id
    and s.status = 'overdue';
end
$$;

comment on function app_private.renew_grace(app_public.performances) is
  'Gives whoever owes an installment of a date that has a day again all of their time.';

--! split: 1057-functions-bookings-require_buyer_limits.sql
-- At checkout and not at the hold, which is to be fast: a cart beyond the limits lets nobody in.
create or replace function app_private.require_buyer_limits(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := require_buyer_limits.booking;
  v_event app_public.events;
  v_found record;
  v_line record;
  v_is_limited boolean;
begin
  select e as event, p.pass_name is not null as is_pass into strict v_found
  from app_public.performances as p
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id;
  v_event := v_found.event;
  v_is_limited := v_event.tickets_per_user_max is not null;
  if v_event.visibility = 'private'
    and v_event.id not in (select app_hidden.opened_event_ids())
    and not app_hidden.has_performance_permission(
      v_booking.organization_id, v_booking.performance_id, 'events.read'
    )
  then
    raise exception 'There is no such event, or it is not for you.'
      using errcode = 'LMNFD', hint = 'Send the access code as X-Event-Key.';
  end if;

  if v_found.is_pass and app_private.has_lost_date(v_booking) then
    raise exception 'A date of this pass was canceled since it was chosen.'
      using errcode = 'LMEVT', detail = v_booking.performance_id::text, hint = 'Choose again.';
  end if;

  for v_line in select * from app_private.lines_by_category(v_booking) loop
    if now() < v_line.sales_start then
      raise exception 'Sales of "%" have not opened yet.', v_line.name
        using errcode = 'LMSAL', detail = v_line.sales_start::text, hint = 'Try again then.';
    end if;
    if now() >= v_line.sales_end then
      raise exception 'Sales of "%" are closed.', v_line.name
        using errcode = 'LMSAL', detail = v_line.sales_end::text,
          hint = 'Choose another category.';
    end if;
    if v_line.quantity not between v_line.min_per_transaction
      and coalesce(v_line.max_per_transaction, v_line.quantity)
    then
      raise exception 'Of "%", a booking has % to % tickets.',
          v_line.name, v_line.min_per_transaction,
          coalesce(v_line.max_per_transaction::text, 'any number of')
        using errcode = 'LMQTY', detail = v_line.ticket_category_id::text;
    end if;
    v_is_limited := v_is_limited or v_line.max_per_user is not null;
  end loop;
  if v_is_limited then
    perform app_private.require_user_limits(v_booking, v_event);
  end if;
  perform app_private.require_add_ons(v_booking);
end
$$;

comment on function app_private.require_buyer_limits(app_public.bookings) is
  'What event, categories and add-ons ask of a booking at its checkout. '
  'Raises LMNFD (private), LMEVT (a pass has lost a date), LMSAL, LMQTY, LMMAX, '
  'LMCON (no address to mail to).';

--! split: 1058-functions-bookings-require_day.sql
-- Nothing is sold of what was postponed until it has another day: an answer that comes meanwhile
-- would have somebody pay for a day that is not.
create or replace function app_private.require_day(booking app_public.bookings)
returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if exists (
    select from app_public.performances as p
    where p.organization_id = (require_day.booking).organization_id
      and p.id = (require_day.booking).performance_id
      and p.status = 'postponed'
  ) then
    raise exception 'The performance was postponed, and has no new date yet.'
      using errcode = 'LMEVT', detail = (require_day.booking).performance_id::text,
        hint = 'Give it one with postpone_performance first.';
  end if;
end
$$;

comment on function app_private.require_day(app_public.bookings) is
  'Raises LMEVT for a booking of a performance that was postponed and has no new date.';

--! split: 1059-functions-bookings-require_discount_uses.sql
-- A guest's address is known at the checkout only, and an account may have bought meanwhile.
create or replace function app_private.require_discount_uses(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_code app_public.discount_codes;
  v_refusal text;
begin
  if (require_discount_uses.booking).discount_cents = 0 then
    return;
  end if;
  v_code := app_private.discount_code_of(require_discount_uses.booking);
  perform app_private.lock_discount_code(v_code);
  v_refusal := app_private.uses_refusal(v_code, require_discount_uses.booking);
  if v_refusal is not null then
    raise exception 'The code "%" cannot be used once more.', v_code.code
      using errcode = 'LMDSC', detail = v_refusal, hint = 'Remove it, and check out again.';
  end if;
end
$$;

comment on function app_private.require_discount_uses(app_public.bookings) is
  'Raises LMDSC when the buyer, who is known by now, has used the code of a booking too often.';

--! split: 1060-functions-bookings-require_standing_areas_kept.sql
-- Places without a seat have no number by which they could be found again. An area that the new
-- layout has besides is not on sale before somebody makes a pool of it.
create or replace function app_private.require_standing_areas_kept(
  performance app_public.performances, layout_id uuid
)
returns void
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_area text;
begin
  select s.name into v_area
  from app_public.layout_sections as s
  where s.organization_id = (require_standing_areas_kept.performance).organization_id
    and s.layout_id = (require_standing_areas_kept.performance).layout_id
    and s.kind = 'standing'
    -- What is blocked has no places.
    and not exists (
      select from app_public.events as e
      where e.organization_id = s.organization_id
        and e.id = (require_standing_areas_kept.performance).event_id
        and s.name = any (e.blocked_sections)
    )
    and not exists (
      select from app_public.layout_sections as kept
      where kept.organization_id = s.organization_id
        and kept.layout_id = require_standing_areas_kept.layout_id
        and kept.kind = 'standing'
        and (kept.name, kept.capacity) = (s.name, s.capacity)
    )
  order by s.section_no
  limit 1;
  if found then
    raise exception 'A standing area is on sale, and the layout has it otherwise or not at all.'
      using errcode = 'LMMOV', detail = v_area;
  end if;
end
$$;

comment on function app_private.require_standing_areas_kept(app_public.performances, uuid) is
  'Raises LMMOV unless a layout keeps the standing areas that a performance has.';

--! split: 1061-functions-bookings-start_checkout.sql
create or replace function app_public.start_checkout(
  booking_id uuid, email text default null, first_name text default null,
  last_name text default null, phone text default null, idempotency_key text default null
)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_booking(
    start_checkout.booking_id, 'bookings.manage'
  );
  v_sale app_private.sale;
  v_contact app_public.users;
  v_action app_public.fraud_action;
  v_requires_approval boolean;
  v_is_reopened boolean := v_booking.checkout_started_at is not null;
begin
  if app_private.replay_result(
    start_checkout.idempotency_key, 'start_checkout',
    jsonb_build_array(
      start_checkout.booking_id, start_checkout.email, start_checkout.first_name,
      start_checkout.last_name, start_checkout.phone
    )
  ) is not null then
    -- No checkout leaves a draft: its buyer went back to the cart.
    if v_booking.status = 'draft' then
      raise exception 'This checkout was taken back.'
        using errcode = 'LMIDK', detail = 'start_checkout',
          hint = 'Use a new key to check out again.';
    end if;
    return app_private.masked_booking(v_booking);
  end if;
  perform app_private.require_open_draft(v_booking);
  v_sale := app_private.open_sale(v_booking.performance_id);
  v_requires_approval := app_private.asks_for_approval(v_booking);
  if v_requires_approval is null then
    raise exception 'The booking is empty.' using errcode = 'LMQTY', detail = '0';
  end if;

  perform app_private.require_revenue_limit(v_booking);

  v_contact := app_private.require_contact(
    v_booking.user_id, start_checkout.email, start_checkout.first_name, start_checkout.last_name,
    start_checkout.phone
  );
  perform app_private.prolong_hold(
    v_booking, least(
      now() + make_interval(secs => v_sale.checkout_seconds),
      v_booking.created_at + make_interval(secs => v_sale.hold_seconds_max)
    )
  );
  update app_public.bookings as b
  set customer_id = app_private.find_or_create_customer(
      v_booking.organization_id, v_booking.user_id, v_contact.email, v_contact.first_name,
      v_contact.last_name, v_contact.phone
    ),
    customer_email = v_contact.email,
    customer_name = nullif(concat_ws(' ', v_contact.first_name, v_contact.last_name), ''),
    checkout_started_at = now()
  where b.id = v_booking.id
  returning * into v_booking;

  perform app_private.require_buyer_limits(v_booking);
  perform app_private.require_discount_uses(v_booking);

  perform app_private.require_card_amount(v_booking);
  v_action := app_private.screen_checkout(v_booking, v_contact.phone);
  -- What was asked for before somebody went back to the cart, and is not to be paid now.
  if v_is_reopened and (
    v_action = 'review' or v_requires_approval or v_booking.total_amount_cents = 0
  ) then
    perform app_private.withdraw_payment(v_booking);
  end if;
  if v_action = 'block' then
    perform app_private.refuse_checkout(v_booking);
  elsif v_action = 'review' then
    perform app_private.hold_for_review(v_booking);
  elsif v_requires_approval then
    perform app_private.request_approval(v_booking);
  else
    perform app_private.proceed_to_payment(v_booking);
  end if;
  perform app_private.keep_result(start_checkout.idempotency_key, v_booking.id);
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.start_checkout(uuid, text, text, text, text, text) is
  'Freezes a draft, prolongs its hold if that is short, and asks for the payment; a free booking '
  'is confirmed at once. A user''s own address and name are the defaults. The rules against '
  'fraud may return it canceled (not accepted; its seats are free) or as fraud_hold (somebody '
  'looks at it first), and a category that requires approval as pending_approval. Raises LMBKG, '
  'LMBST, LMEXP, LMCON (no e-mail address), LMQTY (empty), LMEVT, LMSAL, LMINP, LMSES, LMCRT, '
  'LMIDK (also for a checkout that reopen_checkout took back), LMLIM (the organization''s plan), '
  'LMMAX (one buyer gets no more), LMPLN (its payment plan is not for it any more), LMAMT (a card '
  'cannot be charged so little, or so much), LMDSC (one buyer uses the discount code no more '
  'often), LMNFD (a private event without its code).';
grant execute on function app_public.start_checkout(uuid, text, text, text, text, text)
  to lml_anonymous, lml_user;

--! split: 1062-functions-bookings-uses_refusal.sql
-- Carts that are under way count until they run out; an order that a code took nothing off, as its
-- minimum was not met any more, has not used it. The caller has locked the code, and this is a
-- statement of its own, so it sees every use before it.
create or replace function app_private.uses_refusal(
  code app_public.discount_codes, booking app_public.bookings
)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_uses bigint;
  v_own_uses bigint;
begin
  if num_nonnulls((uses_refusal.code).uses_max, (uses_refusal.code).uses_per_customer_max) = 0
  then
    return null;
  end if;
  select
    count(*),
    count(*) filter (
      where b.user_id = (uses_refusal.booking).user_id
        or b.cart_token_hash = (uses_refusal.booking).cart_token_hash
        or b.customer_email operator(public.=) (uses_refusal.booking).customer_email
    )
  into v_uses, v_own_uses
  from app_public.discount_redemptions as r
  join app_public.bookings as b
    on b.organization_id = r.organization_id and b.id = r.booking_id
  where r.organization_id = (uses_refusal.code).organization_id
    and r.discount_code_id = (uses_refusal.code).id
    and r.booking_id is distinct from (uses_refusal.booking).id
    and b.status not in ('canceled', 'refunded', 'expired')
    and (b.expires_at is null or b.expires_at > now())
    and (b.status = 'draft' or b.discount_cents > 0);
  return case
    when v_uses >= (uses_refusal.code).uses_max then 'used_up'
    when v_own_uses >= (uses_refusal.code).uses_per_customer_max then 'used_by_you'
  end;
end
$$;

comment on function app_private.uses_refusal(app_public.discount_codes, app_public.bookings) is
  'Why a booking may not use a code once more: used_up, used_by_you, or it may (null).';

--! split: 1063-functions-bookings-write_add_on_line.sql
-- A line that is there keeps its unit price, as those of tickets do.
create or replace function app_private.write_add_on_line(
  booking app_public.bookings, sale app_private.sale, add_on app_public.add_ons, quantity integer
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_unit_price bigint := (write_add_on_line.add_on).price_cents;
  v_item app_public.booking_items;
begin
  select * into v_item
  from app_public.booking_items as i
  where i.organization_id = (write_add_on_line.booking).organization_id
    and i.booking_id = (write_add_on_line.booking).id
    and i.add_on_id = (write_add_on_line.add_on).id;
  v_unit_price := coalesce(v_item.unit_price_cents, v_unit_price);
  if write_add_on_line.quantity = 0 then
    delete from app_public.booking_items as i where i.id = v_item.id;
    return;
  end if;
  insert into app_public.booking_items as i (
    id, organization_id, booking_id, item_type, add_on_id, quantity, unit_price_cents,
    subtotal_cents, service_fee_cents, processing_fee_cents, tax_cents, total_cents
  )
  select
    coalesce(v_item.id, uuidv7()), (write_add_on_line.booking).organization_id,
    (write_add_on_line.booking).id, 'add_on', (write_add_on_line.add_on).id,
    write_add_on_line.quantity, v_unit_price, l.subtotal_cents, l.service_fee_cents,
    l.processing_fee_cents, l.tax_cents, l.total_cents
  from app_hidden.price_line(v_unit_price, write_add_on_line.quantity, write_add_on_line.sale) as l
  on conflict (id) do update
  set quantity = excluded.quantity,
    subtotal_cents = excluded.subtotal_cents,
    service_fee_cents = excluded.service_fee_cents,
    processing_fee_cents = excluded.processing_fee_cents,
    tax_cents = excluded.tax_cents,
    total_cents = excluded.total_cents,
    -- What others made of it comes back with the totals, as in reprice_line.
    service_fee_absorbed_cents = 0,
    processing_fee_absorbed_cents = 0,
    tax_included_cents = 0;
end
$$;

comment on function app_private.write_add_on_line(
  app_public.bookings, app_private.sale, app_public.add_ons, integer
) is 'Writes, changes or removes the line of an add-on; the caller stores the totals.';

--! split: 1064-functions-payments-charge_min.sql
-- As Stripe lists them, for money that stays in its currency. What it does not name begins with
-- one step.
create or replace function app_hidden.charge_min(currency text)
returns bigint
language sql immutable parallel safe
return case
  when charge_min.currency = 'GBP' then 30
  when charge_min.currency in (
    'AUD', 'BRL', 'CAD', 'CHF', 'EUR', 'INR', 'JPY', 'NZD', 'SGD', 'USD'
  ) then 50
  when charge_min.currency = 'BGN' then 100
  when charge_min.currency in ('AED', 'MYR', 'PLN', 'RON') then 200
  when charge_min.currency = 'DKK' then 250
  when charge_min.currency in ('NOK', 'SEK') then 300
  when charge_min.currency = 'HKD' then 400
  when charge_min.currency in ('MXN', 'THB') then 1000
  when charge_min.currency = 'CZK' then 1500
  when charge_min.currency = 'HUF' then 17500
  else app_hidden.charge_step(charge_min.currency)
end;

comment on function app_hidden.charge_min(text) is
  'The smallest amount that a card can be charged in a currency.';

--! split: 1065-functions-payments-fits_on_card.sql
-- Stripe takes amounts of up to eight digits, and of rupiahs up to twelve.
create or replace function app_hidden.fits_on_card(amount_cents bigint, currency text)
returns boolean
language sql immutable parallel safe
return fits_on_card.amount_cents
  between app_hidden.charge_min(fits_on_card.currency)
    and case fits_on_card.currency when 'IDR' then 999999999999 else 99999999 end;

comment on function app_hidden.fits_on_card(bigint, text) is
  'Whether a card can be charged an amount in a currency at once.';

--! split: 1066-functions-payments-open_payout_facts.sql
-- What the books owe a payee, fact by fact: whatever touches the payee's account, what Stripe has
-- charged, and what the box office has taken itself, as long as no payout has it. Payouts
-- themselves are no such facts; what was taken back of one is.
--
-- A fact of a booking is ready when the buyer owes nothing of it and, by the organization's terms,
-- when its performance is over. What has once been paid of a booking stays ready, so that a refund
-- is never kept out because of what it takes back.
create or replace function app_private.open_payout_facts(
  organization_id uuid, promoter_id uuid, currency text, ends_at timestamptz
)
returns table (
  ledger_transaction_id uuid, event_id uuid, effective_at timestamptz, is_ready boolean,
  gross_revenue_cents bigint, commission_cents bigint, stripe_fees_cents bigint,
  refunds_cents bigint, adjustments_cents bigint, net_cents bigint, box_office_cents bigint
)
language sql stable security definer set search_path = ''
as $$
  with facts as (
    select distinct t.id, t.booking_id, t.category, t.effective_at, t.source
    from app_public.ledger_accounts as a
    join app_public.ledger_entries as e
      on e.organization_id = a.organization_id and e.account_id = a.id
    join app_public.ledger_transactions as t
      on t.organization_id = e.organization_id and t.id = e.transaction_id
    where a.organization_id = open_payout_facts.organization_id
      and a.currency = open_payout_facts.currency
      and case when open_payout_facts.promoter_id is null
        then a.kind in ('organizer_payable', 'stripe_fees', 'box_office')
        else a.kind = 'promoter_payable'
      end
      and t.category not in ('payout', 'payout_failure')
      and t.effective_at < open_payout_facts.ends_at
      and not exists (
        select from app_public.payout_items as i
        where i.ledger_transaction_id = t.id
          and i.organization_id = t.organization_id
          and i.promoter_id is not distinct from open_payout_facts.promoter_id
          and i.kind = 'fact'
          and i.released_at is null
      )
  ),
  -- A promoter has the facts of the bookings of which they have a share.
  owed as (
    select f.* from facts as f where open_payout_facts.promoter_id is null
    union all
    select f.* from facts as f
    join app_public.promoter_shares as s
      on s.organization_id = open_payout_facts.organization_id and s.booking_id = f.booking_id
    where s.promoter_id = open_payout_facts.promoter_id
    union all
    select f.* from facts as f
    join app_public.payout_reversals as r
      on r.organization_id = open_payout_facts.organization_id
      and 'payout_reversal' = f.category and r.id::text = split_part(f.source, ':', 2)
    join app_public.payouts as p on p.organization_id = r.organization_id and p.id = r.payout_id
    where p.promoter_id = open_payout_facts.promoter_id
  )
  select o.id, m.event_id, o.effective_at, coalesce(r.is_ready, true), b.gross_revenue_cents,
    b.commission_cents, b.stripe_fees_cents, b.refunds_cents, b.adjustments_cents, b.net_cents,
    b.box_office_cents
  from owed as o
  join app_public.organization_settings as s
    on s.organization_id = open_payout_facts.organization_id
  cross join lateral app_private.payout_parts_of(
    open_payout_facts.organization_id, o.id, open_payout_facts.promoter_id is not null
  ) as b
  left join app_public.bookings as k
    on k.organization_id = open_payout_facts.organization_id and k.id = o.booking_id
  left join app_public.performances as m
    on m.organization_id = k.organization_id and m.id = k.performance_id
  left join lateral (
    select
      exists (
        select from app_public.payout_items as i
        join app_public.ledger_transactions as t
          on t.organization_id = i.organization_id and t.id = i.ledger_transaction_id
        where t.organization_id = k.organization_id
          and t.booking_id = k.id
          and i.promoter_id is not distinct from open_payout_facts.promoter_id
          and i.released_at is null
      )
      or (
        case
          when m.status = 'canceled' then true
          -- The day that it had says nothing any more.
          when m.status = 'postponed' and s.payout_timing = 'after_event' then false
          when s.payout_timing = 'after_event' then
            coalesce(m.ends_at, m.starts_at) + make_interval(days => s.payout_delay_days)
              <= open_payout_facts.ends_at
          else o.effective_at + make_interval(days => s.payout_delay_days)
            <= open_payout_facts.ends_at
        end
        and app_private.owed_by_buyer(k.organization_id, k.id) <= 0
      ) as is_ready
    where k.id is not null
  ) as r on true
$$;

comment on function app_private.open_payout_facts(uuid, uuid, text, timestamptz) is
  'Facts of the books before a moment that are in no payout of a payee, with what each adds to '
  'one, and whether it may be paid yet.';

--! split: 1067-functions-payments-require_card_amount.sql
-- Otherwise Stripe refuses the payment when the order is made, and its buyer can only watch the
-- hold run out. Parts are asked about in parts_of.
create or replace function app_private.require_card_amount(booking app_public.bookings)
returns void
language plpgsql stable set search_path = ''
as $$
begin
  if (require_card_amount.booking).total_amount_cents > 0
    and (require_card_amount.booking).payment_plan_id is null
    and not app_hidden.fits_on_card(
      (require_card_amount.booking).total_amount_cents, (require_card_amount.booking).currency
    )
  then
    raise exception 'A card cannot be charged %.', app_hidden.money_text(
        (require_card_amount.booking).total_amount_cents, (require_card_amount.booking).currency
      )
      using errcode = 'LMAMT', detail = app_hidden.charge_min(
          (require_card_amount.booking).currency
        )::text,
        hint = 'Change what is in the cart, or ask the organization to sell it at its counter.';
  end if;
end
$$;

comment on function app_private.require_card_amount(app_public.bookings) is
  'Raises LMAMT for a price that is too small, or too large, for a card; detail is the smallest.';

--! split: 1068-functions-tickets-admit.sql
-- One conditional write decides between two scanners of one ticket, and between a scanner and
-- whoever hands the ticket on: it waits for nothing but this ticket. What may change is in the
-- ticket's own row, because that is what is looked at again after waiting; a credential never
-- changes, so it is found beforehand. A refusal is a result, not an exception: raising would undo
-- the record of the attempt. What is written as "is true" is of no use to an index: on a new
-- database, a plan might otherwise read all tickets of the performance, or of the organization.
-- Like open_door, it is called by functions with settings, and has none of its own.
create or replace function app_private.admit(
  door app_private.door, credential_hash bytea, direction app_public.scan_direction,
  at timestamptz
)
returns app_private.admission
language plpgsql volatile
as $$
declare
  v_admission app_private.admission;
begin
  if admit.direction = 'in' and not admit.door.is_canceled
    and admit.at between admit.door.opens_at and admit.door.closes_at
  then
    update app_public.tickets as t
    set status = 'used', used_at = coalesce(t.used_at, admit.at),
      entry_count = t.entry_count + 1, is_inside = true
    where (t.id, t.credential_version) = (
        select c.ticket_id, c.version
        from app_private.ticket_credentials as c
        where c.credential_hash = admit.credential_hash
      )
      and (t.organization_id = admit.door.organization_id) is true
      and (t.performance_id = admit.door.performance_id) is true
      and (
        t.status = 'valid'
        or (
          t.status = 'used' and not t.is_inside
          and t.entry_count - t.earlier_entries <= app_private.reentry_limit_of(admit.door)
        )
      )
      and not t.is_disputed
      and (
        admit.door.has_zone is not true
        or app_private.leads_to(admit.door, t.section, t.ticket_category_id)
      )
    returning t.id, 'success' into v_admission.ticket_id, v_admission.result;
  elsif admit.direction = 'out' then
    update app_public.tickets as t
    set is_inside = false
    where (t.id, t.credential_version) = (
        select c.ticket_id, c.version
        from app_private.ticket_credentials as c
        where c.credential_hash = admit.credential_hash
      )
      and (t.organization_id = admit.door.organization_id) is true
      and (t.performance_id = admit.door.performance_id) is true
      and t.is_inside
    returning t.id, 'success' into v_admission.ticket_id, v_admission.result;
  end if;
  if v_admission.ticket_id is null then
    v_admission.ticket_id := app_private.admit_pass(
      admit.door, admit.credential_hash, admit.direction, admit.at
    );
    v_admission.result := 'success';
    if v_admission.ticket_id is null then
      v_admission := app_private.refusal_of(
        admit.door, admit.credential_hash, admit.direction, admit.at
      );
    end if;
  end if;
  return v_admission;
end
$$;

comment on function app_private.admit(
  app_private.door, bytea, app_public.scan_direction, timestamptz
) is 'Lets the holder of a credential through a door, or says why not.';

--! split: 1069-functions-tickets-admit_pass.sql
-- The ticket is locked, and its state asked for afterwards, so that two scanners of one pass wait
-- for each other, and for whoever returns it. The first entry of a date is an insert, every other
-- one a conditional write: each date counts for itself.
create or replace function app_private.admit_pass(
  door app_private.door, credential_hash bytea, direction app_public.scan_direction,
  at timestamptz
)
returns uuid
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_door app_private.door := admit_pass.door;
  v_ticket app_public.tickets;
  v_ticket_id uuid;
begin
  select t.* into v_ticket
  from app_private.ticket_credentials as c
  join app_public.tickets as t on t.organization_id = c.organization_id and t.id = c.ticket_id
  join app_public.pass_dates as d
    on d.organization_id = t.organization_id
    and d.pass_id = t.performance_id
    and d.performance_id = v_door.performance_id
  where c.credential_hash = admit_pass.credential_hash
    and c.organization_id = v_door.organization_id
    and t.credential_version = c.version
  for no key update of t;
  if v_ticket.id is null then
    return null;
  end if;

  if admit_pass.direction = 'out' then
    update app_public.pass_entries as e
    set is_inside = false
    where e.organization_id = v_ticket.organization_id
      and e.ticket_id = v_ticket.id
      and e.performance_id = v_door.performance_id
      and e.is_inside
    returning e.ticket_id into v_ticket_id;
  elsif v_ticket.status in ('valid', 'used') and not v_ticket.is_disputed
    and admit_pass.at between v_door.opens_at and v_door.closes_at and not v_door.is_canceled
    and app_private.leads_to(v_door, v_ticket.section, v_ticket.ticket_category_id)
  then
    insert into app_public.pass_entries as e (
      organization_id, ticket_id, performance_id, first_entry_at
    )
    values (
      v_ticket.organization_id, v_ticket.id, v_door.performance_id, admit_pass.at
    )
    on conflict on constraint pass_entries_pkey do update
    set entry_count = e.entry_count + 1, is_inside = true
    where not e.is_inside
      and e.entry_count - e.earlier_entries <= app_private.reentry_limit_of(v_door)
    returning e.ticket_id into v_ticket_id;
    update app_public.tickets as t
    set status = 'used', used_at = admit_pass.at
    where t.organization_id = v_ticket.organization_id
      and t.id = v_ticket_id
      and t.status = 'valid';
  end if;
  return v_ticket_id;
end
$$;

comment on function app_private.admit_pass(
  app_private.door, bytea, app_public.scan_direction, timestamptz
) is 'Lets the holder of a pass through a door of one of its dates; null: it is none, or refused.';

--! split: 1070-functions-tickets-allows_reentry.sql
create or replace function app_private.allows_reentry(ticket app_public.tickets)
returns boolean
language sql stable security definer set search_path = ''
as $$
  -- A pass that was used on one date is still good for the others.
  select
    (allows_reentry.ticket).entry_count - (allows_reentry.ticket).earlier_entries
      <= e.reentry_limit
    or p.pass_name is not null
  from app_public.performances as p
  join app_public.events as e on e.id = p.event_id and e.organization_id = p.organization_id
  where p.organization_id = (allows_reentry.ticket).organization_id
    and p.id = (allows_reentry.ticket).performance_id
$$;

comment on function app_private.allows_reentry(app_public.tickets) is
  'Whether whoever came in with a ticket may go out and come back.';

--! split: 1071-functions-tickets-check_pass_that_came_in_is_used.sql
create or replace function app_private.check_pass_that_came_in_is_used()
returns table (invariant text, organization_id uuid, entity_id uuid, detail text)
language sql stable
as $$
  select
    'pass_that_came_in_is_used', t.organization_id, t.id,
    format('pass %s came in, and is %s', t.ticket_number, t.status)
  from app_public.pass_entries as e
  join app_public.tickets as t on t.organization_id = e.organization_id and t.id = e.ticket_id
  where t.status = 'valid' and e.entry_count > e.earlier_entries
$$;

comment on function app_private.check_pass_that_came_in_is_used() is
  'A pass that came in on a date, and counts as unused.';

--! split: 1072-functions-tickets-closing_time_of.sql
create or replace function app_private.closing_time_of(ticket app_public.tickets)
returns timestamptz
language sql stable security definer set search_path = ''
as $$
  select case p.status
    when 'postponed' then 'infinity'
    when 'canceled' then '-infinity'
    else app_hidden.closing_time(p.starts_at, p.ends_at)
  end
  from app_public.performances as p
  where p.organization_id = (closing_time_of.ticket).organization_id
    and p.id = (closing_time_of.ticket).performance_id
$$;

comment on function app_private.closing_time_of(app_public.tickets) is
  'Until when a ticket lets people in: without an end where there is no day yet, and never where '
  'it was canceled.';

--! split: 1073-functions-tickets-device_performance_ids.sql
-- A scanner that is lost tells nothing of last year's audience. Whoever is no scanner pays nothing
-- for the question.
create or replace function app_hidden.device_performance_ids()
returns setof uuid
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_venue_id uuid := (select app_hidden.device_venue_ids());
begin
  if v_venue_id is null then
    return;
  end if;
  return query
    select p.id
    from app_public.events as e
    join app_public.performances as p
      on p.event_id = e.id and p.organization_id = e.organization_id
    where e.venue_id = v_venue_id
      and app_hidden.closing_time(p.starts_at, p.ends_at) > now() - interval '1 day';
end
$$;

comment on function app_hidden.device_performance_ids() is
  'For policies: what is on at the venue of the scanner that is asking.';
grant execute on function app_hidden.device_performance_ids() to lml_user;

--! split: 1074-functions-tickets-merge_offline_scan.sql
-- What the scanner refused is only noted. Whom it let in counts as inside from then on, if the
-- ticket was still good; if not, it is a double, and the row of the scan says so to whoever looks
-- later.
create or replace function app_private.merge_offline_scan(
  door app_private.door, scan app_private.offline_scan
)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_door app_private.door := merge_offline_scan.door;
  v_scan app_private.offline_scan := merge_offline_scan.scan;
  v_direction app_public.scan_direction := coalesce(v_scan.direction, 'in');
  v_hash bytea := decode(v_scan.credential_hash, 'hex');
  v_gate app_public.entry_gates;
  v_admission app_private.admission;
begin
  insert into app_private.offline_scan_results (device_id, organization_id, scan_id)
  values (
    v_door.device_id, v_door.organization_id, v_scan.scan_id
  )
  on conflict do nothing;
  if not found then
    return;
  end if;

  select * into v_gate
  from app_public.entry_gates as g
  where g.id = v_scan.gate_id
    and g.organization_id = v_door.organization_id
    and g.venue_id = v_door.venue_id;
  if v_scan.result = 'success' then
    -- Whatever its clock shows: not before the code was made, and not after now.
    v_admission := app_private.admit(
      v_door, v_hash, v_direction,
      least(
        greatest(
          v_scan.scanned_at,
          (
            select c.created_at
            from app_private.ticket_credentials as c where c.credential_hash = v_hash
          )
        ),
        now()
      )
    );
  else
    v_admission := app_private.noted_refusal(v_door, v_scan);
  end if;

  insert into app_public.ticket_scans (
    organization_id, performance_id, ticket_id, result, code, direction, gate, entry_gate_id,
    device, scanner_device_id, offline_at, offline_result
  )
  values (
    v_door.organization_id, v_door.performance_id,
    v_admission.ticket_id, v_admission.result, v_admission.code, v_direction, v_gate.name,
    v_gate.id, v_door.device, v_door.device_id,
    v_scan.scanned_at, v_scan.result
  );
  update app_private.offline_scan_results as m
  set ticket_id = v_admission.ticket_id, result = v_admission.result, code = v_admission.code,
    is_double = v_direction = 'in' and v_scan.result = 'success'
      and v_admission.result <> 'success'
  where m.device_id = v_door.device_id
    and m.organization_id = v_door.organization_id
    and m.scan_id = v_scan.scan_id;
end
$$;

comment on function app_private.merge_offline_scan(app_private.door, app_private.offline_scan) is
  'Merges one offline scan, once.';

--! split: 1075-functions-tickets-merge_offline_scans.sql
-- Tickets are taken in the order of their ids, as by whoever cancels a booking, so that nobody
-- waits in a circle; scans of one ticket in the order of their times.
create or replace function app_public.merge_offline_scans(
  performance_id uuid, scans jsonb, device_time timestamptz default null
)
returns setof app_public.merged_scan
language plpgsql volatile security definer set search_path = ''
as $$
declare
  -- Where the scanner stands now, and whether that gate is still in use, matters no more.
  v_door app_private.door := app_private.open_door(
    merge_offline_scans.performance_id, null, at_gate => false
  );
  v_scans app_private.offline_scan[];
  v_scan app_private.offline_scan;
begin
  perform app_private.require_scanner(v_door);
  v_scans := app_private.read_offline_scans(
    merge_offline_scans.scans, merge_offline_scans.device_time
  );
  for v_scan in
    select s.scan_id, s.credential_hash, s.direction, s.scanned_at, s.result, s.gate_id
    from unnest(v_scans) with ordinality as s
    left join app_private.ticket_credentials as c
      on c.credential_hash = decode(s.credential_hash, 'hex')
    order by c.ticket_id, s.scanned_at, s.ordinality
  loop
    perform app_private.merge_offline_scan(v_door, v_scan);
  end loop;
  return query
    select m.scan_id, m.ticket_id, m.result, m.code, m.is_double
    from (
      select s.scan_id, min(s.ordinality) as ordinality
      from unnest(v_scans) with ordinality as s
      group by s.scan_id
    ) as s
    join app_private.offline_scan_results as m
      on m.scan_id = s.scan_id
      and m.device_id = v_door.device_id
      and m.organization_id = v_door.organization_id
    order by s.ordinality;
end
$$;

comment on function app_public.merge_offline_scans(uuid, jsonb, timestamptz) is
  'Tells what a registered scanner did while it was offline, and returns what became of each '
  'scan. Up to 1,000 objects with scan_id (a UUID that the scanner made), credential_hash '
  '(SHA-256 of the code, in hexadecimal), scanned_at with its zone, result, and perhaps direction '
  'and gate_id. '
  'device_time is what the scanner''s clock shows now: its times are corrected by it. '
  'Merging the same scan again changes nothing and returns the same. Raises LMDEV, LMINP, LMNFD, '
  'LMRGT, LMAUT, LMSES.';
grant execute on function app_public.merge_offline_scans(uuid, jsonb, timestamptz) to lml_user;

--! split: 1076-functions-tickets-open_door.sql
-- A scanner, or staff with a session: who it is, where they stand, and what the performance allows.
-- Settings of its own would cost a scan more than they are good for: it is called by functions
-- that have them.
create or replace function app_private.open_door(
  performance_id uuid, gate_id uuid, at_gate boolean default true
)
returns app_private.door
language plpgsql stable
as $$
declare
  v_door app_private.door;
begin
  -- Who is asking is asked in the same statement, of those who have the right by their role in all
  -- of the organization, as most who scan with a session do. Everybody else, and every refusal, is
  -- left to recognize_scanner.
  select p.organization_id, p.id, p.event_id, p.status = 'canceled',
    -- A pass of which one date has no day lets in on the others.
    case
      when p.status = 'postponed' and p.pass_name is null then 'infinity'
      else coalesce(p.readmits_since, '-infinity')
    end,
    app_hidden.closing_time(p.starts_at, p.ends_at), open_door.gate_id,
    (
      select m.user_id
      from app_public.organization_members as m
      join app_public.role_permissions as r on r.role = m.role and r.permission = 'tickets.scan'
      where m.user_id = (select s.user_id from app_private.current_session as s)
        and m.organization_id = p.organization_id
        and m.status = 'active'
        and not m.venues_restricted
    )
  into v_door.organization_id, v_door.performance_id, v_door.event_id, v_door.is_canceled,
    v_door.opens_at, v_door.closes_at, v_door.gate_id, v_door.user_id
  from app_public.performances as p
  where p.id = open_door.performance_id;
  if v_door.user_id is not null and v_door.gate_id is null then
    return v_door;
  end if;

  -- The venue matters to scanners and at gates.
  select e.venue_id into v_door.venue_id
  from app_public.events as e
  where e.id = v_door.event_id and e.organization_id = v_door.organization_id;
  if v_door.user_id is null then
    v_door := app_private.recognize_scanner(v_door, open_door.performance_id);
  end if;
  if open_door.at_gate and v_door.gate_id is not null then
    v_door := app_private.stand_at_gate(v_door);
  end if;
  return v_door;
end
$$;

comment on function app_private.open_door(uuid, uuid, boolean) is
  'What a scan must know before it looks at a ticket. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';

--! split: 1077-functions-tickets-read_offline_scans.sql
-- A clock that is wrong by a year is wrong by a year when it sends, too.
create or replace function app_private.read_offline_scans(scans jsonb, device_time timestamptz)
returns app_private.offline_scan[]
language plpgsql stable set search_path = ''
as $$
declare
  v_scans app_private.offline_scan[];
begin
  if jsonb_typeof(read_offline_scans.scans) is distinct from 'array'
    or jsonb_array_length(read_offline_scans.scans) not between 1 and 1000
  then
    raise exception '1 to 1,000 scans are merged at once, as a list.'
      using errcode = 'LMINP', detail = 'scans';
  end if;
  -- As everywhere, a time names its zone: read as another one, it would be hours away.
  if exists (
    select from jsonb_array_elements(read_offline_scans.scans) as s (scan)
    where s.scan ->> 'scanned_at' !~ ':[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)$'
  ) then
    raise exception 'A time is of a zone, and this one names none.'
      using errcode = 'LMINP', detail = 'scans',
        hint = 'Write 2026-11-21T19:30:00+01:00, or 2026-11-21T18:30:00Z.';
  end if;
  v_scans := array(
    select row(
      s.scan_id, s.credential_hash, s.direction,
      s.scanned_at + coalesce(now() - read_offline_scans.device_time, interval '0'), s.result,
      s.gate_id
    )::app_private.offline_scan
    from jsonb_populate_recordset(
      null::app_private.offline_scan, read_offline_scans.scans
    ) as s
  );
  if exists (
    select from unnest(v_scans) as s
    where s.scan_id is null
      or s.scanned_at is null
      or not isfinite(s.scanned_at)
      or s.result is null
      or s.credential_hash is null
      or s.credential_hash !~ '^[0-9a-f]{64}$'
  ) then
    raise exception 'An offline scan has an id, a time, a result, and the SHA-256 of a code.'
      using errcode = 'LMINP', detail = 'scans';
  end if;
  return v_scans;
exception
  when data_exception then
    raise exception 'A value of an offline scan does not have its form.'
      using errcode = 'LMINP', detail = 'scans';
end
$$;

comment on function app_private.read_offline_scans(jsonb, timestamptz) is
  'What a scanner sent, at the times that the database''s clock showed. '
  'Raises LMINP for scans that cannot be merged.';

--! split: 1078-functions-tickets-readmit_holders.sql
-- In the order of their ids, as by whoever cancels a booking. On the evening itself a scan that is
-- under way comes first; before, nobody is at the door, and a whole season may be moving.
create or replace function app_private.readmit_holders(performance app_public.performances)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  perform from app_public.tickets as t
  where t.organization_id = (readmit_holders.performance).organization_id
    and t.performance_id = any (
      array(select app_private.passes_for((readmit_holders.performance).id))
        || (readmit_holders.performance).id
    )
    and (
      t.status = 'used'
      or (t.status = 'valid' and (readmit_holders.performance).starts_at < now() + interval '1 day')
    )
  order by t.id
  for no key update;
  -- Who came in themselves did not wait for an answer: their offer does not come to life again.
  perform app_private.end_open_offer(t, 'withdrawn')
  from app_public.tickets as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.ticket_id = t.id and x.status = 'offered'
  where t.organization_id = (readmit_holders.performance).organization_id
    and t.performance_id = (readmit_holders.performance).id
    and t.status = 'used'
  order by t.id;
  update app_public.tickets as t
  set status = 'valid', used_at = null, is_inside = false, earlier_entries = t.entry_count
  where t.organization_id = (readmit_holders.performance).organization_id
    and t.performance_id = (readmit_holders.performance).id
    and t.status = 'used';

  update app_public.pass_entries as e
  set is_inside = false, earlier_entries = e.entry_count
  where e.organization_id = (readmit_holders.performance).organization_id
    and e.performance_id = (readmit_holders.performance).id;
  -- A pass that was used on another date, or for a wristband, stays so.
  update app_public.tickets as t
  set status = 'valid', used_at = null
  where t.organization_id = (readmit_holders.performance).organization_id
    and t.performance_id in (select app_private.passes_for((readmit_holders.performance).id))
    and t.status = 'used'
    and t.entry_count = 0
    and not exists (
      select from app_public.pass_entries as e
      where e.organization_id = t.organization_id
        and e.ticket_id = t.id
        and e.entry_count > e.earlier_entries
    );
end
$$;

comment on function app_private.readmit_holders(app_public.performances) is
  'Makes the tickets good again with which somebody came in before a locked performance moved to '
  'another day; it is given as it was.';

--! split: 1079-functions-tickets-refusal_of.sql
-- Volatile, so that it sees what the write before it has waited for.
create or replace function app_private.refusal_of(
  door app_private.door, credential_hash bytea, direction app_public.scan_direction,
  at timestamptz
)
returns app_private.admission
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket record;
  v_admission app_private.admission;
begin
  -- Tickets of other organizations are simply unknown here.
  select t.*, c.version into v_ticket
  from app_private.ticket_credentials as c
  join app_public.tickets as t on t.organization_id = c.organization_id and t.id = c.ticket_id
  where c.credential_hash = refusal_of.credential_hash
    and c.organization_id = (refusal_of.door).organization_id;

  v_admission.code := case
    when v_ticket.id is null then 'LMTUK'
    when v_ticket.performance_id <> (refusal_of.door).performance_id and not exists (
      select from app_public.pass_dates as d
      where d.organization_id = v_ticket.organization_id
        and d.pass_id = v_ticket.performance_id
        and d.performance_id = (refusal_of.door).performance_id
    ) then 'LMTFO'
    when v_ticket.version <> v_ticket.credential_version then 'LMTRP'
    when (refusal_of.door).is_canceled or v_ticket.status not in ('valid', 'used') then 'LMTVD'
    when refusal_of.direction = 'out' then 'LMTNI'
    when v_ticket.is_disputed then 'LMTDP'
    when (refusal_of.door).opens_at > refusal_of.at then 'LMTPD'
    when (refusal_of.door).closes_at < refusal_of.at then 'LMTEX'
    when not app_private.leads_to(
      refusal_of.door, v_ticket.section, v_ticket.ticket_category_id
    ) then 'LMTWG'
    else 'LMTUS'
  end;
  v_admission.result := app_private.scan_result_of(v_admission.code);
  v_admission.ticket_id := v_ticket.id;
  return v_admission;
end
$$;

comment on function app_private.refusal_of(
  app_private.door, bytea, app_public.scan_direction, timestamptz
) is 'Why somebody is not let through a door.';

--! split: 1080-functions-tickets-scan_list.sql
-- The key of the signature is the hash of the scanner's token, which the scanner can make too:
-- whoever changes the list where it is stored, and does not have the token, is found out.
create or replace function app_public.scan_list(performance_id uuid, gate_id uuid default null)
returns app_public.scan_list
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_door app_private.door := app_private.open_door(scan_list.performance_id, scan_list.gate_id);
  v_list app_public.scan_list;
begin
  perform app_private.require_scanner(v_door);
  -- An empty list would call each of the tickets unknown.
  if v_door.is_canceled or v_door.opens_at > now() then
    raise exception 'Nobody is let in: the performance is %.',
      case when v_door.is_canceled then 'canceled' else 'postponed, and has no day yet' end
      using errcode = 'LMEVT',
        detail = case when v_door.is_canceled then 'canceled' else 'postponed' end;
  end if;
  select jsonb_build_object(
    'format', 'lml-scan-list/1', 'performance_id', v_door.performance_id,
    'device_id', v_door.device_id, 'gate_id', v_door.gate_id,
    'issued_at', now(), 'closes_at', v_door.closes_at,
    'reentry_limit', app_private.reentry_limit_of(v_door),
    'tickets', coalesce(
      jsonb_agg(
        jsonb_build_array(
          encode(c.credential_hash, 'hex'), concat_ws(' ', t.section, t.row_name, t.seat_number),
          v_door.has_zone is not true
            or app_private.leads_to(v_door, t.section, t.ticket_category_id),
          case
            when is_pass then coalesce(d.entry_count - d.earlier_entries, 0)
            else t.entry_count - t.earlier_entries
          end,
          case when is_pass then coalesce(d.is_inside, false) else t.is_inside end
        ) order by c.credential_hash
      ),
      '[]'
    )
  )::text
  into strict v_list.document
  from app_public.tickets as t
  join app_private.ticket_credentials as c
    on c.organization_id = t.organization_id
    and c.ticket_id = t.id
    and c.version = t.credential_version
  cross join lateral (select t.performance_id <> v_door.performance_id) as p (is_pass)
  left join app_public.pass_entries as d
    on d.organization_id = t.organization_id
    and d.ticket_id = t.id
    and d.performance_id = v_door.performance_id
  where t.organization_id = v_door.organization_id
    and (
      t.performance_id = v_door.performance_id
      or t.performance_id in (select app_private.passes_for(v_door.performance_id))
    )
    and t.status in ('valid', 'used')
    and not t.is_disputed;

  select encode(
    public.hmac(convert_to(v_list.document, 'UTF8'), k.token_hash, 'sha256'), 'hex'
  )
  into strict v_list.signature
  from app_private.scanner_tokens as k
  where k.organization_id = v_door.organization_id and k.device_id = v_door.device_id;
  return v_list;
end
$$;

comment on function app_public.scan_list(uuid, uuid) is
  'What a registered scanner needs to scan a performance offline: the SHA-256 of each good code, '
  'and whether it may enter at this gate, signed. Raises LMDEV, LMEVT (canceled, or postponed '
  'without a day), LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.scan_list(uuid, uuid) to lml_user;

--! split: 1081-functions-tickets-scan_result_of.sql
create or replace function app_private.scan_result_of(code text)
returns app_public.scan_result
language plpgsql immutable set search_path = ''
as $$
begin
  return case scan_result_of.code
    when 'LMTUS' then 'already_scanned'
    when 'LMTVD' then 'canceled'
    when 'LMTFO' then 'wrong_event'
    when 'LMTPD' then 'wrong_event'
    when 'LMTEX' then 'expired'
    when 'LMTWG' then 'wrong_gate'
    when 'LMTDP' then 'disputed'
    else 'invalid'
  end;
end
$$;

comment on function app_private.scan_result_of(text) is 'The result that a code is the reason of.';

--! split: 1082-functions-tickets-scan_ticket.sql
create or replace function app_public.scan_ticket(
  performance_id uuid, credential text, gate text default null, device text default null,
  gate_id uuid default null, direction app_public.scan_direction default 'in'
)
returns app_public.ticket_scans
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_door app_private.door := app_private.open_door(
    scan_ticket.performance_id, scan_ticket.gate_id
  );
  v_admission app_private.admission;
  v_scan app_public.ticket_scans;
begin
  if length(scan_ticket.gate) > 50 or length(scan_ticket.device) > 100 then
    raise exception 'Names of gates have at most 50 characters, of devices 100.'
      using errcode = 'LMINP', detail = 'gate, device';
  end if;
  v_admission := app_private.admit(
    v_door, app_hidden.hash_token(scan_ticket.credential),
    coalesce(scan_ticket.direction, 'in'), now()
  );

  insert into app_public.ticket_scans (
    organization_id, performance_id, ticket_id, result, code, direction, gate, entry_gate_id,
    device, scanner_device_id, scanned_by
  )
  values (
    v_door.organization_id, v_door.performance_id, v_admission.ticket_id, v_admission.result,
    v_admission.code, coalesce(scan_ticket.direction, 'in'),
    coalesce(v_door.gate, scan_ticket.gate), v_door.gate_id,
    coalesce(v_door.device, scan_ticket.device), v_door.device_id, v_door.user_id
  )
  returning * into v_scan;
  return v_scan;
end
$$;

comment on function app_public.scan_ticket(
  uuid, text, text, text, uuid, app_public.scan_direction
) is
  'Lets the holder of a QR code in, or out. The result says why not, with the code LMTUS (used), '
  'LMTVD (canceled), LMTFO (another performance), LMTPD (postponed, without a day yet), LMTWG '
  '(another gate), LMTEX (it is over), LMTRP (replaced by another code), LMTDP (its payment is '
  'disputed), LMTNI (nobody is inside with it) or LMTUK (unknown); each attempt is recorded. For '
  'registered scanners, and members with tickets.scan. Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.scan_ticket(
  uuid, text, text, text, uuid, app_public.scan_direction
) to lml_user;

--! split: 1083-functions-tickets-set_ticket_attendee.sql
create or replace function app_public.set_ticket_attendee(
  ticket_id uuid, first_name text default null, last_name text default null,
  email text default null, phone text default null, answers jsonb default '{}'
)
returns app_public.ticket_attendees
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_ticket app_public.tickets := app_private.lock_held_ticket(set_ticket_attendee.ticket_id);
  v_attendee app_public.ticket_attendees;
  v_constraint text;
  v_column text;
begin
  if not app_hidden.has_performance_permission(
    v_ticket.organization_id, v_ticket.performance_id, 'tickets.manage'
  ) then
    perform app_private.require_valid_ticket(v_ticket);
    if (
      select coalesce(p.doors_at, p.starts_at) from app_public.performances as p
      where p.organization_id = v_ticket.organization_id
        and p.id = v_ticket.performance_id
        and p.status <> 'postponed'
    ) <= now() then
      perform app_private.raise_ticket_bound('open', 'The doors are open: ask the organizer.');
    end if;
  end if;
  perform app_private.require_answers(v_ticket, set_ticket_attendee.answers);
  insert into app_public.ticket_attendees as a (
    organization_id, performance_id, ticket_id, first_name, last_name, email, phone, answers
  )
  values (
    v_ticket.organization_id, v_ticket.performance_id, v_ticket.id, set_ticket_attendee.first_name,
    set_ticket_attendee.last_name, set_ticket_attendee.email::public.citext,
    set_ticket_attendee.phone, set_ticket_attendee.answers
  )
  on conflict on constraint ticket_attendees_one_per_ticket do update
  set first_name = excluded.first_name, last_name = excluded.last_name, email = excluded.email,
    phone = excluded.phone, answers = excluded.answers
  returning * into v_attendee;
  return v_attendee;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_ticket_attendee(uuid, text, text, text, text, jsonb) is
  'Says who comes with a ticket, in place of what was said before, with texts by id of a question: '
  'what is chosen, true or false, a number. For its holder until the doors open, and for staff '
  'with tickets.manage, who may leave questions open. '
  'Raises LMNFD, LMTUS, LMTVD, LMTRB (the doors are open), LMINP, LMSES, LMCRT.';
grant execute on function app_public.set_ticket_attendee(uuid, text, text, text, text, jsonb)
  to lml_anonymous, lml_user;

--! split: 1084-functions-tickets-ticket_offer.sql
create or replace function app_public.ticket_offer(token text)
returns app_public.ticket_offer
language sql stable security definer set search_path = ''
as $$
  select
    e.title, case when p.status <> 'postponed' or p.pass_name is not null then p.starts_at end,
    v.name, t.section, t.row_name, t.seat_number, x.expires_at
  from app_private.ticket_transfer_tokens as k
  join app_public.ticket_transfers as x
    on x.organization_id = k.organization_id and x.id = k.transfer_id
  join app_public.tickets as t on t.organization_id = x.organization_id and t.id = x.ticket_id
  join app_public.performances as p
    on p.organization_id = t.organization_id and p.id = t.performance_id
  join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
  left join app_public.venues as v on v.organization_id = e.organization_id and v.id = e.venue_id
  where k.token_hash = app_hidden.hash_token(ticket_offer.token)
    and x.status = 'offered'
    and x.expires_at > now()
    and t.status = 'valid'
$$;

comment on function app_public.ticket_offer(text) is
  'What the token of a mail offers; null when the offer is not good, or not any more.';
grant execute on function app_public.ticket_offer(text) to lml_anonymous, lml_user;

--! split: 1085-functions-tickets-ticket_words.sql
create or replace function app_private.ticket_words(ticket_id uuid)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select app_private.performance_words(t.organization_id, t.performance_id) || jsonb_build_object(
    'seat', nullif(concat_ws(', ', t.section, t.row_name, t.seat_number), ''),
    'ticket', t.ticket_number,
    'isPostponed', p.status = 'postponed' and p.pass_name is null
  )
  from app_public.tickets as t
  join app_public.performances as p
    on p.organization_id = t.organization_id and p.id = t.performance_id
  where t.id = ticket_words.ticket_id
$$;

comment on function app_private.ticket_words(uuid) is 'What mails say of a ticket.';

--! split: 1086-functions-tickets-void_tickets.sql
create or replace function app_private.void_tickets(booking app_public.bookings)
returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_count integer;
begin
  -- Locked in order; a scan that is under way either comes first, and is seen here, or waits.
  perform from app_public.tickets as t
  where t.organization_id = (void_tickets.booking).organization_id
    and t.booking_id = (void_tickets.booking).id
  order by t.id
  for no key update;
  if exists (
    select from app_public.tickets as t
    where t.organization_id = (void_tickets.booking).organization_id
      and t.booking_id = (void_tickets.booking).id
      and t.status = 'used'
  ) then
    raise exception 'A ticket of this booking has been used.'
      using errcode = 'LMTUS', detail = (void_tickets.booking).id::text;
  end if;
  perform app_private.end_open_offer(t, 'withdrawn')
  from app_public.tickets as t
  join app_public.ticket_transfers as x
    on x.organization_id = t.organization_id and x.ticket_id = t.id and x.status = 'offered'
  where t.organization_id = (void_tickets.booking).organization_id
    and t.booking_id = (void_tickets.booking).id
  order by t.id;
  update app_public.tickets as t
  set status = 'canceled'
  where t.organization_id = (void_tickets.booking).organization_id
    and t.booking_id = (void_tickets.booking).id
    and t.status = 'valid';
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

comment on function app_private.void_tickets(app_public.bookings) is
  'Ends the tickets of a booking, and their offers; returns how many tickets. '
  'Raises LMTUS when one was used.';

--! split: 1087-functions-risk-approve_fraud_review.sql
create or replace function app_public.approve_fraud_review(booking_id uuid, note text default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_booking app_public.bookings := app_private.lock_fraud_review(approve_fraud_review.booking_id);
  v_organization app_public.organizations;
begin
  if v_booking.expires_at <= now() then
    raise exception 'The time for the review has run out.'
      using errcode = 'LMEXP', detail = v_booking.id::text,
        hint = 'The buyer has to hold the seats again.';
  end if;
  -- The platform has stopped all sales, and nobody has begun to pay for this one.
  select * into strict v_organization
  from app_public.organizations as o where o.id = v_booking.organization_id;
  if v_organization.status <> 'active' then
    perform app_private.raise_not_active(v_organization);
  end if;
  perform app_private.require_day(v_booking);
  -- Sales may have closed meanwhile: the buyer was in time.
  perform app_private.prolong_hold(
    v_booking,
    now() + make_interval(
      secs => (
        select e.checkout_seconds
        from app_public.performances as p
        join app_public.events as e on e.organization_id = p.organization_id and e.id = p.event_id
        where p.organization_id = v_booking.organization_id and p.id = v_booking.performance_id
      )
    )
  );
  if app_private.asks_for_approval(v_booking) then
    perform app_private.request_approval(v_booking);
  else
    perform app_private.proceed_to_payment(v_booking);
  end if;
  perform app_private.close_alerts_of_booking(
    v_booking, 'false_positive', approve_fraud_review.note
  );
  select * into strict v_booking from app_public.bookings as b where b.id = v_booking.id;
  return app_private.masked_booking(v_booking);
end
$$;

comment on function app_public.approve_fraud_review(uuid, text) is
  'Accepts a booking under review: the buyer may pay, or waits for the organization''s approval '
  'where the category requires it, until what was left of the review, and at '
  'least as long as any checkout. Its open alerts were false positives. Needs risk.manage, and '
  'somebody other than the buyer. '
  'Raises LMNFD, LMRGT, LMBST (not under review), LMEXP (too late), LMORG (a suspended '
  'organization), LMEVT (postponed, without a new date), LMINP, LMAUT, LMSES.';
grant execute on function app_public.approve_fraud_review(uuid, text) to lml_user;

--! split: 1088-functions-privacy-declared_classes.sql
-- Of which class every column is: the one place to read and to change it. A line names columns of a
-- table. Identifiers (uuid), moments (timestamptz) and amounts (..._cents) need no line, because
-- they are internal or financial unless a line says otherwise. For what is
-- erased, the line says how:
--   anonymize  with the SQL expression that replaces the value (the row is called t)
--   delete     the row goes
--   keep       with the reason that the law gives
-- Whose row it is, is said in personal_tables.
create or replace view app_private.declared_classes with (security_invoker = true) as
select
  d.relation, c.column_name, d.class::app_private.data_class as class,
  d.on_erasure::app_private.erasure_action as on_erasure, d.note
from (values
  -- foundation
  ('app_public.currencies', 'public', null, null, 'code exponent'),
  ('app_private.worker_heartbeats', 'internal', null, null, 'worker_id'),

  -- identity
  ('app_public.users', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$,
    'email'),
  ('app_public.users', 'personal', 'anonymize', $$'Erased'$$, 'first_name last_name'),
  ('app_public.users', 'personal', 'anonymize', 'null',
    'phone email_verified_at last_login_at avatar_url language date_of_birth'),
  ('app_public.users', 'personal', 'anonymize', $$'{}'$$, 'address'),
  ('app_public.users', 'internal', null, null, 'account_status login_count'),
  ('app_private.user_credentials', 'secret', 'delete', null, 'password_hash'),
  ('app_private.user_credentials', 'internal', null, null, 'failed_login_attempts'),
  ('app_private.two_factor_secrets', 'secret', 'delete', null, 'encrypted_secret'),
  ('app_private.two_factor_secrets', 'internal', null, null, 'last_time_step'),
  ('app_private.recovery_codes', 'secret', 'delete', null, 'code_hash'),
  ('app_private.session_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_public.user_sessions', 'personal', 'delete', null,
    'device ip_address user_agent country city'),
  ('app_public.user_sessions', 'internal', null, null, 'revoked_reason'),
  ('app_private.user_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.user_tokens', 'personal', 'delete', null, 'email'),
  ('app_private.user_tokens', 'internal', null, null, 'purpose'),
  ('app_private.outgoing_emails', 'personal', 'delete', null, 'recipient'),
  ('app_private.outgoing_emails', 'secret', 'delete', null, 'variables'),
  ('app_private.outgoing_emails', 'internal', null, null, 'template'),
  ('app_public.platform_staff', 'internal', null, null, 'role'),
  ('app_private.sign_ups', 'personal', 'delete', null, 'email first_name last_name'),
  ('app_private.sign_ups', 'secret', 'delete', null, 'token_hash password_hash'),
  ('app_private.attempt_limits', 'internal', null, null, 'kind attempts period'),
  ('app_private.attempts', 'personal', 'keep', 'Counts of a network, for days.', 'network'),
  ('app_private.attempts', 'internal', null, null, 'kind attempts'),
  ('app_public.failed_attempts', 'personal', 'delete', null, 'ip_address user_agent'),
  ('app_public.failed_attempts', 'internal', null, null, 'kind'),
  ('app_public.trusted_devices', 'personal', 'delete', null, 'device ip_address user_agent'),
  ('app_private.trusted_device_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_public.impersonations', 'sensitive', 'keep',
    'Proof of what was done in the name of somebody.', 'reason'),
  ('app_public.user_suspensions', 'sensitive', 'keep',
    'Proof of why somebody was kept out.', 'reason'),

  -- organizations: what is known of an organization is not about a person
  ('app_public.organizations', 'public', null, null,
    'name slug email phone website default_currency status address logo_url primary_color '
    'secondary_color custom_domain refund_policy privacy_policy_url terms_of_service_url '
    'verification_status'),
  ('app_public.organization_settings', 'internal', null, null,
    'allow_guest_checkout hold_seconds checkout_seconds hold_seconds_max tickets_per_booking_max '
    'business_type payout_schedule email_notifications ticket_transfers_enabled subscription_tier '
    'subscription_reference monthly_event_limit fraud_review_seconds books_timezone '
    'open_carts_max waiting_offer_seconds payout_timing payout_delay_days pays_stripe_fees'),
  ('app_public.organization_settings', 'financial', null, null,
    'commission_percentage service_fee_percentage processing_fee_percentage registration_number '
    'tax_id monthly_revenue_limit_units'),
  ('app_public.organization_members', 'internal', null, null, 'role status venues_restricted'),
  ('app_public.role_permissions', 'public', null, null, 'role permission'),
  ('app_public.member_permissions', 'internal', null, null, 'permission'),
  ('app_public.organization_invitations', 'personal', 'anonymize',
    $$'erased+' || t.id || '@erased.invalid'$$, 'email'),
  ('app_public.organization_invitations', 'internal', null, null, 'role send_count'),
  ('app_private.invitation_tokens', 'secret', null, null, 'token_hash'),
  ('app_public.organization_verifications', 'sensitive', 'keep',
    'Documents of an organization, by which it was verified.', 'documents note'),
  ('app_public.organization_verifications', 'internal', null, null, 'status'),
  ('app_public.domain_challenges', 'internal', null, null,
    'domain record_name record_value missed_count'),
  ('app_public.organization_suspensions', 'internal', null, null, 'reason'),
  ('app_public.subscription_tiers', 'public', null, null,
    'tier description monthly_event_limit monthly_revenue_limit_units'),
  ('app_public.tax_rates', 'public', null, null, 'name jurisdiction percentage valid_during'),
  ('app_public.tax_jurisdictions', 'public', null, null, 'name prices_include_tax'),
  ('app_public.memberships', 'personal', 'delete', null, 'email member_number'),
  ('app_public.memberships', 'internal', null, null, 'valid_during'),

  -- venues
  ('app_public.venues', 'public', null, null,
    'name slug description address timezone accessibility_features amenities city contact_email '
    'contact_phone contact_website country images language latitude longitude opening_hours '
    'social_media status tier venue_type videos'),
  ('app_public.venue_compliance', 'internal', null, null,
    'insurance_valid_until license_number license_valid_until licensed_capacity '
    'safety_certificate safety_certificate_valid_until'),
  ('app_public.layout_fetches', 'internal', null, null,
    'attempt_count error_code error_message expected_sha256 status url'),
  ('app_public.venue_layouts', 'public', null, null,
    'version name sha256 document source source_reference seat_count standing_capacity'),
  ('app_public.layout_sections', 'public', null, null,
    'section_no name kind category capacity x y width height'),
  ('app_public.layout_seats', 'public', null, null,
    'seat_no section_no seat_id row_name seat_number category x y features'),

  -- events
  ('app_public.events', 'public', null, null,
    'title slug description status currency blocked_sections organization_status '
    'allow_guest_checkout hold_seconds checkout_seconds hold_seconds_max tickets_per_booking_max '
    'service_fee_percentage processing_fee_percentage tax_percentage is_public '
    'screens_holds reentry_limit open_carts_max short_description format timezone '
    'visibility age_restriction special_requirements images banner_url videos '
    'external_links meta_title meta_description search_keywords tags tickets_per_user_max '
    'status_reason search_text search_vector'),
  ('app_public.events', 'public', null, null,
    'has_price_rules absorbs_service_fees absorbs_processing_fees prices_vary has_waiting_list'),
  ('app_public.events', 'financial', null, null, 'commission_percentage'),
  ('app_public.performances', 'public', null, null,
    'currency status is_public status_reason pass_name'),
  ('app_public.ticket_categories', 'public', null, null,
    'category_no name description status seat_categories sections is_public sort_order '
    'min_per_transaction max_per_transaction max_per_user includes restrictions '
    'requires_approval approval_hours approved_payment_hours requires_membership '
    'capture_method'),
  ('app_public.event_categories', 'public', null, null, 'slug name description'),
  ('app_public.event_category_links', 'public', null, null, 'is_public'),
  ('app_public.event_online_addresses', 'internal', null, null, 'address instructions'),
  ('app_private.event_access_codes', 'secret', null, null, 'code_hash'),
  ('app_private.add_on_downloads', 'secret', null, null, 'url'),
  ('app_public.event_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_public.performance_status_transitions', 'public', null, null,
    'from_status to_status reason'),
  ('app_public.event_cancellations', 'internal', null, null,
    'reason bookings_canceled bookings_failed being_served'),
  ('app_public.event_cancellation_failures', 'internal', null, null, 'code'),
  ('app_public.ticket_category_prices', 'public', null, null, 'audience valid_during is_public'),
  ('app_public.add_ons', 'public', null, null,
    'is_public name description currency max_per_booking requires_ticket delivery is_limited '
    'is_active sort_order returns_to_stock'),
  ('app_public.attendee_questions', 'public', null, null,
    'is_public question kind choices is_required sort_order'),
  ('app_private.performance_notices', 'internal', null, null, 'kind reason mails_queued'),
  ('app_public.pricing_rules', 'internal', null, null,
    'name sort_order condition at_least below percentage'),
  ('app_public.discount_codes', 'internal', null, null,
    'code currency percentage quantity_min uses_max uses_per_customer_max valid_during'),

  -- inventory
  ('app_private.sold_shares', 'internal', null, null,
    'ticket_category_ids category_shares performance_share'),
  ('app_public.performance_categories', 'public', null, null, 'category_no'),
  ('app_public.seat_booking_state', 'internal', null, null, 'seat_no status category_no'),
  ('app_private.seat_runs', 'internal', null, null,
    'run_no first_seat_no last_seat_no central_seat_no longest category_no is_accessible is_full'),
  ('app_private.seat_changes', 'internal', null, null, 'changed_xid seat_nos'),
  ('app_private.seat_changes_forgotten', 'internal', null, null, 'is_only last_xid'),
  ('app_public.admission_pools', 'internal', null, null,
    'name capacity slot_count chain allocated is_pass'),
  ('app_private.admission_slots', 'internal', null, null, 'slot_no capacity held sold'),
  ('app_private.admission_claims', 'internal', null, null, 'slot_no quantity'),
  ('app_private.allocation_holds', 'internal', null, null, 'seat_ids places'),
  ('app_public.admission_allocations', 'internal', null, null, 'kind reason quantity places_left'),
  ('app_private.add_on_counters', 'internal', null, null, 'total held sold'),
  ('app_private.add_on_claims', 'internal', null, null, 'quantity'),
  ('app_private.add_on_codes', 'secret', null, null, 'code'),
  ('app_private.add_on_codes', 'internal', null, null, 'unit_no'),
  ('app_public.seat_allocations', 'internal', null, null, 'kind reason seat_count'),
  ('app_public.seat_allocation_seats', 'internal', null, null, 'seat_no'),

  -- bookings
  ('app_public.customers', 'personal', 'anonymize', $$'erased+' || t.id || '@erased.invalid'$$,
    'email'),
  ('app_public.customers', 'personal', 'anonymize', 'null', 'first_name last_name phone'),
  ('app_public.customers', 'personal', 'anonymize', $$'{}'$$, 'address'),
  ('app_public.booking_details', 'personal', 'delete', null,
    'referral_source utm_source utm_medium utm_campaign utm_term utm_content special_requests '
    'accessibility_requirements dietary_requirements'),
  ('app_public.booking_notes', 'personal', 'delete', null, 'note'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'customer_email customer_name'),
  ('app_public.bookings', 'personal', 'anonymize', 'null', 'cancellation_reason'),
  ('app_public.bookings', 'secret', 'keep', 'It owns the tickets, and tells nothing of anybody.',
    'cart_token_hash'),
  ('app_public.bookings', 'internal', null, null,
    'booking_reference status booking_channel currency created_xid'),
  ('app_public.delivery_addresses', 'personal', 'delete', null, 'address'),
  ('app_public.bookings', 'financial', null, null, 'commission_percentage price_terms'),
  ('app_public.booking_items', 'internal', null, null, 
    'item_type seat_nos quantity returned_quantity price_basis'),
  ('app_public.booking_items', 'financial', null, null, 'applied_rules'),
  ('app_public.discount_redemptions', 'internal', null, null, 'code'),
  ('app_private.discount_attempts', 'personal', 'keep', 'Counts of a network, for days.', 'asker'),
  ('app_private.discount_attempts', 'internal', null, null, 'attempts'),
  ('app_public.booking_state_transitions', 'personal', 'keep',
    'History of a sale, kept as long as the books; it says why, and not who.', 'reason'),
  ('app_public.booking_state_transitions', 'internal', null, null,
    'from_status to_status changed_via request_id'),
  ('app_public.booking_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_private.idempotency_keys', 'internal', null, null,
    'owner idempotency_key function_name arguments_hash'),
  ('app_public.payment_plans', 'public', null, null,
    'name deposit_percentage installments basis first_due_days interval_days last_due_days_before '
    'reminder_days grace_days overdue_action'),
  ('app_public.booking_payment_schedule', 'financial', null, null, 'installment_no status'),
  ('app_public.booking_approvals', 'internal', null, null, 'pay_within_hours decision'),
  ('app_public.booking_approvals', 'personal', 'anonymize',
    'case when t.decision = ''declined'' then ''erased'' end', 'reason'),
  ('app_public.staff_sales', 'internal', null, null, 'payment'),
  ('app_public.staff_sales', 'personal', 'anonymize',
    'case when t.payment = ''complimentary'' then ''erased'' end', 'note'),
  ('app_public.staff_sales', 'personal', 'anonymize',
    'case when t.override_reason is not null then ''erased'' end', 'override_reason'),
  ('app_private.payment_links', 'secret', null, null, 'token_hash'),
  ('app_private.booking_link_requests', 'personal', 'delete', null, 'booking_reference email'),
  ('app_private.booking_confirmations', 'internal', null, null, 'error_code'),
  ('app_public.waiting_list_entries', 'personal', 'delete', null, 'quantity is_accessible'),
  ('app_public.waiting_list_entries', 'internal', null, null, 'status gathered times_passed'),
  ('app_private.waiting_list_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.waiting_list_tokens', 'personal', 'delete', null, 'quantity is_accessible email'),

  -- payments
  ('app_public.payment_intents', 'financial', null, null,
    'currency status stripe_payment_intent_id stripe_status failure_code failure_message '
    'stripe_charge_id stripe_news method capture_method'),
  ('app_public.payment_charges', 'financial', null, null,
    'stripe_charge_id status card_brand risk_level risk_score network_answer outcome_reason'),
  ('app_public.payment_charges', 'personal', 'anonymize', 'null', 'card_last4'),
  ('app_private.payment_intent_secrets', 'secret', 'delete', null, 'client_secret'),
  ('app_private.payment_intent_changes', 'internal', null, null, 'change_no'),
  ('app_private.stripe_customers', 'personal', 'delete', null, 'stripe_id'),
  ('app_private.saved_payment_methods', 'personal', 'delete', null,
    'stripe_id brand last4 exp_month exp_year'),
  ('app_private.payment_choices', 'personal', 'delete', null, 'saves_card'),
  ('app_private.stripe_events', 'personal', 'anonymize', $$'{}'$$, 'payload'),
  ('app_private.stripe_events', 'internal', null, null, 'id type livemode outcome reason'),
  ('app_public.payment_findings', 'financial', null, null,
    'kind subject detail stripe_event_ids resolution_note accounting_period'),
  ('app_public.reconciliation_runs', 'internal', null, null, 'status starting_after'),
  ('app_public.reconciliation_results', 'financial', null, null,
    'currency stripe_count book_count matched_count finding_count'),
  ('app_public.reconciliation_balances', 'financial', null, null, 'currency is_certain'),
  ('app_private.platform_payouts', 'financial', null, null, 'id status currency failure_code'),
  ('app_private.stripe_balance_transactions', 'financial', null, null,
    'id type currency source stripe_payment_intent_id is_matched'),
  ('app_private.stripe_calls', 'internal', null, null,
    'purpose idempotency_key request_hash status attempts stripe_id http_code error_code '
    'stripe_request_id duration_ms'),
  ('app_private.stripe_reachability', 'internal', null, null, 'is_only_row failures last_error'),
  ('app_public.payouts', 'financial', null, null,
    'currency payout_period_start payout_period_end transactions_included events_included status '
    'attempt failure_code failure_reason stripe_transfer_id'),
  ('app_public.payouts', 'sensitive', 'keep', 'Proof of why money was paid out, or not.',
    'decision_note'),
  ('app_public.payout_items', 'financial', null, null, 'kind'),
  ('app_public.payout_holds', 'financial', null, null, 'kind is_of_platform'),
  ('app_public.payout_holds', 'sensitive', 'keep', 'Proof of why money was held back.', 'reason'),
  ('app_public.payout_reversals', 'financial', null, null,
    'status stripe_reversal_id failure_reason'),
  ('app_public.payout_reversals', 'sensitive', 'keep', 'Proof of why money was taken back.',
    'reason'),
  ('app_public.payout_status_transitions', 'public', null, null, 'from_status to_status reason'),
  ('app_public.stripe_accounts', 'financial', null, null,
    'country email stripe_account_id stripe_onboarding_completed charges_enabled payout_enabled '
    'transfers_enabled requirements_due disabled_reason failure_reason stripe_news'),
  ('app_private.stripe_account_links', 'secret', null, null, 'url'),
  ('app_private.stripe_account_links', 'internal', null, null,
    'return_url refresh_url failure_reason'),
  ('app_public.refunds', 'financial', null, null,
    'reason currency status stripe_refund_id failure_reason stripe_status attempt'),
  ('app_public.cancellation_policies', 'public', null, null,
    'version refunds_service_fees refunds_processing_fees'),
  ('app_public.cancellation_windows', 'public', null, null, 'days_before percentage'),
  ('app_public.refund_requests', 'financial', null, null,
    'kind status reason ticket_ids add_on_item_ids add_on_quantities percentage '
    'refunds_service_fees refunds_processing_fees is_exception currency'),
  ('app_public.refund_requests', 'sensitive', 'keep',
    'Vouchers: why money went back, and on whose word.', 'note decision_note'),
  ('app_public.refund_items', 'financial', null, null, 'is_return unit_no'),
  ('app_public.disputes', 'financial', null, null,
    'stripe_dispute_id stripe_charge_id status reason network_reason_code currency stripe_news'),
  ('app_public.dispute_responses', 'personal', 'anonymize', $$'{}'$$, 'evidence'),
  ('app_public.dispute_responses', 'internal', null, null, 'is_acceptance status failure_reason'),
  ('app_public.ledger_accounts', 'financial', null, null, 'kind currency'),
  ('app_public.ledger_account_rules', 'public', null, null,
    'kind normal_side may_be_negative description'),
  ('app_public.ledger_transactions', 'financial', null, null,
    'source description category accounting_period pays_stripe_fees'),
  ('app_public.ledger_balances', 'financial', null, null, 'period'),
  ('app_public.accounting_periods', 'financial', null, null, 'period status unreconciled_count'),
  ('app_public.payment_transactions', 'financial', null, null,
    'accounting_period transaction_type transaction_category currency description '
    'stripe_balance_transaction_id reconciliation_status'),
  ('app_public.ledger_corrections', 'financial', null, null,
    'currency kinds amounts_cents reason status'),
  ('app_public.promoters', 'personal', 'keep', 'Who is paid: it is in the books.', 'name email'),
  ('app_public.event_promoters', 'financial', null, null, 'share_percentage'),
  ('app_public.promoter_shares', 'financial', null, null, 'share_percentage'),

  -- tickets
  ('app_public.tickets', 'internal', null, null,
    'seat_no ticket_number status section row_name seat_number currency credential_version '
    'delivery_method delivery_status entry_count earlier_entries is_inside is_disputed'),
  ('app_public.tickets', 'personal', 'anonymize', 'null', 'delivery_tracking'),
  ('app_public.ticket_attendees', 'personal', 'delete', null,
    'first_name last_name email phone answers'),
  ('app_public.ticket_transfers', 'personal', 'anonymize',
    $$'erased+' || t.id || '@erased.invalid'$$, 'to_email'),
  ('app_public.ticket_transfers', 'secret', 'keep',
    'They own tickets, and tell nothing of anybody.', 'from_cart_token_hash to_cart_token_hash'),
  ('app_public.ticket_transfers', 'internal', null, null, 'status'),
  ('app_private.ticket_transfer_tokens', 'secret', null, null, 'token_hash'),
  ('app_public.entry_zones', 'internal', null, null, 'name sections ticket_categories'),
  ('app_public.entry_gates', 'internal', null, null, 'name'),
  ('app_public.scanner_devices', 'internal', null, null, 'name'),
  ('app_private.scanner_tokens', 'secret', null, null, 'token_hash'),
  ('app_private.offline_scan_results', 'internal', null, null, 'code is_double result'),
  ('app_private.ticket_credentials', 'secret', null, null, 'credential_hash'),
  ('app_private.ticket_credentials', 'internal', null, null, 'version'),
  ('app_private.signing_keys', 'secret', null, null, 'key'),
  ('app_private.signing_keys', 'internal', null, null, 'name'),
  ('app_public.pass_entries', 'internal', null, null, 'entry_count earlier_entries is_inside'),
  ('app_public.ticket_scans', 'internal', null, null,
    'result code gate device direction offline_result'),

  -- risk
  ('app_public.fraud_detection_rules', 'internal', null, null,
    'rule_name description rule_type stage severity action trigger_count window_seconds '
    'amount_currency is_enabled true_positives false_positives false_positive_rate'),
  ('app_private.booking_signals', 'personal', 'anonymize', 'null',
    'user_id buyer_key email ip_address device user_agent country expected_countries'),
  ('app_private.booking_signals', 'personal', 'anonymize', 'false', 'is_disposable_email'),
  ('app_private.booking_signals', 'internal', null, null, 'stage tickets currency'),
  ('app_private.payment_failure_signals', 'personal', 'anonymize', 'null',
    'buyer_key email ip_address device'),
  ('app_private.payment_failure_signals', 'internal', null, null, 'stripe_event_id'),
  ('app_private.lost_dispute_signals', 'personal', 'anonymize', 'null',
    'buyer_key email ip_address device'),
  ('app_private.disposable_email_domains', 'public', null, null, 'domain'),
  ('app_private.calling_codes', 'public', null, null, 'prefix country'),
  ('app_public.risk_assessments', 'sensitive', 'keep',
    'Why a sale was refused or looked at; whose it was is forgotten.', 'score action factors'),
  ('app_public.fraud_alerts', 'internal', null, null,
    'severity action risk_score status resolution'),
  ('app_public.fraud_alert_notes', 'sensitive', 'keep',
    'Evidence for legal claims (GDPR, article 17, paragraph 3).', 'note'),

  -- audit: see redact_audit_log
  ('app_public.audit_log', 'personal', 'anonymize', 'null', 'ip_address user_agent'),
  ('app_public.audit_log', 'personal', 'anonymize', 'by field, as in the table it is about',
    'old_values new_values'),
  ('app_public.audit_log', 'internal', null, null,
    'action entity_type database_role request_id transaction_id'),
  ('app_private.audit_seals', 'internal', null, null,
    'seal_no up_to row_count previous_hash hash'),
  ('app_private.audit_sealed_rows', 'internal', null, null, 'seal_no row_hash month'),
  ('app_private.partition_retention', 'internal', null, null, 'table_name months_kept reason'),
  ('app_private.closed_months', 'internal', null, null,
    'table_name month months_kept row_count rows_hash'),

  -- privacy
  ('app_private.retention_rules', 'internal', null, null,
    'rule description relation action since condition kept_for is_enabled'),
  ('app_public.consents', 'personal', 'keep',
    'Proof that somebody had agreed (GDPR, article 7); of whom is forgotten.',
    'purpose is_given wording_version source'),
  ('app_private.consent_tokens', 'secret', 'delete', null, 'token_hash'),
  ('app_private.consent_tokens', 'personal', 'delete', null,
    'email purpose is_given wording_version source'),
  ('app_public.privacy_requests', 'internal', null, null, 'kind summary left_booking_ids')
) as d (relation, class, on_erasure, note, columns)
cross join lateral regexp_split_to_table(d.columns, ' ') as c (column_name);

comment on view app_private.declared_classes is
  'What is declared about columns; column_classes has every column there is.';
revoke all on app_private.declared_classes from public;
