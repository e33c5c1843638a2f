with visits as (
  select
    s.session_id, s.user_id, u.country, d.device_type,
    min(e.event_time) as first_event_time,
    max(e.event_time) as last_event_time,
    count(*) filter (e.event_type = 'page_view') as page_views,
    count(*) filter (e.event_type = 'click') as clicks,
    count(*) filter (e.event_type = 'add_to_cart') as add_to_cart,
    count(*) filter (e.event_type = 'checkout_start') as checkout_start,
    count(*) filter (e.event_type = 'purchase') as purchases,
    coalesce(sum(e.revenue_usd), 0)::double as revenue_usd
  from sessions s
    left join clickstream_events e on e.session_id = s.session_id
    left join users u on u.user_id = s.user_id
    left join devices d on d.device_id = s.device_id
  group by all
)
select
  session_id, user_id, country, device_type, first_event_time, last_event_time,
  (epoch_us(last_event_time) - epoch_us(first_event_time)) // 1000000 as session_duration_seconds,
  page_views, clicks, add_to_cart, checkout_start, purchases, revenue_usd,
  add_to_cart > 0 as did_add_to_cart,
  purchases > 0 as did_purchase
from visits
