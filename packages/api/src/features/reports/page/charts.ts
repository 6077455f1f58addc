import type { ReportTrendRow, TenantReport } from "@masthead/shared/http/report-schema";
import type { CustomSeriesRenderItem } from "echarts";
import { chart, INK } from "./chart.js";
import { duration, number, periodName, shortNumber } from "./format.js";
import type { Html } from "./html.js";
import { labelOf } from "./labels.js";

const GRID = { left: 48, right: 8, top: 12, bottom: 24 };

const category = (names: readonly string[]) => ({
  type: "category",
  data: names,
  axisTick: { show: false },
  axisLine: { lineStyle: { color: INK.rule } },
  axisLabel: { color: INK.muted, fontSize: 12, hideOverlap: true },
});

const values = (formatter: (value: number) => string, whole = false) => ({
  type: "value",
  splitNumber: 4,
  ...(whole ? { minInterval: 1 } : {}),
  splitLine: { lineStyle: { color: INK.rule } },
  axisLabel: { color: INK.muted, fontSize: 12, formatter },
});

type Values = readonly (number | null)[];

const line = (data: Values, color: string, lineStyle: object = {}) => ({
  type: "line",
  data,
  silent: true,
  // A value between two that are missing would not be seen.
  showSymbol: data.filter((value) => value !== null).length < 3,
  symbol: "circle",
  symbolSize: 5,
  itemStyle: { color },
  lineStyle: { color, width: 2, ...lineStyle },
});

/** Dashes on a band of paper, so that they are seen on bars, too. */
const dashes = (data: Values) => [
  line(data, INK.paper, { width: 5, opacity: 0.75 }),
  line(data, INK.ink, { width: 1.5, type: [5, 4] }),
];

const largest = (
  rows: readonly ReportTrendRow[],
  of: (row: ReportTrendRow) => number,
): ReportTrendRow | undefined =>
  rows.reduce<ReportTrendRow | undefined>((top, row) => (top && of(top) >= of(row) ? top : row), undefined);

/** Requests over time, the period before as a dashed line. */
export const requestsChart = (report: TenantReport): Html => {
  const label = labelOf(report);
  const top = largest(report.trend, ({ requests }) => requests);
  const description = `${number(report.totals.requests)} requests. Most: ${top ? `${label.long(top)}, with ${number(top.requests)}` : "none"}.`;
  const { previous } = report;
  const title = `Requests of ${periodName(report.period)}${previous ? ` and of ${periodName(previous.period)}` : ""}`;
  return chart({ id: "requests", title, description }, () => ({
    grid: GRID,
    xAxis: category(report.trend.map(label.short)),
    yAxis: values(shortNumber, true),
    series: [
      {
        type: "bar",
        silent: true,
        data: report.trend.map(({ requests }) => requests),
        itemStyle: { color: INK.accent, borderRadius: [2, 2, 0, 0] },
        barCategoryGap: "25%",
      },
      ...(previous ? dashes(report.trend.map((_, i) => previous.trend[i]?.requests ?? null)) : []),
    ],
  }));
};

/** Latency over time: half, 95 and 99 of a hundred. */
export const latencyChart = (report: TenantReport): Html => {
  const label = labelOf(report);
  const top = largest(report.trend, ({ latencyMs }) => latencyMs.p95 ?? -1);
  const description = `95 of 100 requests took at most ${duration(report.latencyMs.p95)}. Slowest: ${top ? `${label.long(top)}, with ${duration(top.latencyMs.p95)}` : "none"}.`;
  return chart({ id: "latency", title: "Latency over time", description }, () => ({
    grid: { ...GRID, left: 58 },
    xAxis: category(report.trend.map(label.short)),
    yAxis: values(duration),
    series: (["p99", "p95", "p50"] as const).map((quantile, i) =>
      line(
        report.trend.map(({ latencyMs }) => latencyMs[quantile]),
        [INK.soft, INK.accent, INK.strong][i] as string,
      ),
    ),
  }));
};

/** Errors over time. */
export const errorsChart = (report: TenantReport): Html => {
  const label = labelOf(report);
  const top = largest(report.trend, ({ errors }) => errors);
  const description = `${number(report.totals.errors)} errors. Most: ${top ? `${label.long(top)}, with ${number(top.errors)}` : "none"}.`;
  return chart(
    { id: "errors", title: "Errors over time", description },
    () => ({
      grid: GRID,
      xAxis: category(report.trend.map(label.short)),
      yAxis: { ...values(shortNumber, true), splitNumber: 2 },
      series: [
        {
          type: "bar",
          silent: true,
          data: report.trend.map(({ errors }) => errors),
          itemStyle: { color: INK.bad, borderRadius: [2, 2, 0, 0] },
          barCategoryGap: "25%",
        },
      ],
    }),
    160,
  );
};

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
export const weekdayName = (weekday: number): string => WEEKDAYS[weekday - 1] ?? "";
const hourName = (hour: number): string => String(hour).padStart(2, "0");

type Cells = NonNullable<TenantReport["peakHours"]>;
export const busiest = (cells: Cells): Cells[number] | undefined =>
  cells.reduce<Cells[number] | undefined>(
    (top, cell) => (top && top.requests >= cell.requests ? top : cell),
    undefined,
  );

/** A heat map's own series asks for colours that are numbers; these are the style sheet's. */
const square: CustomSeriesRenderItem = (_, api) => {
  const [hour, day, share] = [0, 1, 2].map((dimension) => Number(api.value(dimension))) as [
    number,
    number,
    number,
  ];
  const [x, y] = api.coord([hour, day]) as [number, number];
  const [width, height] = (api.size?.([1, 1]) ?? [0, 0]) as [number, number];
  return {
    type: "rect",
    shape: { x: x - width / 2 + 1, y: y - height / 2 + 1, width: width - 2, height: height - 2, r: 2 },
    style: { fill: INK.accent, opacity: share === 0 ? 0.06 : 0.12 + 0.88 * share },
  };
};

/** Requests by weekday and hour: the stronger the colour, the more. */
export const peakHoursChart = (cells: Cells): Html => {
  const top = busiest(cells);
  const most = top?.requests ?? 1;
  const description = top
    ? `Busiest: ${weekdayName(top.weekday)}, ${hourName(top.hour)}:00 to ${hourName(top.hour)}:59, with ${number(top.requests)} requests.`
    : "No requests.";
  const at = new Map(cells.map((cell) => [cell.weekday * 24 + cell.hour, cell.requests]));
  const squares = WEEKDAYS.flatMap((_, day) =>
    Array.from({ length: 24 }, (_, hour) => [hour, day, (at.get((day + 1) * 24 + hour) ?? 0) / most]),
  );
  return chart({ id: "peak", title: "Requests by weekday and hour", description }, ({ name }) => ({
    grid: { ...GRID, left: name === "wide" ? 84 : 40 },
    xAxis: {
      ...category(Array.from({ length: 24 }, (_, hour) => hourName(hour))),
      axisLine: { show: false },
    },
    yAxis: {
      ...category(WEEKDAYS.map((day) => (name === "wide" ? day : day.slice(0, 3)))),
      inverse: true,
      axisLine: { show: false },
    },
    series: [{ type: "custom", silent: true, data: squares, renderItem: square }],
  }));
};
