-- An account goes to and fro between its states, so the newest news count: by the second, and
-- within one by how far on it is. One that its owner has cut off stays so.
create or replace function app_private.apply_account(object jsonb, event jsonb)
returns text
language plpgsql volatile security definer set search_path = ''
as $$
declare
  v_object jsonb := apply_account.object;
  v_text text := v_object #>> '{metadata,lml_stripe_account_id}';
  v_account app_public.stripe_accounts;
  v_news text := app_private.account_news(apply_account.event, v_object);
begin
  if coalesce(apply_account.event ->> 'account', v_object ->> 'id') <> v_object ->> 'id' then
    return 'refused: event_account_differs';
  end if;
  select * into v_account
  from app_public.stripe_accounts as a
  where case when pg_input_is_valid(coalesce(v_text, ''), 'uuid') then a.id = v_text::uuid
    else a.stripe_account_id = v_object ->> 'id' end
  for no key update;
  if not found then
    return app_private.outcome_without_parent(v_object, 'lml_stripe_account_id');
  end if;
  if v_account.stripe_account_id <> v_object ->> 'id' then
    return 'refused: event_identity_differs';
  end if;
  if v_account.deauthorized_at is not null or v_news <= v_account.stripe_news collate "C" then
    return 'applied';
  end if;
  perform app_private.record_stripe_account(v_account.id, v_object ->> 'id', null);
  update app_public.stripe_accounts as a
  set stripe_news = v_news,
    stripe_onboarding_completed = coalesce((v_object ->> 'details_submitted')::boolean, false),
    charges_enabled = coalesce((v_object ->> 'charges_enabled')::boolean, false),
    payout_enabled = coalesce((v_object ->> 'payouts_enabled')::boolean, false),
    transfers_enabled = coalesce(v_object #>> '{capabilities,transfers}' = 'active', false),
    requirements_due = array(
      select left(d, 200)
      from jsonb_array_elements_text(
        case when jsonb_typeof(v_object #> '{requirements,currently_due}') = 'array'
          then v_object #> '{requirements,currently_due}' else '[]' end
      ) as d
      order by d limit 100
    ),
    disabled_reason = left(v_object #>> '{requirements,disabled_reason}', 200)
  where a.id = v_account.id;
  perform app_private.mail_requirements(v_account);
  return 'applied';
end
$$;

comment on function app_private.apply_account(jsonb, jsonb) is
  'What Stripe says of an account that is paid out to: applied, ignored when it is none of ours, '
  'parked while it is unknown, refused when it is another one than we know.';
