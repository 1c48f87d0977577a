-- If this fails, a card is to be charged with an amount, or to get one back, that Stripe refuses.
select plan(14);

select is(app_hidden.charge_step('EUR'), 1::bigint, 'cents as they are');
select is(app_hidden.charge_step('KWD'), 10::bigint, 'thousandths in tens');
select is(app_hidden.charge_step('ISK'), 100::bigint, 'crowns in whole ones');
select is(
  (select array_agg(app_hidden.share_to_charge(830, n, 3, 'KWD') order by n)
    from generate_series(1, 3) as n),
  array[270, 280, 280]::bigint[], 'shares are tens that sum to the whole'
);
select is(
  (select array_agg(app_hidden.share_to_charge(835, n, 3, 'KWD') order by n)
    from generate_series(1, 3) as n),
  array[270, 280, 285]::bigint[], 'and what is no ten is not lost'
);
select is(app_hidden.share_to_charge(830, 1, 3, 'EUR'), 276::bigint, 'or as they were');
select is(app_hidden.portion_to_charge(270, 2780, 5550, 'KWD'), 130::bigint, 'portions too');
select is(app_hidden.portion_to_charge(270, 2780, 5550, 'EUR'), 135::bigint, 'or as they were');
select is(app_hidden.portion_to_charge(275, 5550, 5550, 'KWD'), 275::bigint, 'the whole is all');
select is(app_hidden.portion_to_charge(275, 0, 0, 'KWD'), 0::bigint, 'and nothing, nothing');

select tests.create_theatre('kuwait', 'KWD');
select tests.sign_in('kuwait owner');
select tests.refused(
  format(
    'select app_public.create_add_on(''Shirt'', 1005, event_id => %L)', tests.id('kuwait.event')
  ), 'LMINP', 'an add-on has a price that can be charged'
);
select lives_ok(
  format(
    'select app_public.create_add_on(''Shirt'', 1010, event_id => %L)', tests.id('kuwait.event')
  ), 'such as this one'
);
select tests.refused(
  format(
    'select app_public.create_payment_plan(%L, ''Plan'', 1, deposit_cents => 1005)',
    tests.id('kuwait.event')
  ), 'LMINP', 'so has a deposit'
);
select lives_ok(
  format(
    'select app_public.create_payment_plan(%L, ''Plan'', 1, deposit_cents => 1010)',
    tests.id('kuwait.event')
  ), 'such as this one'
);
