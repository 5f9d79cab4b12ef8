-- The cases of the program as Redmine's issues, written the way Redmine itself would have left them:
--   kind → tracker, stage → status, severity → priority, place → a project below «whole», category → an issue
--   category of that project, agency → whom it is assigned to, handler → author, channel → a list field,
--   answer → a note. The number of an issue is the number of its case.
-- psql -v hash=… -v salt=… : the administrator's password.
\set ON_ERROR_STOP on
set client_min_messages = warning;
set search_path = redmine;
set maintenance_work_mem = '256MB';
set work_mem = '128MB';

begin;

-- The default data knows bugs and features; roles, activities and saved queries stay as they come.
delete from workflows;
delete from trackers;
delete from issue_statuses;
delete from enumerations where type = 'IssuePriority';

insert into issue_statuses (id, name, is_closed, position)
select n, name, n > 3, n
from unnest(array['new', 'work', 'review', 'answered', 'closed', 'refused', 'elsewhere', 'merged'])
     with ordinality as stage (name, n);

insert into trackers (name, position, is_in_roadmap, default_status_id)
select kind, row_number() over (order by kind), false, 1 from (select distinct kind from public.cases) k;

insert into enumerations (name, position, is_default, type, active, position_name)
select severity, row_number() over (order by rank, severity), severity = 'normal', 'IssuePriority', true,
       case rank when 1 then 'default' when 2 then 'high3' else 'highest' end
from (select distinct severity,
             case when severity in ('normal', 'minor') then 1 when severity in ('complex', 'major') then 2
                  else 3 end as rank
      from public.cases) s;

insert into workflows (tracker_id, old_status_id, new_status_id, role_id, type)
select t.id, o.id, n.id, r.id, 'WorkflowTransition'
from trackers t, issue_statuses o, issue_statuses n, roles r where o.id <> n.id and r.builtin = 0;

-- Projects: a nested set of one root and its leaves.
create temp table place_of on commit drop as
select place, (1 + row_number() over (order by place))::int as project
from (select distinct place from public.cases) p;

insert into projects (id, name, identifier, is_public, status, lft, rgt, created_on, updated_on)
select 1, 'Toàn địa bàn', 'whole', false, 1, 1, 2 * count(*) + 2, localtimestamp, localtimestamp
from place_of;
insert into projects (id, name, identifier, is_public, parent_id, status, lft, rgt, created_on, updated_on)
select p.project, coalesce(u.name, p.place::text), 'place-' || p.place, false, 1, 1,
       2 * p.project - 2, 2 * p.project - 1, localtimestamp, localtimestamp
from place_of p
left join lateral (select name from public.unit_version where unit = p.place
                   order by valid_from desc limit 1) u on true;
insert into projects_trackers (project_id, tracker_id) select p.id, t.id from projects p, trackers t;
insert into enabled_modules (project_id, name) select id, 'issue_tracking' from projects;

create temp table category_of (id int generated always as identity, place bigint, category text)
on commit drop;
insert into category_of (place, category) select distinct place, category from public.cases order by 1, 2;
insert into issue_categories (id, project_id, name)
select c.id, p.project, c.category from category_of c join place_of p using (place);

-- People. Whoever has no handler was written down by the desk.
update users set salt = :'salt', hashed_password = :'hash', must_change_passwd = false, language = 'vi',
       passwd_changed_on = localtimestamp where login = 'admin';
create temp table person (
  id int generated always as identity (start with 1001), login text, first text, last text
) on commit drop;
insert into person (login, first, last)
select 'agency-' || agency, 'Cơ quan', coalesce(u.name, agency::text)
from (select distinct agency from public.cases order by 1) a
left join lateral (select name from public.unit_version where unit = a.agency
                   order by valid_from desc limit 1) u on true;
insert into person (login, first, last)
select 'officer-' || handler, 'Cán bộ', right(handler::text, 6)
from (select distinct handler from public.cases where handler is not null order by 1) h;
insert into person (login, first, last) values ('intake', 'Bộ phận', 'tiếp nhận');
insert into users (id, login, firstname, lastname, status, language, type, mail_notification, created_on,
                   updated_on)
