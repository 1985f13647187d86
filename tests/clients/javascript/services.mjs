// The JavaScript SDK inside an instance, with nothing but what the instance gives it: role, region, resolver, trust.
// Arguments: a prefix of names, URLs of services (JSON, none for their ordinary names), the VPC, a role's ARN, a zipped
// program in base64. Prints by service what was read back of what was written, and how the role and what nobody does
// here were refused.
import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { EC2 } from "@aws-sdk/client-ec2";
import { ECR } from "@aws-sdk/client-ecr";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { KMS } from "@aws-sdk/client-kms";
import { Lambda } from "@aws-sdk/client-lambda";
import { S3 } from "@aws-sdk/client-s3";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { SSM } from "@aws-sdk/client-ssm";
import { STS } from "@aws-sdk/client-sts";

const [prefix, givenUrls, vpc, role, zipped] = process.argv.slice(2);
const urls = JSON.parse(givenUrls);
const told = {};
const HOUR = 3_600_000;

function client(Client, service) {
    const patience = { maxAttempts: 1, requestHandler: { connectionTimeout: 30000, requestTimeout: 60000 } };
    return new Client(urls[service] ? { ...patience, endpoint: urls[service] } : patience);
}

async function tell(service, what, call) {
    let answer;
    try {
        answer = await call();
    } catch (error) {
        const status = error.$metadata?.httpStatusCode;
        const code = error.Code ?? error.name;
        answer = status ? { code, status, message: error.message } : { network: error.name };
    }
    (told[service] ??= {})[what] = answer;
}

async function monitoring() {
    const cloudwatch = client(CloudWatch, "monitoring");
    const metric = { Namespace: prefix, MetricName: "Sales" };
    const now = Date.now();
    await tell("monitoring", "read", async () => {
        const sale = { MetricName: "Sales", Value: 2.5, Timestamp: new Date(now) };
        await cloudwatch.putMetricData({ Namespace: prefix, MetricData: [sale] });
        const around = { StartTime: new Date(now - HOUR), EndTime: new Date(now + HOUR) };
        const found = await cloudwatch.getMetricStatistics({ ...metric, ...around, Period: 7200, Statistics: ["Sum"] });
        return found.Datapoints.reduce((sum, point) => sum + point.Sum, 0);
    });
    await tell("monitoring", "refused", () => cloudwatch.deleteAlarms({ AlarmNames: [prefix] }));
}

async function cloudformation() {
    const stacks = client(CloudFormation, "cloudformation");
    const template = (Type, Properties) => JSON.stringify({ Resources: { Made: { Type, Properties } } });
    await tell("cloudformation", "read", async () => {
        const body = template("AWS::SQS::Queue", { QueueName: `${prefix}-of-stack` });
        await stacks.createStack({ StackName: prefix, TemplateBody: body });
        const found = await stacks.describeStackResources({ StackName: prefix });
        return found.StackResources[0].ResourceType;
    });
    await tell("cloudformation", "refused", () => stacks.deleteStack({ StackName: prefix }));
    const made = template("AWS::EC2::VPC", { CidrBlock: "10.9.0.0/16" });
    await tell("cloudformation", "not done", () => stacks.createStack({ StackName: `${prefix}-vpc`, TemplateBody: made }));
}

async function ec2() {
    const network = client(EC2, "ec2");
    await tell("ec2", "read", async () => {
        await network.createTags({ Resources: [vpc], Tags: [{ Key: prefix, Value: "tagged" }] });
        const found = await network.describeTags({ Filters: [{ Name: "key", Values: [prefix] }] });
        return found.Tags[0].Value;
    });
    await tell("ec2", "refused", () => network.deleteVpc({ VpcId: vpc }));
}

async function loadBalancing() {
    const balancers = client(ElasticLoadBalancingV2, "elasticloadbalancing");
    await tell("elasticloadbalancing", "refused", () => balancers.describeLoadBalancers({}));
}

