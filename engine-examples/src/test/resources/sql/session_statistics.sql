select
  count(*) as total_sessions,
  -- The durations have two digits: in hundredths they are whole numbers.
  ratio2((sum(session_duration_min) * 100)::hugeint, count(session_duration_min) * 100) as avg_session_duration_min,
  ratio2(sum(page_views), count(*))::double as avg_pages_per_session,
  ratio2(sum(unique_pages), count(*))::double as avg_unique_pages,
  count(*) filter (page_views = 1) as bounced_sessions,
  ratio2(100 * count(*) filter (page_views = 1), count(*)) as bounce_rate_pct,
  count(*) filter (converted = 1) as conversions,
  ratio2(100 * count(*) filter (converted = 1), count(*)) as conversion_rate_pct
from sessions
