-- engagement
select
  count(*) as total_events,
  count(distinct user_id) as unique_users,
  count(distinct session_id) as total_sessions,
  count(distinct case when event_type = 'page_view' then event_id end) as page_views,
  count(distinct case when event_type = 'click' then event_id end) as clicks,
  count(distinct case when event_type = 'purchase' then event_id end) as purchases,
  ratio2(sum(time_on_page), count(time_on_page)) as avg_time_on_page_sec,
  ratio2(sum(scroll_depth), count(scroll_depth)) as avg_scroll_depth_pct
from clickstream

-- top_pages
select
  page_url, page_title,
  count(*) as page_views,
  count(distinct user_id) as unique_visitors,
  ratio2(sum(time_on_page), count(time_on_page)) as avg_time_on_page,
  ratio2(sum(scroll_depth), count(scroll_depth)) as avg_scroll_depth
from clickstream
where event_type = 'page_view'
group by page_url, page_title
order by page_views desc, page_url nulls last, page_title nulls last
limit 10

-- sessions
select
  session_id, user_id,
  min(event_timestamp) as session_start,
  max(event_timestamp) as session_end,
  count(*) as total_events,
  count(distinct page_url) as unique_pages,
  count(*) filter (where event_type = 'page_view') as page_views,
  max(case when event_type = 'purchase' then 1 else 0 end) as converted,
  ratio2(whole_seconds(max(event_timestamp)) - whole_seconds(min(event_timestamp)), 60) as session_duration_min
from clickstream
group by session_id, user_id

-- session_statistics
with sessions as (
  select
    count(distinct page_url) as unique_pages,
    count(*) filter (where event_type = 'page_view') as page_views,
    max(case when event_type = 'purchase' then 1 else 0 end) as converted,
    cast(100 * ratio2(whole_seconds(max(event_timestamp)) - whole_seconds(min(event_timestamp)), 60) as bigint) as hundredths
  from clickstream
  group by session_id, user_id
)
select
  count(*) as total_sessions,
  ratio2(sum(hundredths), count(hundredths) * 100) as avg_session_duration_min,
  ratio2(sum(page_views), count(*)) as avg_pages_per_session,
  ratio2(sum(unique_pages), count(*)) as avg_unique_pages,
  count(*) filter (where page_views = 1) as bounced_sessions,
  ratio2(100 * count(*) filter (where page_views = 1), count(*)) as bounce_rate_pct,
  count(*) filter (where converted = 1) as conversions,
  ratio2(100 * count(*) filter (where converted = 1), count(*)) as conversion_rate_pct
from sessions

-- conversion_funnel
with flags as (
  select
    session_id,
    max(case when page_url = '/' then 1 else 0 end) as home,
    max(case when page_url like '/products%' then 1 else 0 end) as products,
    max(case when page_url like '/product/%' then 1 else 0 end) as product_detail,
    max(case when event_type = 'add_to_cart' then 1 else 0 end) as add_to_cart,
    max(case when page_url = '/cart' then 1 else 0 end) as cart,
    max(case when page_url like '/checkout%' then 1 else 0 end) as checkout,
    max(case when event_type = 'purchase' then 1 else 0 end) as purchase
  from clickstream
  group by session_id
),
totals as (
  select
    count(*) as home, sum(products) as products, sum(product_detail) as product_detail, sum(add_to_cart) as add_to_cart,
    sum(cart) as cart, sum(checkout) as checkout, sum(purchase) as purchase
  from flags
  where home = 1
)
select 1 as step, 'Home' as funnel_step, home as sessions, ratio2(100 * home, home) as conversion_rate from totals
union all select 2, 'Products', products, ratio2(100 * products, home) from totals
union all select 3, 'Product Detail', product_detail, ratio2(100 * product_detail, home) from totals
union all select 4, 'Add to Cart', add_to_cart, ratio2(100 * add_to_cart, home) from totals
union all select 5, 'Cart', cart, ratio2(100 * cart, home) from totals
union all select 6, 'Checkout', checkout, ratio2(100 * checkout, home) from totals
union all select 7, 'Purchase', purchase, ratio2(100 * purchase, home) from totals

-- devices
select
  device_type,
  count(distinct user_id) as unique_users,
  count(distinct session_id) as sessions,
  count(*) as total_events,
  ratio2(sum(time_on_page), count(time_on_page)) as avg_time_on_page,
  count(*) filter (where event_type = 'purchase') as purchases,
  ratio2(100 * count(*) filter (where event_type = 'purchase'), count(distinct session_id)) as conversion_rate
from clickstream
group by device_type

-- browsers
select
  browser, os,
  count(distinct user_id) as unique_users,
  count(distinct session_id) as sessions,
  ratio2(sum(time_on_page), count(time_on_page)) as avg_time_on_page
from clickstream
group by browser, os

-- campaigns
select
  utm_source, utm_medium, utm_campaign,
  count(distinct user_id) as unique_users,
  count(distinct session_id) as sessions,
  count(*) filter (where event_type = 'purchase') as conversions,
  ratio2(100 * count(*) filter (where event_type = 'purchase'), count(distinct session_id)) as conversion_rate_pct,
  ratio2(sum(time_on_page), count(time_on_page)) as avg_time_on_page
from clickstream
where utm_source is not null
group by utm_source, utm_medium, utm_campaign

-- traffic_sources
with sources as (
  select utm_source, count(distinct session_id) as sessions
  from clickstream
  where utm_source is not null
  group by utm_source
),
everything as (select sum(sessions) as all_sessions from sources)
select utm_source, sessions, ratio2(100 * sessions, all_sessions) as pct_of_traffic
from sources cross join everything

-- geography
select
  country, city,
  count(distinct user_id) as unique_users,
  count(distinct session_id) as sessions,
  count(*) as total_events,
  count(*) filter (where event_type = 'purchase') as purchases,
  ratio2(100 * count(*) filter (where event_type = 'purchase'), count(distinct session_id)) as conversion_rate
from clickstream
group by country, city

-- validation
select
  count(*) as total_events,
  count(distinct event_type) as event_types,
  count(distinct session_id) as sessions,
  count(distinct user_id) as users,
  count(distinct cast(event_timestamp as date)) as days
from clickstream
