create or replace function app_public.attendee_list(performance_id uuid)
returns setof app_public.attendee_entry
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_performance app_public.performances;
  v_reads_names boolean;
begin
  select * into v_performance
  from app_public.performances as p where p.id = attendee_list.performance_id;
  perform app_hidden.require_performance_permission(
    v_performance.organization_id, v_performance.id, 'tickets.read'
  );
  v_reads_names := app_hidden.has_performance_permission(
    v_performance.organization_id, v_performance.id, 'customers.read_names'
  );
  return query
    select
      t.id, t.ticket_number, c.name,
      nullif(concat_ws(', ', t.section, t.row_name, t.seat_number), ''),
      case when v_reads_names then a.first_name end, case when v_reads_names then a.last_name end,
      case when v_reads_names then a.email::text end, case when v_reads_names then a.phone end,
      coalesce(asked.answers, '{}'),
      coalesce(asked.unanswered, 0)
    from app_public.tickets as t
    join app_public.ticket_categories as c
      on c.organization_id = t.organization_id and c.id = t.ticket_category_id
    left join app_public.ticket_attendees as a
      on a.organization_id = t.organization_id and a.ticket_id = t.id
    cross join lateral (
      select
        jsonb_object_agg(q.question, a.answers ->> q.id::text order by q.sort_order, q.id)
          filter (where a.answers ? q.id::text) as answers,
        count(*) filter (
          where q.is_required and q.retired_at is null
            and not coalesce(a.answers ? q.id::text, false)
        )::integer as unanswered
      from app_private.questions_for(t) as q
    ) as asked
    where t.organization_id = v_performance.organization_id
      and (
        t.performance_id = v_performance.id
        or t.performance_id in (select app_private.passes_for(v_performance.id))
      )
      and t.status in ('valid', 'used')
    order by c.category_no, t.section, t.seat_no, t.ticket_number;
end
$$;

comment on function app_public.attendee_list(uuid) is
  'Who comes to a performance, with their answers, a row for each good ticket. '
  'Needs tickets.read; names, addresses and numbers are told with customers.read_names only. '
  'Raises LMNFD, LMRGT, LMAUT, LMSES.';
grant execute on function app_public.attendee_list(uuid) to lml_user;
