create or replace function app_public.set_category_approval(
  ticket_category_id uuid, requires_approval boolean, approval_hours integer default 48,
  approved_payment_hours integer default 24,
  capture_method app_public.capture_method default 'automatic'
)
returns app_public.ticket_categories
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_event app_public.events := app_private.lock_category_event(
    set_category_approval.ticket_category_id
  );
  v_category app_public.ticket_categories;
  v_constraint text;
  v_column text;
begin
  update app_public.ticket_categories as c
  set requires_approval = set_category_approval.requires_approval,
    approval_hours = set_category_approval.approval_hours,
    approved_payment_hours = set_category_approval.approved_payment_hours,
    capture_method = set_category_approval.capture_method
  where c.organization_id = v_event.organization_id
    and c.id = set_category_approval.ticket_category_id
  returning * into strict v_category;
  return v_category;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.set_category_approval(
  uuid, boolean, integer, integer, app_public.capture_method
) is
  'Whether orders of a category wait for an answer, for how long, and how long the buyer may take '
  'to pay after a yes; with capture_method manual the card is authorized at checkout, and charged '
  'by a yes. For checkouts from now on. Needs events.manage. '
  'Raises LMNFD, LMRGT, LMINP, LMAUT, LMSES.';
grant execute on function app_public.set_category_approval(
  uuid, boolean, integer, integer, app_public.capture_method
) to lml_user;
