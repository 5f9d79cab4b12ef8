state-good = Met
state-watch = Watch
state-bad = Not met
state-none = Not rated
coverage-title = Units that reported, of all
coverage-units = units reported
figure-missing = No figures yet
target-short = Target
badge-estimated = est.
badge-stale = old
badge-internal = internal
on-track = met
tile-figures = Figures
tile-table = By unit
compare-best = Highest
compare-worst = Lowest
units-count = units
unit = Unit
list-all = All
list-late = Not reported yet
list-late-empty = Every unit reported in time.
list-off-target = Targets off track
list-off-target-empty = No target is off track.
list-corrections = Latest corrections
list-corrections-empty = No corrections yet.
list-moved = Changed since 17:00 yesterday
list-moved-empty = Nothing changed since 17:00 yesterday.
late-units = { $n ->
    [one] 1 unit
   *[other] { $n } units
 }
late-reports = { $n ->
    [one] 1 report
   *[other] { $n } reports
 }
late-more = and { $n } more
late-days = { $n ->
    [one] 1 day late
   *[other] { $n } days late
 }
off-target-count = { $off }/{ $all } targets
map-missing = not reported
map-missing-short = not rep.
map-status = { $reported }/{ $expected } units reported
map-approximate = approximate boundaries
indicators-title = Indicators
indicators-count = { $n ->
    [one] 1 indicator
   *[other] { $n } indicators
 }
indicators-search-hint = on time, health…
indicators-empty = No indicator fits. Remove a filter.
indicator = Indicator
indicator-code = Indicator code
all-packs = All fields
all-states = All states
all-kinds = All kinds
pack = Field
state = State
search = Search
search-go = Search
find-here = Find on this page
see = Show
print = Print
period = Period
calendar = Kind of period
value = Value
before = Period before
target = Target
change = Change
coverage = Reported
measure = Unit of measure
median = Median
median-n = median { $value }
rank = Rank
rank-n = { $place } of { $of }
bar = Bar
pager = Pages
pager-before = Previous
pager-after = Next
compare-title = Compare
compare-empty = There are no units to compare.
figure-now = The figure now
against-previous = Against the period before
against-last-year = Against a year earlier
year-to-date = Year to date
as-known = Figures as known on
as-known-note = You are reading the figures as they were known at { $at }.
as-known-leave = Back to the figures of today
boundaries = Boundaries
boundaries-now = Today's (restated)
boundaries-then = Those of the time
course = Over time
chart-empty = There are no figures to draw yet.
chart-break = new boundaries
chart-restated = restated in the new boundaries
chart-summary = Highest { $high } ({ $high_at }), lowest { $low } ({ $low_at }); { $missing ->
    [one] 1 period has no figure.
   *[other] { $missing } periods have no figure.
 }
legend-told = Reported
legend-estimated = Estimated
sources-title = Sources that report this figure
sources-aside = the source that comes first is shown
source-shown = shown
map-of-units = Map by unit
table-title = Table
last-twelve = 12 periods
not-reported = not reported
trust-title = Where this figure comes from
trust-source = Source
trust-owner = Answerable
trust-pack-owner = Field: { $name }
trust-known-at = Known at
trust-missing = missing
trust-corrections = Corrections
trust-corrections-n = { $n } in this period
trust-visibility = Who may see it
trust-definition = Definition
trust-version = version { $n }
trust-law = Legal basis
visibility-public = Public
visibility-internal = Internal
not-verified = not verified
not-checked = not checked against the act
and-more-units = and { $n } more
how-counted = How it is counted
made-of = Made of:
history-title = History, corrections
history-empty = No corrections yet.
history-correction = Correction
history-first = First report
units-title = Units
units-search-hint = tran de, 31507, an old name…
units-empty = No unit fits, old names included.
units-old-note = Some units were merged or renamed: their successors stand beside the name.
unit-kind = Kind
unit-code = Unit code
unit-code-n = Code { $code }
unit-above = In
unit-area = Area (km²)
unit-people = Population
unit-people-n = { $n } people
unit-board = Overview board
unit-from = from { $day }
unit-until = until { $day }
unit-became = now in
unit-became-title = Now in
unit-ended-note = This unit is no more. Now in:
unit-made-of = Made of
unit-whole = Whole
unit-part = A part,
unit-history = Boundaries through time
unit-empty = There is no indicator for this unit, or you may not see any.
late-title = Not reported yet
late-what = Reports
late-due = due { $day }
late-due-day = Due
late-how = Late
late-days-head = Days late
morning-title = What changed
morning-since = Since { $at }
morning-since-field = Counted from
morning-moved = { $n ->
    [one] 1 figure changed
   *[other] { $n } figures changed
 }
morning-off = { $n ->
    [one] 1 target off track
   *[other] { $n } targets off track
 }
morning-late = { $n ->
    [one] 1 report missing
   *[other] { $n } reports missing
 }
morning-worse = Worse
morning-better = Better
morning-other = Other changes
morning-none = None.
morning-no-corrections = No corrections in this time.
