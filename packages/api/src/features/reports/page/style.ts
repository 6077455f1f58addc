/** The page's style sheet: light and dark, wide and narrow, screen and paper. Charts take their colours from it, too. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--panel:#f6f7f9;--ink:#16191d;--muted:#5a626c;--rule:#dfe3e8;--accent:#2456c7;--soft:#9db6ea;--strong:#12306f;--bad:#b3261e;--good:#1a6b3c;--warn:#7a4d00;--warnpaper:#fff4dc;--goodpaper:#e5f4ea}
@media (prefers-color-scheme:dark){:root{--paper:#121417;--panel:#1b1e23;--ink:#eceff3;--muted:#a3acb8;--rule:#31363e;--accent:#7ea6ff;--soft:#4564a8;--strong:#d5e2ff;--bad:#ff9086;--good:#86d7a6;--warn:#f3c877;--warnpaper:#33290f;--goodpaper:#14301f}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
header,main,footer{max-width:64rem;margin:0 auto;padding:0 1.5rem}
header{padding-top:2.5rem}
h1,h2,h3{line-height:1.2;letter-spacing:-.011em;font-weight:650;overflow-wrap:anywhere}
h1{font-size:2.1rem;margin:.15rem 0 .35rem}
h1.long{font-size:1.4rem}
h2{font-size:1.3rem;margin:0 0 .35rem}
h3{font-size:1rem;margin:1.5rem 0 .25rem}
p{margin:.35rem 0;max-width:44rem}
bdi{overflow-wrap:anywhere}
a{color:var(--accent)}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.kicker{color:var(--muted);font-size:.85rem;margin:0}
.lead{font-size:1.05rem;color:var(--muted);max-width:none}
.muted{color:var(--muted)}
.badge{display:inline-block;border-radius:1rem;padding:.05rem .65rem;font-size:.82rem;font-weight:600;background:var(--warnpaper);color:var(--warn);vertical-align:.1em}
.badge.sealed{background:var(--goodpaper);color:var(--good)}
.standing{display:flex;gap:.75rem;align-items:baseline;border:1px solid var(--rule);border-left:4px solid var(--good);border-radius:6px;padding:.7rem 1rem;margin:1.25rem 0 0;background:var(--panel)}
.standing.open{border-left-color:var(--warn)}
.standing p{margin:0;max-width:none}
section{margin:2.5rem 0}
section>p:first-of-type{color:var(--muted);margin-bottom:1rem}
.tiles{display:flex;flex-wrap:wrap;gap:1px;background:var(--rule);border:1px solid var(--rule);border-radius:8px;overflow:hidden;margin:0}
.tiles>div{background:var(--paper);padding:.9rem 1rem;flex:1 1 11rem;min-width:0}
.tiles.thirds>div{flex-basis:30%}.tiles.quarters>div{flex-basis:22%}
.tiles dt{color:var(--muted);font-size:.85rem;overflow-wrap:anywhere}
.tiles dd{margin:0}
.tiles .value{font-size:1.7rem;font-weight:650;line-height:1.25;letter-spacing:-.02em;white-space:nowrap}
.tiles .value.long{font-size:1.3rem;line-height:1.65}
.tiles .change{font-size:.85rem;color:var(--muted)}
.worse{color:var(--bad)}.better{color:var(--good)}
figure{margin:0}
figure+figure,details+figure{margin-top:1.75rem}
figcaption{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;justify-content:space-between;font-size:.88rem;color:var(--muted);margin-bottom:.25rem}
figcaption strong{color:var(--ink);font-weight:600}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;margin:0;padding:0}
.legend li::before{content:"";display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.4em;background:var(--accent)}
.legend .soft::before{background:var(--soft)}.legend .strong::before{background:var(--strong)}.legend .bad::before{background:var(--bad)}
.legend .before::before{background:none;height:0;width:1.2em;border-top:2px dashed var(--ink);border-radius:0;vertical-align:.25em}
.chart{display:block;width:100%;height:auto;font-family:inherit}
.chart.narrow{display:none}
details{margin:.5rem 0 0}
summary{cursor:pointer;color:var(--accent);font-size:.88rem;width:max-content;max-width:100%}
.table{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;font-weight:600;padding-bottom:.35rem}
th,td{padding:.34rem .6rem;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--rule)}
th:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
thead th{color:var(--muted);font-weight:600;font-size:.82rem;vertical-align:bottom;border-bottom-color:var(--muted)}
tbody th,tfoot th{font-weight:400;min-width:7rem;overflow-wrap:anywhere}
tfoot th,tfoot td{color:var(--muted)}
.number{text-align:right;white-space:nowrap}
th.number{white-space:normal}
thead button{all:unset;cursor:pointer;box-sizing:border-box}
thead button:hover{color:var(--ink);text-decoration:underline}
:focus-visible,thead button:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:2px}
thead button::after{content:"\\a0↕";opacity:.45}
[aria-sort] button{color:var(--ink)}[aria-sort=ascending] button::after{content:"\\a0↑";opacity:1}[aria-sort=descending] button::after{content:"\\a0↓";opacity:1}
.none{color:var(--muted)}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));gap:0 2.5rem}
.pair>*{min-width:0}
footer p{border-top:1px solid var(--rule);padding-top:1rem;max-width:none}
footer{padding-bottom:3rem;color:var(--muted);font-size:.85rem}
.visually-hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:40rem){header,main,footer{padding-left:1rem;padding-right:1rem}header{padding-top:1.5rem}h1{font-size:1.6rem}.chart.wide{display:none}.chart.narrow{display:block}.standing{flex-direction:column;gap:.35rem}.tiles>div,.tiles.thirds>div,.tiles.quarters>div{flex-basis:40%;padding:.7rem .75rem}.tiles .value{font-size:1.3rem}.tiles .value.long{font-size:1.05rem}table{font-size:.82rem}tbody th,tfoot th{min-width:9.5rem}h1.long{font-size:1.15rem}}
@media print{@page{size:A4;margin:14mm 13mm}:root{color-scheme:light;--paper:#fff;--panel:#fff;--ink:#000;--muted:#444;--rule:#ccc;--accent:#2456c7;--soft:#9db6ea;--strong:#12306f;--bad:#b3261e;--good:#1a6b3c;--warn:#7a4d00;--warnpaper:#fff;--goodpaper:#fff}
html{font-size:9.5pt}body{font-size:1rem;print-color-adjust:exact;-webkit-print-color-adjust:exact}header,main,footer{max-width:none;padding:0}section{margin:1.1rem 0}h1{font-size:17pt}h2{font-size:12.5pt;break-after:avoid}h3,caption{break-after:avoid}.badge{border:1px solid currentColor}
details{display:none}figure,.tiles,.standing,tr{break-inside:avoid}.table{overflow:visible;margin:.5rem 0}table{font-size:.86rem}th,td{padding:.16rem .4rem}thead{display:table-header-group}thead button::after{content:""}.tiles .value,.tiles .value.long{font-size:12pt;line-height:1.3}.tiles>div{padding:.4rem .6rem}.chart.wide{display:block}.chart.narrow{display:none}.pair{grid-template-columns:1fr 1fr;gap:0 1.5rem}footer{padding-bottom:0}}
`;