async function snsAndSqs() {
    const topics = client(SNS, "sns");
    const queues = client(SQS, "sqs");
    let QueueUrl, TopicArn;
    const received = async () => {
        const { Messages } = await queues.receiveMessage({ QueueUrl, WaitTimeSeconds: 5 });
        await queues.deleteMessage({ QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle });
        return Messages[0].Body;
    };
    await tell("sqs", "read", async () => {
        ({ QueueUrl } = await queues.createQueue({ QueueName: prefix }));
        await queues.sendMessage({ QueueUrl, MessageBody: "sent" });
        return received();
    });
    await tell("sns", "read", async () => {
        ({ TopicArn } = await topics.createTopic({ Name: prefix }));
        const Resource = TopicArn.replace(":sns:", ":sqs:");
        const sends = { Effect: "Allow", Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:SendMessage" };
        const Condition = { ArnEquals: { "aws:SourceArn": TopicArn } };
        const Policy = JSON.stringify({ Statement: [{ ...sends, Resource, Condition }] });
        await queues.setQueueAttributes({ QueueUrl, Attributes: { Policy } });
        await topics.subscribe({ TopicArn, Protocol: "sqs", Endpoint: Resource });
        await topics.publish({ TopicArn, Message: "published" });
        return JSON.parse(await received()).Message;
    });
    await tell("sns", "refused", () => topics.deleteTopic({ TopicArn }));
    await tell("sqs", "refused", () => queues.deleteQueue({ QueueUrl }));
}

async function sts() {
    const tokens = client(STS, "sts");
    await tell("sts", "read", async () => (await tokens.getCallerIdentity({})).Arn.split("/")[1]);
    await tell("sts", "refused", () => tokens.assumeRole({ RoleArn: role, RoleSessionName: prefix }));
}

async function kms() {
    const keys = client(KMS, "kms");
    let KeyId;
    await tell("kms", "read", async () => {
        ({ KeyId } = (await keys.createKey({})).KeyMetadata);
        const { CiphertextBlob } = await keys.encrypt({ KeyId, Plaintext: Buffer.from("plain") });
        return Buffer.from((await keys.decrypt({ CiphertextBlob })).Plaintext).toString();
    });
    await tell("kms", "refused", () => keys.disableKey({ KeyId }));
}

async function secretsmanager() {
    const secrets = client(SecretsManager, "secretsmanager");
    await tell("secretsmanager", "read", async () => {
        await secrets.createSecret({ Name: prefix, SecretString: "hush" });
        return (await secrets.getSecretValue({ SecretId: prefix })).SecretString;
    });
    await tell("secretsmanager", "refused", () => secrets.deleteSecret({ SecretId: prefix }));
}

async function ssm() {
    const parameters = client(SSM, "ssm");
    const Name = `/${prefix}/limit`;
    await tell("ssm", "read", async () => {
        await parameters.putParameter({ Name, Value: "7", Type: "String" });
        return (await parameters.getParameter({ Name })).Parameter.Value;
    });
    await tell("ssm", "refused", () => parameters.deleteParameter({ Name }));
}

async function logs() {
    const log = client(CloudWatchLogs, "logs");
    const stream = { logGroupName: prefix, logStreamName: "first" };
    await tell("logs", "read", async () => {
        await log.createLogGroup({ logGroupName: prefix });
        await log.createLogStream(stream);
        await log.putLogEvents({ ...stream, logEvents: [{ timestamp: Date.now(), message: "it rains" }] });
        return (await log.getLogEvents(stream)).events.map((event) => event.message);
    });
    await tell("logs", "refused", () => log.deleteLogGroup({ logGroupName: prefix }));
}

async function ecr() {
    const images = client(ECR, "ecr.api");
    await tell("ecr.api", "read", async () => {
        await images.createRepository({ repositoryName: prefix });
        const found = await images.describeRepositories({ repositoryNames: [prefix] });
        return found.repositories[0].repositoryName.slice(prefix.length);
    });
    const layer = { repositoryName: prefix, layerDigest: `sha256:${"0".repeat(64)}` };
    await tell("ecr.api", "refused", () => images.deleteRepository({ repositoryName: prefix }));
    await tell("ecr.api", "not done", () => images.getDownloadUrlForLayer(layer));
}

async function functions() {
    const lambda = client(Lambda, "lambda");
    const code = { Handler: "main.handle", Runtime: "python3.12", Code: { ZipFile: Buffer.from(zipped, "base64") } };
    await tell("lambda", "read", async () => {
        await lambda.createFunction({ FunctionName: prefix, Role: role, ...code });
        return (await lambda.getFunctionConfiguration({ FunctionName: prefix })).Handler;
    });
    await tell("lambda", "refused", () => lambda.deleteFunction({ FunctionName: prefix }));
    await tell("lambda", "not done", () => lambda.invoke({ FunctionName: prefix, Payload: "{}" }));
}

async function dynamodb() {
    const tables = client(DynamoDB, "dynamodb");
    const key = { id: { S: "first" } };
    await tell("dynamodb", "read", async () => {
        await tables.createTable({
            TableName: prefix,
            BillingMode: "PAY_PER_REQUEST",
            AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
            KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        });
        await tables.putItem({ TableName: prefix, Item: { ...key, text: { S: "stored" } } });
        return (await tables.getItem({ TableName: prefix, Key: key })).Item.text.S;
    });
    await tell("dynamodb", "refused", () => tables.deleteTable({ TableName: prefix }));
}

async function s3() {
    const buckets = client(S3, "s3");
    const item = { Bucket: prefix, Key: "a/b c.txt" };
    await tell("s3", "read", async () => {
        await buckets.createBucket({ Bucket: prefix });
        await buckets.putObject({ ...item, Body: "an object" });
        return (await buckets.getObject(item)).Body.transformToString();
    });
    await tell("s3", "refused", () => buckets.deleteObject(item));
}

const parts = [monitoring, cloudformation, ec2, loadBalancing, snsAndSqs, sts, kms, secretsmanager, ssm, logs, ecr];
for (const use of [...parts, functions, dynamodb, s3]) {
    await use();
}
console.log(JSON.stringify(told));
