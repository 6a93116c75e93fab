/** One curve, or one for each label. */
type Query = { readonly expr: string; readonly legend: string };

/** A panel as people would describe it. */
type Panel = { readonly title: string; readonly unit: string; readonly queries: readonly Query[] };

const JOB = 'job="hearth-metrics"';

/** The 95th percentile of a histogram by one label. */
function slowest(metric: string, label: string): Query {
  const buckets = `sum by (le, ${label}) (rate(${metric}_bucket{${JOB}}[$__rate_interval]))`;
  return { expr: `histogram_quantile(0.95, ${buckets})`, legend: `{{${label}}}` };
}

function rate(metric: string, ...labels: readonly string[]): Query {
  const legend = labels.map((label) => `{{${label}}}`).join(' ');
  return { expr: `sum by (${labels.join(', ')}) (rate(${metric}{${JOB}}[$__rate_interval]))`, legend };
}

function level(metric: string, label: string): Query {
  return { expr: `max by (${label}) (${metric}{${JOB}})`, legend: `{{${label}}}` };
}

/** From what users feel to what it costs. */
const PANELS: readonly Panel[] = [
  {
    title: 'Replicas at work',
    unit: 'short',
    queries: [{ expr: `sum(leader_election_master_status{${JOB}})`, legend: 'at work' }],
  },
  { title: 'Objects', unit: 'short', queries: [level('hearth_cache_objects', 'kind')] },
  { title: 'Runs', unit: 'ops', queries: [rate('hearth_runs_total', 'kind', 'outcome')] },
  { title: 'Failures', unit: 'ops', queries: [rate('controller_runtime_reconcile_errors_total', 'controller')] },
  {
    title: 'Duration of runs (95 %)',
    unit: 's',
    queries: [slowest('controller_runtime_reconcile_time_seconds', 'controller')],
  },
  {
    title: 'Wait for a turn (95 %)',
    unit: 's',
    queries: [slowest('workqueue_queue_duration_seconds', 'controller')],
  },
  { title: 'Objects that wait', unit: 'short', queries: [level('workqueue_depth', 'controller')] },
  { title: 'Why runs were asked for', unit: 'ops', queries: [rate('hearth_run_causes_total', 'cause')] },
  { title: 'Writes by result', unit: 'ops', queries: [rate('hearth_writes_total', 'result')] },
  {
    title: 'Requests to the API server',
    unit: 'reqps',
    queries: [rate('rest_client_requests_total', 'method', 'code')],
  },
  { title: 'Silence of watches', unit: 's', queries: [level('hearth_cache_silence_seconds', 'kind')] },
  {
    title: 'Calls of the webhook',
    unit: 'reqps',
    queries: [rate('controller_runtime_webhook_requests_total', 'webhook', 'code')],
  },
  {
    title: 'Memory',
    unit: 'bytes',
    queries: [{ expr: `process_resident_memory_bytes{${JOB}}`, legend: '{{pod}}' }],
  },
  {
    title: 'Lag of the event loop',
    unit: 's',
    queries: [{ expr: `nodejs_eventloop_lag_max_seconds{${JOB}}`, legend: '{{pod}}' }],
  },
];

const WIDTH = 12;
const HEIGHT = 8;

/** Grafana's dashboard for Hearth; it asks for the data source when it is imported. */
function dashboard(): object {
  const datasource = { type: 'prometheus', uid: '$datasource' };
  return {
    uid: 'hearth',
    title: 'Hearth',
    tags: ['hearth', 'kubernetes'],
    schemaVersion: 39,
    editable: true,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' }] },
    panels: PANELS.map(({ title, unit, queries }, index) => ({
      id: index + 1,
      type: 'timeseries',
      title,
      datasource,
      gridPos: { x: (index % 2) * WIDTH, y: Math.trunc(index / 2) * HEIGHT, w: WIDTH, h: HEIGHT },
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      targets: queries.map(({ expr, legend }, number) => ({
        refId: String.fromCharCode(65 + number),
        datasource,
        expr,
        legendFormat: legend,
      })),
    })),
  };
}

/** The same as the file that Grafana imports. */
export function dashboardJson(): string {
  return `${JSON.stringify(dashboard(), undefined, 2)}\n`;
}

/** The same as an object that Grafana's sidecar finds by its label. */
export function dashboardConfigMap(): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'hearth-dashboard',
      namespace: 'hearth-system',
      labels: { 'app.kubernetes.io/name': 'hearth', grafana_dashboard: '1' },
    },
    data: { 'hearth.json': dashboardJson() },
  };
}
