import { BarChart, CustomChart, LineChart } from "echarts/charts";
import { GridComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { html, raw } from "hono/html";
import type { Html } from "./html.js";

use([BarChart, CustomChart, GridComponent, LineChart, SVGRenderer]);

/** Colours of the page's style sheet, so that charts turn dark and print with it. */
export const INK = {
  ink: "var(--ink)",
  muted: "var(--muted)",
  rule: "var(--rule)",
  accent: "var(--accent)",
  soft: "var(--soft)",
  strong: "var(--strong)",
  bad: "var(--bad)",
  paper: "var(--paper)",
} as const;

/** Words for who cannot see the chart. `id` is unique on the page. */
export interface ChartWords {
  readonly id: string;
  readonly title: string;
  readonly description: string;
}

const SIZES = [
  { name: "wide", width: 960, height: 240 },
  { name: "narrow", width: 400, height: 240 },
] as const;
export type ChartSize = (typeof SIZES)[number];

/** A chart in two widths; the page shows the one that fits. */
export const chart = (
  words: ChartWords,
  optionOf: (size: ChartSize) => EChartsCoreOption,
  height?: number,
): Html =>
  html`${SIZES.map((size) =>
    raw(inPage(drawn({ ...size, height: height ?? size.height }, optionOf(size)), size, words)),
  )}`;

const drawn = (size: { width: number; height: number }, option: EChartsCoreOption): string => {
  const drawing = init(null, null, { renderer: "svg", ssr: true, width: size.width, height: size.height });
  try {
    drawing.setOption({ animation: false, textStyle: { fontFamily: "inherit" }, ...option });
    return drawing.renderToSVGString();
  } finally {
    drawing.dispose();
  }
};

/**
 * What ECharts draws, without what a policy for content refuses (styles in the text), what only its own script reads, and what
 * depends on how many charts were drawn before. Texts in it are escaped, quotes too, so that no attribute is found within one.
 */
const inPage = (svg: string, size: ChartSize, { id, title, description }: ChartWords): string => {
  const prefix = `${id}-${size.name}`;
  const body = svg
    .replace(/^<svg[^>]*>/, "")
    .replace(/<style[\s\S]*?<\/style>/g, "")
    .replace(/ (?:class|ecmeta_\w+|pointer-events)="[^"]*"/g, "")
    .replace(/ style="font-size:(\d+)px;font-family:inherit;(?:font-weight:(\w+);)?"/g, ' font-size="$1"')
    .replace(/\bzr\d+-/g, `${prefix}-`)
    .replace(/\n+/g, "");
  const [, viewBox] = /viewBox="([^"]*)"/.exec(svg) ?? [];
  const named = html`<title id="${prefix}-title">${title}</title><desc id="${prefix}-desc">${description}</desc>`;
  return `<svg class="chart ${size.name}" viewBox="${viewBox}" role="img" aria-labelledby="${prefix}-title" aria-describedby="${prefix}-desc">${named}${body}`;
};
