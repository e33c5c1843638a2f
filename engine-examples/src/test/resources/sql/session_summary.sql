select
  session_id, user_id, traffic_source, device_type,
  min(event_time) as session_start,
  max(event_time) as last_event_time,
  count(*) as total_events,
  count(*) filter (event_type = 'page_view') as page_views,
  count(*) filter (event_type = 'product_view') as product_views,
  count(*) filter (event_type = 'add_to_cart') as add_to_carts,
  bool_or(event_type = 'purchase') as converted,
  array_agg(product_id order by event_time, product_id) filter (product_id is not null) as viewed_products,
  floor(epoch(max(event_time)))::bigint - floor(epoch(min(event_time)))::bigint as session_duration_seconds
from people
group by session_id, user_id, traffic_source, device_type
