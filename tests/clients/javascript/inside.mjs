// The JavaScript SDK inside an instance, with nothing but what the instance gives it: role, region, resolver, trust.
// Arguments: a bucket that may be used, one that may not, and how long to try to connect to S3 (ms). Prints what each call came to, as JSON.
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";

const [own, foreign, milliseconds] = process.argv.slice(2);
const patience = (connectionTimeout) => ({ maxAttempts: 1, requestHandler: { connectionTimeout, requestTimeout: 60000 } });
const s3 = new S3Client(patience(Number(milliseconds)));
const told = {};

async function tell(name, call) {
    try {
        told[name] = await call();
    } catch (error) {
        told[name] = { error: error.name, message: error.message, status: error.$metadata?.httpStatusCode };
    }
}

await tell("put", async () => {
    const answer = await s3.send(new PutObjectCommand({ Bucket: own, Key: "a/b c.txt", Body: "from JavaScript" }));
    return answer.$metadata.httpStatusCode;
});
await tell("get", async () => {
    const answer = await s3.send(new GetObjectCommand({ Bucket: own, Key: "a/b c.txt" }));
    return answer.Body.transformToString();
});
await tell("list", async () => {
    const answer = await s3.send(new ListObjectsV2Command({ Bucket: own }));
    return answer.Contents.map((object) => object.Key);
});
await tell("missing", () => s3.send(new GetObjectCommand({ Bucket: own, Key: "nothing" })));
await tell("foreign", () => s3.send(new GetObjectCommand({ Bucket: foreign, Key: "greeting" })));
// A gateway endpoint leads to S3 alone.
await tell("other service", () => new STSClient(patience(1000)).send(new GetCallerIdentityCommand({})));
console.log(JSON.stringify(told));
