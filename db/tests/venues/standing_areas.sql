-- If this fails, a festival has no places, or a standing area is sold by the seat.
select plan(33);

select tests.create_theatre();

create function tests.store(sections text) returns app_public.venue_layouts
language plpgsql volatile as $$
declare
  v_document text := '{"format": "lml-layout/1", "name": "Field", "sections": ' || sections || '}';
begin
  return app_private.store_layout(
    tests.id('theatre.venue'), v_document, tests.hash_of(v_document)
  );
end
$$;

select tests.keep('mixed', (
  tests.store('[
    {"name": "Pit", "kind": "standing", "capacity": 500, "category": "Standing",
      "area": {"x": 0.1, "y": 0.2, "width": 0.8, "height": 0.25}},
    {"name": "Stand", "kind": "seated", "rows": [{"name": "A", "seats": [
      {"number": "1", "x": 0.5, "y": 0.9, "category": "Stand", "features": ["wheelchair"]},
      {"number": "2", "x": 0.6, "y": 0.9, "category": "Stand", "features": ["companion", "aisle"]},
      {"number": "3", "x": 0.7, "y": 0.9, "category": "Stand", "features": ["obstructed_view"]}
    ]}]}
  ]')
).id);
select is(
  (select row(l.seat_count, l.standing_capacity)::text from app_public.venue_layouts as l
    where l.id = tests.id('mixed')),
  '(3,500)', 'seats and places are counted apart'
);
select results_eq(
  $$ select s.section_no, s.name, s.kind, s.capacity, s.category, s.x, s.height
    from app_public.layout_sections as s where s.layout_id = tests.id('mixed') order by 1 $$,
  $$ values
    (1::smallint, 'Pit', 'standing'::app_public.layout_section_kind, 500, 'Standing', 0.1, 0.25),
    (2::smallint, 'Stand', 'seated', 3, null, null, null) $$,
  'a section is one or the other'
);
select is(
  (select string_agg(format('%s/%s/%s', s.seat_no, s.section_no, s.features[1]), ' ' order by 1)
    from app_public.layout_seats as s where s.layout_id = tests.id('mixed')),
  '1/2/wheelchair 2/2/companion 3/2/obstructed_view', 'seats have what they offer or lack'
);
select is(
  (tests.store('[{"name": "Field", "kind": "standing", "capacity": 1000000, "category": "All"}]'))
    .standing_capacity,
  1000000, 'a field has no seat at all'
);
select results_eq(
  $$ select s.name, s.capacity from app_public.layout_sections as s
    where s.layout_id = tests.id('theatre.layout') order by s.section_no $$,
  $$ values ('Stalls', 12), ('Balcony', 6), ('Box', 2) $$,
  'a seated section has as many places as seats'
);

-- Neither one nor the other.
select tests.refused(
  format('select tests.store(%L)', format(
    '[{"name": "P", %s}, {"name": "Q", "kind": "standing", "capacity": 1, "category": "C"}]', s.body
  )),
  s.code, s.body
)
from (values
  ('"kind": "standing", "category": "C"', 'LMLAY'),
  ('"kind": "standing", "capacity": 0, "category": "C"', 'LMLAY'),
  ('"kind": "standing", "capacity": -5, "category": "C"', 'LMLAY'),
  ('"kind": "standing", "capacity": 1.5, "category": "C"', 'LMLAY'),
  ('"kind": "standing", "capacity": "5", "category": "C"', 'LMLAY'),
  ('"kind": "standing", "capacity": 1000001, "category": "C"', 'LMLAY'),
  ('"kind": "standing", "capacity": 1e300, "category": "C"', 'LMLAY'),
  ('"kind": "standing", "capacity": null, "category": "C"', 'LMLAY'),
  ('"kind": "standing", "capacity": 5', 'LMLAY'),
  ('"kind": "standing", "capacity": 5, "category": ""', 'LMLAY'),
  ('"kind": "standing", "capacity": 5, "category": "C", "rows": []', 'LMLAY'),
  ('"kind": "lying", "rows": []', 'LMLAY'),
  ('"capacity": 5, "rows": []', 'LMLAY'),
  ('"category": "C", "rows": []', 'LMLAY'),
  ('"kind": "seated"', 'LMLAY'),
  ('"kind": "standing", "capacity": 5, "category": "C", "area": {}', 'LMLAY'),
  ('"kind": "standing", "capacity": 5, "category": "C", "area": 7', 'LMLAY'),
  (
    '"kind": "standing", "capacity": 5, "category": "C", '
      '"area": {"x": 0.5, "y": 0, "width": 0.6, "height": 1}', 'LMXYR'
  ),
  (
    '"kind": "standing", "capacity": 5, "category": "C", '
      '"area": {"x": 0.5, "y": 0, "width": 0, "height": 1}', 'LMXYR'
  ),
  (
    '"kind": "standing", "capacity": 5, "category": "C", '
      '"area": {"x": 0, "y": 0, "width": 1e300, "height": 1}', 'LMXYR'
  )
) as s (body, code);
select tests.refused(
  $$ select tests.store('[{"name": "P", "kind": "standing", "capacity": 1, "category": "C"},
    {"name": "P", "kind": "standing", "capacity": 2, "category": "C"}]') $$,
  'LMDUP', 'two areas of one name'
);

-- Not even the owner of the tables writes what is not a layout, or changes one.
select throws_like(
  $$ insert into app_public.venue_layouts (
    organization_id, venue_id, version, name, sha256, document, source, seat_count,
    standing_capacity
  )
  select organization_id, venue_id, 99, name, repeat('0', 64), document, source, 0, 0
  from app_public.venue_layouts limit 1 $$,
  '%venue_layouts_sha256_is_of_the_document%', 'a hash is of its document'
);
select throws_like(
  $$ insert into app_public.layout_sections (
    organization_id, layout_id, section_no, name, kind, capacity
  )
  select organization_id, id, 99, 'X', 'standing', 5 from app_public.venue_layouts limit 1 $$,
  '%layout_sections_standing_has_places_and_category%', 'a standing area has a category'
);
select tests.refused(statement, 'LMAPP', statement)
from unnest(array[
  'update app_public.layout_sections set capacity = 7',
  'delete from app_public.layout_sections',
  'update app_public.venue_layouts set sha256 = repeat(''0'', 64)',
  'truncate app_public.layout_seats'
]) as statement;
select is((select count(*) from app_public.venue_layouts), 3::bigint, 'nothing was left behind');
