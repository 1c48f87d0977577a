create or replace function app_private.erase_person(person app_private.person, request_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_table record;
  v_count integer;
  v_summary jsonb := '{}';
begin
  for v_table in
    select p.relation, p.belongs
    from app_private.personal_tables as p
    where p.relation <> 'app_public.audit_log'
    order by p.position
  loop
    v_count := app_private.forget_rows(
      v_table.relation, v_table.belongs, erase_person.person, erase_person.request_id
    );
    if v_count > 0 then
      v_summary := v_summary || jsonb_build_object(v_table.relation, v_count);
    end if;
  end loop;
  -- Of what others bought and had sent to the person, the address goes. Whoever bought it stays.
  update app_private.booking_signals as s
  set email = null
  where s.booking_id = any ((erase_person.person).booking_ids) and s.email is not null;
  update app_private.payment_failure_signals as s
  set email = null
  where s.booking_id = any ((erase_person.person).booking_ids) and s.email is not null;
  update app_private.lost_dispute_signals as s
  set email = null
  where s.booking_id = any ((erase_person.person).booking_ids) and s.email is not null;
  return v_summary;
end
$$;

comment on function app_private.erase_person(app_private.person, uuid) is
  'Forgets a person in every table of personal_tables; returns how many rows of each.';
