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
