create or replace function app_private.has_lost_discount(booking app_public.bookings)
returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_code app_public.discount_codes := app_private.discount_code_of(has_lost_discount.booking);
begin
  perform app_private.lock_discount_code(v_code);
  return app_private.uses_refusal(v_code, has_lost_discount.booking) is not null;
end
$$;

comment on function app_private.has_lost_discount(app_public.bookings) is
  'Whether others have used up the code of a booking whose time had run out, and which is locked.';
