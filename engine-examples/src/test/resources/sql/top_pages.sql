select
  page_url, page_title,
  count(*) as page_views,
  count(distinct user_id) as unique_visitors,
  ratio2(sum(time_on_page), count(time_on_page))::double as avg_time_on_page,
  ratio2(sum(scroll_depth), count(scroll_depth))::double as avg_scroll_depth
from clickstream
where event_type = 'page_view'
group by page_url, page_title
order by page_views desc, page_url, page_title nulls last
limit 10
