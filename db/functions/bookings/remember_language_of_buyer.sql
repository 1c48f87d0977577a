-- Staff may check out for somebody else, whose language they need not speak.
create or replace function app_private.remember_language_of_buyer(booking app_public.bookings)
returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if app_hidden.current_language() is not null and (
    (remember_language_of_buyer.booking).user_id = app_hidden.current_user_id()
    or (remember_language_of_buyer.booking).cart_token_hash = app_hidden.current_cart_hash()
  ) then
    perform app_private.remember_language(
      (remember_language_of_buyer.booking).organization_id,
      (remember_language_of_buyer.booking).customer_id
    );
  end if;
end
$$;

comment on function app_private.remember_language_of_buyer(app_public.bookings) is
  'Has the customer of a booking written to in the language of the caller, if it is the caller''s.';
