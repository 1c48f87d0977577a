create or replace function app_public.export_customer_data(customer_id uuid)
returns jsonb
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_customer app_public.customers := app_private.require_customer(
    export_customer_data.customer_id, 'privacy.manage'
  );
begin
  insert into app_public.privacy_requests (
    organization_id, kind, customer_id, requested_by, completed_at
  )
  values (
    v_customer.organization_id, 'export', v_customer.id, app_hidden.current_user_id(), now()
  );
  return app_private.export_person(app_private.person_of_customer(v_customer.id));
end
$$;

comment on function app_public.export_customer_data(uuid) is
  'Everything that an organization has stored about one of its customers, to be handed to them. '
  'Needs privacy.manage. Raises LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.export_customer_data(uuid) to lml_user;
