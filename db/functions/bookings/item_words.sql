-- Such as `2 x Stalls: Stalls, A: 3, 4`, the same in every language: seats of a row are one line.
create or replace function app_private.item_words(booking app_public.bookings)
returns text[]
language sql stable security definer set search_path = ''
as $$
  with lines as (
    select
      i.id,
      case when i.seat_nos is null then i.quantity else count(*) end
        || ' x ' || coalesce(c.name, a.name)
        || coalesce(
          ': ' || nullif(concat_ws(', ', section.name, nullif(s.row_name, '')), '')
            || ': ' || string_agg(s.seat_number, ', ' order by s.seat_no),
          ''
        ) as line,
      min(s.seat_no) as first_no
    from app_public.booking_items as i
    join app_public.performances as p
      on p.organization_id = i.organization_id and p.id = (item_words.booking).performance_id
    left join app_public.ticket_categories as c
      on c.organization_id = i.organization_id and c.id = i.ticket_category_id
    left join app_public.add_ons as a
      on a.organization_id = i.organization_id and a.id = i.add_on_id
    left join app_public.layout_seats as s
      on s.organization_id = i.organization_id
      and s.layout_id = p.layout_id
      and s.seat_no = any (i.seat_nos)
    left join app_public.layout_sections as section
      on section.organization_id = s.organization_id
      and section.layout_id = s.layout_id
      and section.section_no = s.section_no
    where i.organization_id = (item_words.booking).organization_id
      and i.booking_id = (item_words.booking).id
      and i.item_type in ('seat', 'admission', 'add_on')
    group by i.id, c.name, a.name, section.name, s.row_name
  )
  select coalesce(array_agg(l.line order by l.id, l.first_no), '{}') from lines as l
$$;

comment on function app_private.item_words(app_public.bookings) is
  'What mails say that was bought, a line each.';
