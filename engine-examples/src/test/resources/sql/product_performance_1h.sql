select
  product_id, category_id,
  date_trunc('hour', event_time) as window_start,
  date_trunc('hour', event_time) + interval '1 hour' as window_end,
  count(*) filter (event_type = 'product_view') as views_1h,
  count(*) filter (event_type = 'add_to_cart') as add_to_carts_1h,
  count(*) filter (event_type = 'purchase') as purchases_1h,
  ratio2(
    100 * count(*) filter (event_type = 'purchase'),
    count(*) filter (event_type = 'product_view')) as view_to_purchase_rate
from people
where product_id is not null
group by all
