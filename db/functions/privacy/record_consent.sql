-- Saying the same again adds nothing: the newest row of a purpose is what is in force.
create or replace function app_private.record_consent(consent app_public.consents)
returns app_public.consents
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_last app_public.consents;
  v_constraint text;
  v_column text;
begin
  -- Two answers at once are put in an order.
  perform from app_public.users as u
  where u.id = (record_consent.consent).user_id for no key update;
  perform from app_public.customers as c
  where c.id = (record_consent.consent).customer_id for no key update;
  select * into v_last
  from app_public.consents as c
  where c.purpose = (record_consent.consent).purpose
    and c.organization_id is not distinct from (record_consent.consent).organization_id
    and (
      c.user_id = (record_consent.consent).user_id
      or c.customer_id = (record_consent.consent).customer_id
    )
  order by c.created_at desc, c.id desc
  limit 1;
  if v_last.is_given = (record_consent.consent).is_given
    and (
      not v_last.is_given or v_last.wording_version = (record_consent.consent).wording_version
    )
  then
    return v_last;
  end if;
  insert into app_public.consents (
    organization_id, user_id, customer_id, purpose, is_given, wording_version, source, created_at
  )
  values (
    (record_consent.consent).organization_id, (record_consent.consent).user_id,
    (record_consent.consent).customer_id, (record_consent.consent).purpose,
    (record_consent.consent).is_given,
    case when (record_consent.consent).is_given then (record_consent.consent).wording_version
      else coalesce(v_last.wording_version, 'none')
    end,
    (record_consent.consent).source, clock_timestamp()
  )
  returning * into v_last;
  return v_last;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
  when foreign_key_violation then
    raise exception 'There is no such organization.'
      using errcode = 'LMNFD', detail = 'organization_id';
end
$$;

comment on function app_private.record_consent(app_public.consents) is
  'Adds what was said about a purpose, unless it is in force; returns '
  'what is. Raises LMINP, LMNFD.';
