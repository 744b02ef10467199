import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MEASURE, STORE } from '../names.js';
import { chart } from './chart.js';
import { markdown, type Report } from './markdown.js';

const CHARTS = {
  accept: MEASURE.acceptRate,
  'accept-p99': MEASURE.acceptP99,
  isolated: MEASURE.isolatedP99,
  burst: MEASURE.burstTime,
  'burst-rate': MEASURE.burstRate,
  'bytes-postgres': `${MEASURE.storeBytes}: ${STORE.postgres}`,
  'bytes-temporal': `${MEASURE.storeBytes}: ${STORE.engine}`,
  memory: MEASURE.workerMemory,
};

/** Writes results.md, results.json and a chart of each of the main measures; answers the text. */
export async function writeReport(directory: string, report: Report, jsonFile?: string): Promise<string> {
  const text = markdown(report);
  const json = `${JSON.stringify(report, null, 2)}\n`;
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'results.md'), text);
  await writeFile(join(directory, 'results.json'), json);
  if (jsonFile !== undefined) await writeFile(jsonFile, json);
  for (const [name, measure] of Object.entries(CHARTS)) {
    if (!report.results.some((one) => one.measure === measure)) continue;
    await writeFile(join(directory, `${name}.svg`), chart(measure, report.results));
  }
  return text;
}
