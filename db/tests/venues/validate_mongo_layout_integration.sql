-- If this fails, a layout that somebody tampered with, or that was stored wrongly, passes for the
-- document that it was made of.
select plan(19);

select tests.create_theatre();
select tests.create_theatre('rival');

create function tests.differences() returns table (what text, place text)
language sql volatile as $$
  select d.what, d.place
  from app_public.validate_mongo_layout_integration(tests.id('theatre.venue')) as d
$$;
grant execute on function tests.differences() to public;

-- Changes what can never change, asks the manager, and takes it back.
create function tests.after(change text) returns setof text
language plpgsql volatile as $$
declare
  v_line text;
begin
  begin
    alter table app_public.venue_layouts disable trigger user;
    alter table app_public.layout_sections disable trigger user;
    alter table app_public.layout_seats disable trigger user;
    alter table app_public.venue_layouts
      drop constraint venue_layouts_sha256_is_of_the_document;
    execute after.change;
    perform tests.sign_in('theatre manager');
    for v_line in
      select concat_ws(' ', d.what, d.place) from tests.differences() as d
    loop
      return next v_line;
    end loop;
    raise exception using errcode = 'LMXXX';
  exception
    when sqlstate 'LMXXX' then
  end;
end
$$;

select is_empty(
  $$ select from tests.after('select') $$, 'what was imported is what the document says'
);
select results_eq(
  format('select * from tests.after(%L)', c.change), c.lines, c.why
)
from (values
  (
    'update app_public.venue_layouts set document = document || '' ''',
    array['hash'], 'a byte more'
  ),
  (
    $$ update app_public.venue_layouts
      set document = '{}', sha256 = tests.hash_of('{}')
      where id = tests.id('theatre.layout') $$,
    array['document'], 'another document with its hash'
  ),
  (
    'update app_public.venue_layouts set name = ''Elsewhere''', array['name'], 'another name of all'
  ),
  (
    'update app_public.venue_layouts set seat_count = 19', array['seat_count'],
    'another number of seats'
  ),
  (
    'update app_public.venue_layouts set standing_capacity = 5', array['standing_capacity'],
    'places that nobody drew'
  ),
  (
    'update app_public.layout_sections set capacity = 5 where name = ''Box''',
    array['section section Box'], 'another capacity'
  ),
  (
    'update app_public.layout_sections set name = ''Lodge'' where name = ''Box''',
    array['section section Box'], 'another name'
  ),
  (
    'update app_public.layout_seats set x = x / 2 where seat_no = 3', array['seat seat 3'],
    'a seat that moved'
  ),
  (
    'update app_public.layout_seats set features = ''{wheelchair}'' where seat_no in (3, 4)',
    array['seat seat 3', 'seat seat 4'], 'features that were added'
  ),
  (
    $$ insert into app_public.layout_seats
      select organization_id, layout_id, 21, section_no, tests.hash_of('x'), 'Z', '9', category,
        x, y, features
      from app_public.layout_seats where seat_no = 20 $$,
    array['seat seat 21'], 'a seat too many'
  ),
  (
    $$ insert into app_public.venue_compliance (organization_id, venue_id, licensed_capacity)
      values (tests.id('theatre.organization'), tests.id('theatre.venue'), 19) $$,
    array['licensed_capacity'], 'more seats than are licensed'
  )
) as c (change, lines, why);
select is(
  (select count(*) from tests.after('delete from app_public.layout_seats where seat_no = 20')),
  2::bigint, 'a seat that is gone is missed twice: in the layout, and where it is for sale'
);

-- A pass has no seats of its own, nor has a date that was canceled before anything was for sale.
select tests.create_festival();
select tests.create_event('theatre', 'mistaken event');
select tests.sign_in('theatre owner');
select app_public.cancel_performance((app_public.create_performance(
  tests.id('mistaken event'), tests.id('theatre.layout'), '2040-01-01'
)).id);
select app_public.publish_event(tests.id('mistaken event'));
select is_empty($$ select from tests.differences() $$, 'neither lacks any');

-- Who may ask.
select tests.sign_in('theatre viewer');
select is_empty($$ select from tests.differences() $$, 'a viewer may ask');
select tests.sign_in('rival owner');
select tests.refused($$ select tests.differences() $$, 'LMNFD', 'a stranger may not');
select tests.sign_in('eve');
select tests.refused($$ select tests.differences() $$, 'LMNFD', 'nor may somebody else');
select tests.refused(
  $$ select app_public.validate_mongo_layout_integration(null) $$, 'LMNFD', 'about no venue'
);
select tests.as_anonymous();
select tests.refused($$ select tests.differences() $$, '42501', 'nor a visitor');
select tests.as_owner();
