select
  e.event_id, e.event_time, e.ingested_at, e.event_type,
  e.user_id, u.full_name, u.country, u.marketing_opt_in,
  s.session_id, s.session_start, s.geo_city, s.geo_region,
  d.device_type, d.os, d.browser,
  e.page_url, p.page_category, p.product_id, p.product_category,
  e.element_id, e.referrer,
  c.source, c.medium, c.campaign, c.content, c.term,
  e.revenue_usd
from clickstream_events e
  left join users u on u.user_id = e.user_id
  left join sessions s on s.session_id = e.session_id
  left join devices d on d.device_id = s.device_id
  left join page_catalog p on p.page_url = e.page_url
  left join campaigns c on c.campaign_id = e.campaign_id
