// Holds what a receiver logged against the verifier of Standard Webhooks itself. usage: verify.mjs LOG SECRET
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { Webhook } = createRequire(`${process.env.CLIENT_MODULES}/`)("standardwebhooks");
const webhook = new Webhook(process.argv[3]);
const lines = readFileSync(process.argv[2], "utf8").trim().split("\n").map((line) => JSON.parse(line));
for (const { headers, body } of lines) {
  if (webhook.verify(body, headers).id !== headers["webhook-id"]) throw new Error("another id");
  let refused = false;
  try {
    webhook.verify(body.replace("INC-1", "INC-2"), headers);
  } catch {
    refused = true;
  }
  if (body.includes("INC-1") && !refused) throw new Error("a changed body was accepted");
}
console.log(lines.length);
