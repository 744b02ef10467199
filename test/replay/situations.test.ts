import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordHistory } from '../support/history.js';
import { personalIn } from './personal.js';
import { replay } from './replay.js';
import { SITUATIONS } from './situations.js';
import { openStages } from './stage.js';

/** Each situation of an execution, on real servers; `npm run record-histories` keeps what it sees here. */
describe('what this build does, it can take up again', () => {
  let stages: Awaited<ReturnType<typeof openStages>>;
  beforeAll(async () => {
    stages = await openStages();
  });
  afterAll(() => stages.close());

  it.concurrent.each(Object.entries(SITUATIONS))(
    '%s',
    async (name, play) => {
      const stage = stages.stage(name);
      const workflowId = (await play(stage)) ?? ((await stage.reaches({})).engine_workflow_id as string);
      const history = await stages.h.engine.client.workflow.getHandle(workflowId).fetchHistory();
      expect(personalIn(historyToJSON(history)).filter((found) => !found.startsWith('"'))).toEqual([]);
      expect(history.events?.length).toBeGreaterThan(4);
      await replay(history, name);
      await recordHistory(stages.h, workflowId, name);
    },
    60_000,
  );
});
