/** Light and dark from the same names; below 760 px the list and the mail take turns. */
export const pageStyle = `
:root { --bg: #f5f6f8; --panel: #fff; --ink: #1c2330; --soft: #667085; --line: #e3e6ec; --accent: #3b6ef5; --chosen: #eaf0ff; --code: #f8f9fb; }
@media (prefers-color-scheme: dark) {
  :root { --bg: #12151b; --panel: #1a1e26; --ink: #e6e9ef; --soft: #98a2b3; --line: #2b313c; --accent: #7fa2ff; --chosen: #24304a; --code: #151920; }
}
* { box-sizing: border-box; margin: 0; }
[hidden] { display: none !important; }
body { height: 100dvh; display: flex; flex-direction: column; background: var(--bg); color: var(--ink); font: 14px/1.45 system-ui, sans-serif; }
header { display: flex; align-items: center; gap: 12px; padding: 10px 16px; background: var(--panel); border-bottom: 1px solid var(--line); }
h1 { font-size: 16px; font-weight: 650; }
#count { color: var(--soft); white-space: nowrap; font-variant-numeric: tabular-nums; }
input { flex: 1; min-width: 0; max-width: 520px; margin-left: auto; padding: 7px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--bg); color: inherit; font: inherit; }
button { padding: 6px 12px; border: 1px solid var(--line); border-radius: 8px; background: var(--panel); color: inherit; font: inherit; cursor: pointer; white-space: nowrap; }
button:hover { border-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
main { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(280px, 380px) 1fr; }
nav { overflow-y: auto; scrollbar-width: thin; scrollbar-color: var(--line) transparent; background: var(--panel); border-right: 1px solid var(--line); }
ul { list-style: none; padding: 0; }
li button { display: block; width: 100%; padding: 10px 16px; text-align: left; border: 0; border-bottom: 1px solid var(--line); border-left: 3px solid transparent; border-radius: 0; }
li button:hover { background: var(--bg); }
li button:focus-visible { outline-offset: -2px; }
li [aria-current=true] { background: var(--chosen); border-left-color: var(--accent); }
li .row { display: flex; justify-content: space-between; gap: 8px; color: var(--soft); font-size: 12.5px; }
li span, li time { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
li time { flex: none; }
li .title { display: block; }
li .unread .title { font-weight: 650; }
li .unread .title::before { content: ''; display: inline-block; width: 7px; height: 7px; margin-right: 7px; border-radius: 50%; background: var(--accent); vertical-align: 2px; }
li .snippet { display: block; color: var(--soft); font-size: 12.5px; }
#more { margin: 12px 16px; }
#empty, #none { padding: 48px 24px; text-align: center; color: var(--soft); }
#none { align-self: center; }
article { min-width: 0; min-height: 0; display: flex; flex-direction: column; }
.head { padding: 16px 20px 0; background: var(--panel); border-bottom: 1px solid var(--line); }
h2 { font-size: 19px; font-weight: 650; line-height: 1.3; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 14px; margin: 10px 0; }
dt { color: var(--soft); }
dd { overflow-wrap: anywhere; }
#attachments { display: flex; flex-wrap: wrap; gap: 8px; }
#attachments a { margin-bottom: 10px; padding: 4px 10px; border: 1px solid var(--line); border-radius: 14px; color: inherit; font-size: 12.5px; text-decoration: none; }
#attachments a:hover { border-color: var(--accent); }
.tabs { display: flex; gap: 4px; }
.tabs button { border: 0; border-bottom: 2px solid transparent; border-radius: 0; padding: 8px 12px; color: var(--soft); }
.tabs [aria-selected=true] { color: var(--ink); border-bottom-color: var(--accent); font-weight: 600; }
.tabs button:disabled { opacity: .4; cursor: default; }
.tabs .quiet { margin-left: auto; }
#back { display: none; margin-bottom: 10px; }
#body { flex: 1; min-height: 0; overflow: auto; background: var(--code); }
#body:has(iframe) { overflow: hidden; background: #fff; }
iframe { display: block; width: 100%; height: 100%; border: 0; background: #fff; color-scheme: light; }
pre { padding: 16px 20px; font: 12.5px/1.55 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-size: 12.5px; }
th, td { padding: 7px 20px; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { width: 1%; white-space: nowrap; padding-right: 0; color: var(--soft); font-weight: 500; }
@media (max-width: 760px) {
  header { flex-wrap: wrap; }
  input { order: 1; flex-basis: 100%; max-width: none; }
  #clear { margin-left: auto; }
  main { grid-template-columns: 1fr; }
  #none, main.reading nav { display: none; }
  #back { display: inline-block; }
  th { display: block; width: auto; padding-bottom: 0; border: 0; }
  td { display: block; }
}
`;
