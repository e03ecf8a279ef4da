import { launchWorkbench, waitForWorkbench } from '@atelier/single-machine/journey';
import { beforeAll, describe, expect, test } from 'vitest';
import { openStack } from '../harness/stack.ts';
import { newTenant } from '../harness/tenants.ts';

const stack = openStack();
type Session = Awaited<ReturnType<typeof launchWorkbench>>;
let notebook: Awaited<ReturnType<Session['startKernel']>>;

beforeAll(async () => {
  const foo = await newTenant(stack, 'inside');
  await waitForWorkbench({ person: foo.admin });
  const session = await launchWorkbench(foo.admin);
  notebook = await session.startKernel();
  return () => notebook.close();
});

/** Runs a cell in the notebook, whose assertions are Python's, and answers what it printed. */
async function cell(code: string, timeoutMs = 120_000): Promise<string> {
  const { text, error } = await notebook.execute(code, { timeoutMs });
  if (error !== null) throw new Error(`${error}\n${text}`);
  return text;
}

describe('with the environment of the space alone', () => {
  test('boto3 puts, gets, reads a range, uploads in parts, copies, lists and deletes', async () => {
    const text = await cell(`
import io, os, boto3
from boto3.s3.transfer import TransferConfig
s3, bucket, folder = boto3.client("s3"), os.environ["ATELIER_BUCKET"], "jobs/inside"
s3.put_object(Bucket=bucket, Key=f"{folder}/small é.txt", Body="naïve ✓".encode())
assert s3.get_object(Bucket=bucket, Key=f"{folder}/small é.txt")["Body"].read().decode() == "naïve ✓"
assert s3.get_object(Bucket=bucket, Key=f"{folder}/small é.txt", Range="bytes=0-1")["Body"].read() == b"na"
large = os.urandom((20 << 20) + 3)
s3.upload_fileobj(io.BytesIO(large), bucket, f"{folder}/large", Config=TransferConfig(multipart_threshold=8 << 20))
assert s3.head_object(Bucket=bucket, Key=f"{folder}/large")["ETag"].endswith('-3"')
back = io.BytesIO()
s3.download_fileobj(bucket, f"{folder}/large", back)
assert back.getvalue() == large
s3.copy({"Bucket": bucket, "Key": f"{folder}/large"}, bucket, f"{folder}/copy")
keys = [found["Key"] for found in s3.list_objects_v2(Bucket=bucket, Prefix=folder)["Contents"]]
for found in boto3.resource("s3").Bucket(bucket).objects.filter(Prefix=folder):
    found.delete()
print(keys, s3.list_objects_v2(Bucket=bucket, Prefix=folder)["KeyCount"])
`);
    expect(text.trim()).toBe(
      "['jobs/inside/copy', 'jobs/inside/large', 'jobs/inside/small é.txt'] 0",
    );
  });

  test('the AWS CLI copies, lists and describes', async () => {
    const text = await cell(`
!printf 'from the shell' > /tmp/hello.txt
!aws s3 cp --only-show-errors /tmp/hello.txt s3://$ATELIER_BUCKET/jobs/cli/hello.txt
!aws s3 ls s3://$ATELIER_BUCKET/jobs/cli/
!aws s3 cp --only-show-errors s3://$ATELIER_BUCKET/jobs/cli/hello.txt -
!echo
!aws sts get-caller-identity --query Arn --output text
!aws sagemaker list-training-jobs --query 'length(TrainingJobSummaries)'
!aws s3 rm --only-show-errors --recursive s3://$ATELIER_BUCKET/jobs/cli/
`);
    expect(text).toMatch(/ 14 hello\.txt/);
    expect(text).toContain('from the shell');
    expect(text).toMatch(/arn:aws:sts::\d{12}:assumed-role\//);
    expect(text.trim()).toMatch(/\n0$/);
  });

  test('boto3 trains to an artefact in S3, deploys, invokes, reads the logs and deletes', async () => {
    await cell(`
import io, json, tarfile, time
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"
TRAIN = '''
import os
print("trained on", open(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "numbers")).read())
open(os.path.join(os.environ["SM_MODEL_DIR"], "factor"), "w").write("3")
'''
SERVE = '''
import json, os
def model_fn(folder):
    return int(open(os.path.join(folder, "factor")).read())
def input_fn(body, content_type):
    return json.loads(body)
def predict_fn(value, factor):
    return value * factor
def output_fn(value, accept):
    return json.dumps(value), "application/json"
'''
packed = io.BytesIO()
with tarfile.open(fileobj=packed, mode="w:gz") as tar:
    for name, text in {"train.py": TRAIN, "inference.py": SERVE}.items():
        entry = tarfile.TarInfo(name)
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text.encode()))
sm, role = boto3.client("sagemaker"), os.environ["ATELIER_EXECUTION_ROLE"]
s3.put_object(Bucket=bucket, Key="jobs/tripling/source.tar.gz", Body=packed.getvalue())
s3.put_object(Bucket=bucket, Key="jobs/tripling/data/numbers", Body=b"1 2 3")
source = f"s3://{bucket}/jobs/tripling/source.tar.gz"
sm.create_training_job(
    TrainingJobName="tripling", RoleArn=role,
    AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
    HyperParameters={"sagemaker_program": "train.py", "sagemaker_submit_directory": source},
    InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": {
        "S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/jobs/tripling/data/"}}}],
    OutputDataConfig={"S3OutputPath": f"s3://{bucket}/jobs/tripling/output"},
    ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
    StoppingCondition={"MaxRuntimeInSeconds": 120})
def until(ask, member, busy):
    while (answer := ask())[member] in busy:
        time.sleep(0.3)
    return answer
job = until(lambda: sm.describe_training_job(TrainingJobName="tripling"), "TrainingJobStatus", {"InProgress"})
assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
artefact = job["ModelArtifacts"]["S3ModelArtifacts"]
assert s3.head_object(Bucket=bucket, Key=artefact.removeprefix(f"s3://{bucket}/"))["ContentLength"] > 0
`);
    const log = await cell(`
logs = boto3.client("logs")
events = logs.filter_log_events(logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix="tripling/")["events"]
print([event["message"] for event in events])
`);
    expect(log).toContain('trained on 1 2 3');
    const answer = await cell(`
sm.create_model(ModelName="tripling", ExecutionRoleArn=role, PrimaryContainer={
    "Image": IMAGE, "ModelDataUrl": artefact,
    "Environment": {"SAGEMAKER_PROGRAM": "inference.py", "SAGEMAKER_SUBMIT_DIRECTORY": source}})
sm.create_endpoint_config(EndpointConfigName="tripling", ProductionVariants=[
    {"VariantName": "main", "ModelName": "tripling", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}])
sm.create_endpoint(EndpointName="tripling", EndpointConfigName="tripling")
until(lambda: sm.describe_endpoint(EndpointName="tripling"), "EndpointStatus", {"Creating"})
runtime = boto3.client("sagemaker-runtime")
answer = runtime.invoke_endpoint(EndpointName="tripling", ContentType="application/json", Body=b"14")["Body"].read()
sm.delete_endpoint(EndpointName="tripling")
sm.get_waiter("endpoint_deleted").wait(EndpointName="tripling", WaiterConfig={"Delay": 1})
sm.delete_endpoint_config(EndpointConfigName="tripling")
sm.delete_model(ModelName="tripling")
print(answer.decode(), len(sm.list_endpoints()["Endpoints"]))
`);
    expect(answer.trim()).toBe('42 0');
  });

  test("the SageMaker SDK's SKLearn fits, deploys and predicts", async () => {
    const text = await cell(
      `
import os, pathlib, sagemaker
from sagemaker.sklearn.estimator import SKLearn
os.makedirs("/tmp/sdk", exist_ok=True)
pathlib.Path("/tmp/sdk/script.py").write_text('''
import argparse, os, joblib, numpy as np
from sklearn.linear_model import LinearRegression

def model_fn(folder):
    return joblib.load(os.path.join(folder, "model.joblib"))

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--slope", type=float)
    parser.add_argument("--model-dir", default=os.environ.get("SM_MODEL_DIR"))
    parser.add_argument("--train", default=os.environ.get("SM_CHANNEL_TRAIN"))
    args = parser.parse_args()
    x = np.loadtxt(os.path.join(args.train, "x.csv"))
    model = LinearRegression().fit(x.reshape(-1, 1), args.slope * x)
    joblib.dump(model, os.path.join(args.model_dir, "model.joblib"))
''')
pathlib.Path("/tmp/sdk/x.csv").write_text("\\n".join(str(x) for x in range(20)))
session = sagemaker.Session()
inputs = session.upload_data("/tmp/sdk/x.csv", key_prefix="jobs/sdk")
estimator = SKLearn(
    entry_point="script.py", source_dir="/tmp/sdk", role=sagemaker.get_execution_role(), framework_version="1.2-1",
    instance_type="ml.m5.large", hyperparameters={"slope": 2.0}, code_location=f"s3://{session.default_bucket()}/jobs/sdk",
    output_path=f"s3://{session.default_bucket()}/jobs/sdk/output", sagemaker_session=session)
estimator.fit({"train": inputs}, logs=False)
predictor = estimator.deploy(initial_instance_count=1, instance_type="ml.m5.large", wait=False)
until(lambda: sm.describe_endpoint(EndpointName=predictor.endpoint_name), "EndpointStatus", {"Creating"})
predicted = predictor.predict([[4.0], [5.0]])
predictor.delete_endpoint()
print("predicted", [round(float(value), 6) for value in predicted])
`,
      240_000,
    );
    expect(text).toContain('predicted [8.0, 10.0]');
  });
});
