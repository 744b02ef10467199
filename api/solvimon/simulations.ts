import type { ApiContext, ZodApp } from '../context.js';
import type { Permission } from '../permissions.js';
import { callerOf, mustAllow, platformOf } from '../plugins/auth.js';
import { simulation, simulationRequest } from '../schemas/simulation.js';
import { runSimulation } from './simulate.js';

/** `/v1/simulations`: extension, what would be sent when (S-R5). */
export function simulationRoutes(app: ZodApp, { db, preview }: ApiContext): void {
  app.post(
    '/v1/simulations',
    {
      // Nothing is changed: there is no transaction to be made. Mails are personal: what is kept for a key is sealed.
      config: { permission: 'WORKFLOW_RUN.VIEW', commits: 'own', answersSecret: true },
      schema: {
        summary: 'Simulate a workflow',
        description:
          'Plays a workflow, stored or told, for a resource, stored or told, by the code that runs it in earnest. Sends and stores nothing. Also needs VIEW of the stored workflow, integrations and facts that it reads.',
        tags: ['workflow-runs'],
        body: simulationRequest,
        response: { 200: simulation },
      },
    },
    (request) => {
      const demand = (permission: Permission): void => {
        mustAllow(callerOf(request), permission);
      };
      return runSimulation({ db, preview, demand }, platformOf(request), request.body);
    },
  );
}
