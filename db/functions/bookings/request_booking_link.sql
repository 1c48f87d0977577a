-- Nothing is looked up here: the answer is the same whatever is known, and so is the time it takes.
create or replace function app_public.request_booking_link(booking_reference text, email text)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_id uuid;
  v_constraint text;
  v_column text;
begin
  perform app_private.require_buyer();
  perform app_hidden.refuse_impersonator();
  insert into app_private.booking_link_requests (booking_reference, email)
  values (
    upper(trim(request_booking_link.booking_reference)),
    trim(request_booking_link.email)::public.citext
  )
  returning id into v_id;
  perform app_private.add_job('booking_link__mail', jsonb_build_object('request_id', v_id));
  return true;
exception
  when check_violation or not_null_violation then
    get stacked diagnostics v_constraint = constraint_name, v_column = column_name;
    perform app_hidden.raise_bad_input(v_constraint, v_column);
end
$$;

comment on function app_public.request_booking_link(text, text) is
  'Asks for another link to a booking, by its reference and the address that it was made with: if '
  'there is such a booking, a mail goes there. The answer never tells whether there is. '
  'For guests with a cart token, and users. Raises LMINP, LMCRT, LMSES, LMIMP.';
grant execute on function app_public.request_booking_link(text, text) to lml_anonymous, lml_user;
