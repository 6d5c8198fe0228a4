// An account API in Node.js 18 or newer, without packages: what another team would write. Test accounts only, and
// answers kept in memory: a real one keeps nonces, requests, answers and references in its database.
//   node account-api.mjs PORT URL HUB-KEY-ID HUB-PUBLIC-KEY(hex) OWN-KEY-ID OWN-SECRET-KEY(hex) SERVICE-NUMBER
import { createHash, createHmac, createPrivateKey, createPublicKey, randomBytes, sign, timingSafeEqual, verify } from "node:crypto";
import { createServer } from "node:http";

const [port, url, hubKeyId, hubKey, ownKeyId, ownSecret, serviceNumber] = process.argv.slice(2);
const target = `${url.replace(/\/$/, "")}/v1/account-proofs`;
const hubPublic = createPublicKey({ key: Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(hubKey, "hex")]), format: "der", type: "spki" });
const ownPrivate = createPrivateKey({ key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.from(ownSecret, "hex")]), format: "der", type: "pkcs8" });
const members = ["type", "version", "request_id", "service_number", "incentive", "account_id", "security_codes"];
const accounts = new Map([["T000001", ["482913", "ア*キ ハ*コ"]], ["T000002", ["617284", "ウ*ノ サ*ラ"]]]);
const nonces = new Set(), asked = new Map(), failures = new Map(), references = new Map();
const sha256 = (data) => createHash("sha256").update(data).digest();

class Refused extends Error { constructor(status, title) { super(title); this.status = status; } }

// RFC 9421: one signature, label and tag `mynapoint`, over method, target and digest; created, expires, nonce, keyid.
function verifySignature(headers, body) {
  const no = () => new Refused(401, "not signed, as it stands and for the first time, by the hub");
  const input = /^mynapoint=(\("@method" "@target-uri" "content-digest"\)(;.*))$/.exec(headers["signature-input"] ?? "");
  const signature = /^mynapoint=:([A-Za-z0-9+/]+=*):$/.exec(headers.signature ?? "");
  if (!input || !signature) throw no();
  const given = Object.fromEntries([...input[2].matchAll(/;([a-z]+)=(?:"([^"]*)"|(\d+))/g)].map((one) => [one[1], one[2] ?? Number(one[3])]));
  const digest = `sha-256=:${sha256(body).toString("base64")}:`, now = Date.now() / 1000;
  const base = [`"@method": POST`, `"@target-uri": ${target}`, `"content-digest": ${headers["content-digest"]}`, `"@signature-params": ${input[1]}`].join("\n");
  if (headers["content-digest"] !== digest || given.keyid !== hubKeyId || given.tag !== "mynapoint") throw no();
  if (!verify(null, Buffer.from(base), hubPublic, Buffer.from(signature[1], "base64"))) throw no();
  if (!(given.created > now - 120 && given.created < now + 30 && given.expires > now)) throw no();
  if (!(given.nonce?.length >= 22) || nonces.has(given.nonce)) throw no();
  nonces.add(given.nonce);
}

function read(body) {
  let message;
  try { message = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)); } catch { throw new Refused(422, "not JSON in UTF-8"); }
  const names = message && typeof message === "object" ? Object.keys(message) : [];
  if (names.length !== members.length || !members.every((name) => names.includes(name))) throw new Refused(422, "a member is missing or unknown");
  if (message.type !== "account_proof_request" || message.version !== 1) throw new Refused(422, "type or version");
  if (message.service_number !== serviceNumber) throw new Refused(422, "service_number: is another service's");
  return message;
}

function prove(message) {
  const tried = failures.get(message.account_id) ?? [];
  const recent = tried.filter((at) => at > Date.now() - 3_600_000);
  if (recent.length >= 5) return refuse(message, "too_many_tries");
  const account = accounts.get(message.account_id);
  // Digests of one length: as long for an account that does not exist as for a wrong code.
  const same = timingSafeEqual(sha256(JSON.stringify(message.security_codes)), sha256(JSON.stringify([account?.[0] ?? ""])));
  if (!account || !same) { failures.set(message.account_id, [...recent, Date.now()]); return refuse(message, "not_recognised"); }
  const kept = `${message.account_id} ${message.incentive}`;
  if (!references.has(kept)) references.set(kept, randomBytes(24).toString("base64url"));
  const claims = { request_id: message.request_id, service_number: serviceNumber, incentive: message.incentive, account_reference: references.get(kept) };
  const signed = [{ alg: "Ed25519", kid: ownKeyId }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const proof = `${signed}.${sign(null, Buffer.from(signed), ownPrivate).toString("base64url")}`;
  return { type: "account_proof", version: 1, request_id: message.request_id, account_reference: claims.account_reference, masked_holder: account[1], masked_account: `****${message.account_id.slice(-2)}`, proof };
}

const refuse = (message, reason) => ({ type: "account_proof_refused", version: 1, request_id: message.request_id, reason });

function answer(headers, body) {
  verifySignature(headers, body);
  const message = read(body), key = message.request_id;
  // Codes are guessed from a bare digest in no time, so it is one with a key.
  const digest = createHmac("sha256", ownSecret).update(body).digest("hex"), before = asked.get(key);
  if (before && before.digest !== digest) throw new Refused(422, "request_id: was used before with other content");
  if (before) return before.line;
  const line = `${JSON.stringify(prove(message))}\n`;
  asked.set(key, { digest, line });
  return line;
}

createServer(async (request, response) => {
  try {
    if (request.method !== "POST") throw new Refused(405, "POST alone");
    let body = Buffer.alloc(0);
    for await (const chunk of request) {
      body = Buffer.concat([body, chunk]);
      if (body.length > 8192) throw new Refused(413, "longer than 8,192 bytes");
    }
    const line = answer(request.headers, body);
    response.writeHead(200, { "Content-Type": "application/jsonl" }).end(line);
  } catch (error) {
    const status = error instanceof Refused ? error.status : 500;
    response.writeHead(status, { "Content-Type": "application/problem+json", Connection: "close" });
    response.end(JSON.stringify({ type: "about:blank", title: error instanceof Refused ? error.message : "failed", status }));
  }
}).listen(Number(port), "127.0.0.1");
