create or replace function app_public.release_payout_hold(hold_id uuid)
returns app_public.payout_holds
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_payout app_public.payouts;
  v_hold app_public.payout_holds;
begin
  select h.* into v_hold
  from app_public.payout_holds as h where h.id = release_payout_hold.hold_id;
  v_payout := app_private.lock_payout_for_hold(v_hold.payout_id);
  perform app_hidden.refuse_impersonator();
  select * into strict v_hold
  from app_public.payout_holds as h where h.id = v_hold.id;
  if v_hold.released_at is not null then
    return v_hold;
  end if;
  if v_hold.kind <> 'manual' then
    raise exception 'It ends with the dispute.'
      using errcode = 'LMPOA', detail = 'disputed', hint = 'The next payout looks at it anew.';
  end if;
  if v_hold.is_of_platform and app_hidden.current_platform_role() is null then
    raise exception 'The platform holds this payout.'
      using errcode = 'LMRGT', detail = 'held', hint = 'Ask the platform''s support.';
  end if;
  update app_public.payout_holds as h
  set released_at = now(), released_by = app_hidden.current_user_id()
  where h.id = v_hold.id
  returning * into v_hold;
  if v_payout.status = 'approved' then
    perform app_private.add_stripe_job('payout.send', v_payout.id, '0');
  end if;
  return v_hold;
end
$$;

comment on function app_public.release_payout_hold(uuid) is
  'Ends a hold: a payout that was held is sent, an amount is paid with the next one. What the '
  'platform holds, its staff releases. Needs payouts.approve, or to be of the platform''s staff. '
  'Raises LMPOA (disputed), LMNFD, LMRGT, LMIMP, LMAUT, LMSES.';
grant execute on function app_public.release_payout_hold(uuid) to lml_user;
