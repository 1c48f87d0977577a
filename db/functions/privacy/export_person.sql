-- Every table of personal_tables, without secrets. Who else worked on an entry is their own affair,
-- and so is what somebody else bought with an account of their own and had sent to this person: it
-- says from where, and with which device. Erasure does forget the address that it was sent to.
create or replace function app_private.export_person(person app_private.person)
returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_person app_private.person := export_person.person;
  v_table record;
  v_rows jsonb;
  v_document jsonb := '{}';
begin
  if v_person.user_id is not null then
    v_person.booking_ids := array(
      select b.id
      from app_public.bookings as b
      where b.id = any (v_person.booking_ids)
        and coalesce(b.user_id = v_person.user_id, true)
      order by b.id
    );
  end if;
  for v_table in
    select p.relation, p.section, p.belongs, array(
      select c.column_name from app_private.column_classes as c
      where c.relation = p.relation and c.class = 'secret'
    ) as secrets
    from app_private.personal_tables as p
    where p.section is not null
    order by p.position
  loop
    execute format(
      'select coalesce(jsonb_agg(to_jsonb(t) - $2 %s order by to_jsonb(t) ->> ''id''), ''[]'') '
      'from %s as t where %s',
      case when v_table.relation = 'app_public.audit_log' then
        '- case when t.user_id is distinct from ($1).user_id then '
        'array[''user_id'', ''impersonator_id'', ''ip_address'', ''user_agent'', ''request_id''] '
        'else ''{}'' end'
      end,
      v_table.relation, v_table.belongs
    )
    into v_rows using v_person, v_table.secrets;
    v_document := v_document || jsonb_build_object(v_table.section, v_rows);
  end loop;
  return jsonb_build_object('format', 'lml-export/1', 'exported_at', now()) || v_document;
end
$$;

comment on function app_private.export_person(app_private.person) is
  'What is stored about a person: one document, one list for each table.';
