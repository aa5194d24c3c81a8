// charts.js - ECharts dressed in the tokens. A chart is declared in the page:
//   <div class="gz-chart" data-chart="bars" data-rows="rows-id" role="img" aria-label="the finding in a sentence"></div>
// data-rows names a <script type="application/json"> with {x: […], unit, series: [{name, data, kind, stack, tone}]}.
// kind: bar | line | step; tone: a token (c1…c6, amber, verm). Tooltips use richText, because a strict CSP refuses the
// inline styles of HTML tooltips. The same rows stand in a table on the page.
"use strict";
(() => {
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const TONES = { amber: "--gz-c2", verm: "--gz-verm", grey: "--gz-c5" };
  const tone = (name) => css(TONES[name] ?? `--gz-${name}`);

  function frame(rows) {
    const ink3 = css("--gz-ink-3"), line = css("--gz-line"), strong = css("--gz-line-strong");
    const label = { color: ink3 };
    return {
      animation: false,
      color: [1, 2, 3, 4, 5, 6].map((n) => css(`--gz-c${n}`)),
      textStyle: { fontFamily: css("--gz-sans"), fontSize: 12, color: ink3 },
      grid: { left: 8, right: 24, top: rows.unit ? 48 : 32, bottom: 4, containLabel: true },
      tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: css("--gz-surface"), borderColor: strong, textStyle: { color: css("--gz-ink"), fontSize: 12 } },
      legend: { show: rows.series.length > 1, top: 0, left: 0, itemWidth: 10, itemHeight: 10, icon: "rect", textStyle: { color: css("--gz-ink-2"), fontSize: 12 } },
      category: { type: "category", data: rows.x, axisLine: { lineStyle: { color: strong } }, axisTick: { show: false }, axisLabel: label },
      value: { type: "value", name: rows.unit ?? "", splitLine: { lineStyle: { color: line } }, axisLabel: { ...label, formatter: (v) => v.toLocaleString("en") }, nameTextStyle: { color: ink3, align: "left" } },
    };
  }

  const series = (rows) => rows.series.map((s) => ({
    name: s.name,
    data: s.data,
    type: s.kind === "line" || s.kind === "step" ? "line" : "bar",
    step: s.kind === "step" ? "end" : undefined,
    stack: s.stack,
    symbol: s.kind === "step" ? "circle" : "none",
    symbolSize: 5,
    barMaxWidth: 24,
    lineStyle: { width: 2 },
    itemStyle: s.tone ? { color: tone(s.tone) } : undefined,
  }));

  const shapes = {
    bars(rows) { const { category, value, ...rest } = frame(rows); return { ...rest, xAxis: category, yAxis: value, series: series(rows) }; },
    across(rows) {
      const { category, value, ...rest } = frame(rows);
      return { ...rest, xAxis: { ...value, splitNumber: 4 }, yAxis: { ...category, axisLine: { show: false }, inverse: true }, series: series(rows) };
    },
    ladder(rows) {
      const { category, value, ...rest } = frame(rows);
      return { ...rest, xAxis: { ...category, boundaryGap: false }, yAxis: { ...value, scale: true }, series: series(rows) };
    },
  };

  function draw() {
    if (!window.echarts) return;
    for (const el of document.querySelectorAll("[data-chart]")) {
      const source = document.getElementById(el.dataset.rows), shape = shapes[el.dataset.chart];
      if (!source || !shape) continue;
      const chart = echarts.getInstanceByDom(el) ?? echarts.init(el, null, { renderer: "canvas" });
      chart.setOption(shape(JSON.parse(source.textContent)), true);
    }
  }
  draw();
  addEventListener("gz:theme", draw);
  addEventListener("htmx:afterSettle", draw);
  addEventListener("resize", () => { for (const el of document.querySelectorAll("[data-chart]")) window.echarts?.getInstanceByDom(el)?.resize(); });
})();
