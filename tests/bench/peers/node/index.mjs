// The deletion callback as one writes it for Node: check the signature, one conditional write, one message.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

const { LEDGER_TABLE, ERASURE_QUEUE_URL, META_APP_SECRETS_ARN, PUBLIC_BASE_URL } = process.env;
const dynamodb = new DynamoDBClient();
const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
const secrets = new SecretsManagerClient();
let appSecret;

async function secret() {
  if (!appSecret) {
    const answer = await secrets.send(new GetSecretValueCommand({ SecretId: META_APP_SECRETS_ARN }));
    appSecret = JSON.parse(answer.SecretString).facebook.current;
  }
  return appSecret;
}

async function verified(event) {
  const body = event.isBase64Encoded ? Buffer.from(event.body, "base64").toString() : event.body;
  const [signature, text] = new URLSearchParams(body).get("signed_request").split(".");
  const expected = createHmac("sha256", await secret()).update(text).digest();
  const given = Buffer.from(signature, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  return JSON.parse(Buffer.from(text, "base64url").toString());
}

export async function handler(event) {
  const headers = { "content-type": "application/json" };
  const payload = await verified(event);
  if (!payload) return { statusCode: 400, headers, body: JSON.stringify({ title: "Bad request" }) };
  const code = createHash("sha256").update(`facebook/${payload.user_id}`).digest("hex").slice(0, 33);
  const now = new Date().toISOString();
  const row = {
    pk: `obligation#${code}`, sk: "head", state: "received", route: "meta-data-deletion", received_at: now,
    covers_until: new Date(payload.issued_at * 1000).toISOString(), next_action_at: now,
    due_shard: String(parseInt(code.slice(0, 2), 16) % 8).padStart(2, "0"), due_date: "2036-01-01", due_zone: "UTC",
  };
  const Item = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, { S: value }]));
  try {
    await dynamodb.send(new PutItemCommand({ TableName: LEDGER_TABLE, Item, ConditionExpression: "attribute_not_exists(pk)" }));
  } catch (error) {
    if (error.name !== "ConditionalCheckFailedException") throw error;
  }
  await sqs.send(new SendMessageCommand({ QueueUrl: ERASURE_QUEUE_URL, MessageBody: JSON.stringify({ v: 1, obligation: code }) }));
  const body = { url: `${PUBLIC_BASE_URL}/privacy/requests/${code}`, confirmation_code: code };
  return { statusCode: 200, headers, body: JSON.stringify(body) };
}
