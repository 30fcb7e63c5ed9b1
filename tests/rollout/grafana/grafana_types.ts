import type { AnnotationQuery, Dashboard, DataSourceRef, GraphFieldConfig, Panel, RowPanel } from "@grafana/schema";
import type * as TS from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";
import type * as ST from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";

// The package has no types of Prometheus' queries and annotations: these are ours.
interface Target { datasource: DataSourceRef; expr: string; legendFormat: string; refId: string; range?: boolean; instant?: boolean; editorMode: "code" }
interface Event { datasource: DataSourceRef; expr: string; interval: string; refId: string }
interface Annotation extends Omit<AnnotationQuery, "target"> { target?: Event; titleFormat?: string; textFormat?: string; tagKeys?: string }
interface TimeSeriesPanel extends Omit<Panel<TS.Options, GraphFieldConfig>, "type" | "options" | "targets"> { type: "timeseries"; options: TS.Options; targets: Target[] }
export interface StatPanel extends Omit<Panel<ST.Options>, "type" | "options" | "targets"> { type: "stat"; options: ST.Options; targets: Target[] }
interface Row extends Omit<RowPanel, "panels"> { panels: never[] }
export interface StrictDashboard extends Omit<Dashboard, "panels" | "annotations"> { annotations: { list: Annotation[] }; panels: (TimeSeriesPanel | Row)[] }
