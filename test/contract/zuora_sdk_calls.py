"""Calls a run contract by Zuora's own SDK, as its documentation has it. Arguments: base URL, client id, client secret, workflow
id, parameters as JSON. Prints what was answered, as one JSON object."""

import json
import sys

import zuora_sdk
from zuora_sdk.zuora_client import ZuoraClient

host, client_id, client_secret, workflow_id, parameters = sys.argv[1:]
configuration = zuora_sdk.Configuration(host=host)
client = ZuoraClient(client_id=client_id, client_secret=client_secret, env=None, config=configuration)
client.set_retry_config(1, 1)
client.initialize()
workflows = client.workflows_api()
answers = {"authenticated": client.token["access_token"] is not None}


def keep(name, answer):
    answers[name] = answer.to_dict()
    return answer


def refused(name, call):
    try:
        call()
    except zuora_sdk.ApiException as error:
        answers[name] = {"status": error.status, "body": json.loads(error.body)}


listed = keep("list", workflows.get_workflows(page=1, page_length=1, callout_trigger=True))
keep("get", workflows.get_workflow(workflow_id))
keep("versions", workflows.get_workflow_versions(int(workflow_id)))
keep("export", workflows.get_workflow_export(int(workflow_id), version="latest"))
run = keep(
    "run",
    workflows.post_run_workflow(
        int(workflow_id),
        inputparameters=json.loads(parameters),
        idempotency_key="sdk-1",
        zuora_track_id="sdk",
        accept_encoding="gzip",
    ),
)
again = workflows.post_run_workflow(int(workflow_id), inputparameters=json.loads(parameters), idempotency_key="sdk-1")
answers["repeated"] = again.id == run.id
keep("get_run", workflows.get_workflow_run(str(run.id)))
tasks = keep("tasks", workflows.get_workflows_tasks(workflow_id=str(run.id), instance=True))
keep("task", workflows.get_workflows_task(str(tasks.data[0].id)))
refused("missing", lambda: workflows.post_run_workflow(int(workflow_id), inputparameters={}))
refused("unknown", lambda: workflows.post_run_workflow(run.id + 100_000))
refused("is_a_run", lambda: workflows.post_run_workflow(run.id))
refused("delete_active", lambda: workflows.delete_workflow_version(listed.data[0].active_version.id))
refused("import", lambda: workflows.post_workflow_import())
keep("update", workflows.p_atch_update_workflow(workflow_id, request={"description": "By the SDK", "status": "Inactive"}))
refused("wrong_update", lambda: workflows.p_atch_update_workflow(workflow_id, request={"status": "on"}))
refused("inactive", lambda: workflows.post_run_workflow(int(workflow_id), inputparameters=json.loads(parameters)))
keep("delete", workflows.delete_workflow(workflow_id))
refused("gone", lambda: workflows.delete_workflow(workflow_id))
keep("stopped_run", workflows.get_workflow_run(str(run.id)))
print(json.dumps(answers, default=str))