select id, login, first, last, 1, 'vi', 'User', 'none', localtimestamp, localtimestamp from person;
insert into email_addresses (user_id, address, is_default, notify, created_on, updated_on)
select id, login || '@example.invalid', true, false, localtimestamp, localtimestamp from person;

create temp table agency_of on commit drop as
select substr(login, 8)::bigint as agency, id from person where login like 'agency-%';
create temp table handler_of on commit drop as
select substr(login, 9)::uuid as handler, id from person where login like 'officer-%';
analyze place_of, category_of, agency_of, handler_of;

-- Nobody is made a member of a project: hundreds would stand in the form below every issue.
insert into custom_fields (type, name, field_format, possible_values, is_for_all, is_filter, position,
                           format_store)
select 'IssueCustomField', 'channel', 'list',
       E'---\n' || string_agg('- ' || channel, E'\n' order by channel) || E'\n', true, true, 1,
       E'---\nurl_pattern: \'\'\nedit_tag_style: \'\'\n'
from (select distinct channel from public.cases) c;
insert into custom_fields_trackers (custom_field_id, tracker_id)
select f.id, t.id from custom_fields f, trackers t;

-- A million rows are written quicker when the indexes come afterwards; they are the same ones.
create temp table index_of on commit drop as
select indexname, indexdef from pg_indexes
where schemaname = 'redmine' and tablename in ('issues', 'journals', 'custom_values')
  and indexname not like '%\_pkey';
do $$ declare one record; begin
  for one in select indexname from index_of loop
    execute format('drop index redmine.%I', one.indexname);
  end loop;
end $$;

insert into issues (id, tracker_id, project_id, subject, description, due_date, category_id, status_id,
                    assigned_to_id, priority_id, author_id, created_on, updated_on, start_date, root_id,
                    lft, rgt, closed_on)
select c.seq, t.id, p.project, left(c.title, 255), c.content,
       (to_timestamp(c.due_at / 1e6) at time zone 'Asia/Ho_Chi_Minh')::date, g.id, c.stage + 1,
       a.id, e.id, coalesce(h.id, i.id),
       to_timestamp(c.received_at / 1e6) at time zone 'Asia/Ho_Chi_Minh',
       to_timestamp(c.changed_at / 1e6) at time zone 'Asia/Ho_Chi_Minh',
       (to_timestamp(c.received_at / 1e6) at time zone 'Asia/Ho_Chi_Minh')::date, c.seq, 1, 2,
       case when c.stage >= 3
            then to_timestamp(coalesce(c.solved_at, c.changed_at) / 1e6) at time zone 'Asia/Ho_Chi_Minh' end
from public.cases c
join trackers t on t.name = c.kind
join place_of p on p.place = c.place
join category_of g on g.place = c.place and g.category = c.category
join agency_of a on a.agency = c.agency
join enumerations e on e.type = 'IssuePriority' and e.name = c.severity
left join handler_of h on h.handler = c.handler
cross join (select id from person where login = 'intake') i
order by c.seq;

insert into custom_values (customized_type, customized_id, custom_field_id, value)
select 'Issue', c.seq, f.id, c.channel
from public.cases c, custom_fields f where f.name = 'channel' order by c.seq;

insert into journals (journalized_id, journalized_type, user_id, notes, created_on)
select c.seq, 'Issue', i.assigned_to_id, c.answer, coalesce(i.closed_on, i.updated_on)
from public.cases c join issues i on i.id = c.seq where c.answer <> '' order by c.seq;

do $$ declare one record; begin
  for one in select indexdef from index_of loop execute one.indexdef; end loop;
end $$;

-- Redmine goes on counting from here.
select setval('issues_id_seq', max(id)) from issues \g /dev/null
select setval('projects_id_seq', max(id)) from projects \g /dev/null
select setval('users_id_seq', max(id)) from users \g /dev/null
select setval('issue_categories_id_seq', max(id)) from issue_categories \g /dev/null
select setval('issue_statuses_id_seq', max(id)) from issue_statuses \g /dev/null
commit;

do $$ declare one record; begin
  for one in select tablename from pg_tables where schemaname = 'redmine' loop
    execute format('analyze redmine.%I', one.tablename);
  end loop;
end $$;
