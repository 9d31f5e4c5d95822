// npm akismet-api: calls KEY.host, so a DNS record must lead there. Here the resolver takes its place.
import dns from "node:dns";
import { createRequire } from "node:module";

const { AkismetClient } = createRequire(import.meta.url)("akismet-api");
const here = new URL(process.env.URL);
const lookup = dns.lookup;
dns.lookup = (host, ...more) => lookup(host.endsWith("comments.example") ? here.hostname : host, ...more);
const options = { blog: process.env.BLOG, protocol: "http", host: `comments.example:${here.port}` };
const client = new AkismetClient({ ...options, key: process.env.AKISMET_KEY });
const comment = (name) => ({ ip: "203.0.113.7", useragent: "a browser", content: "The tram was on time today.", name });
const known = await client.verifyKey();
const unknown = await new AkismetClient({ ...options, key: "a".repeat(12) }).verifyKey();
const [calm, spam] = [await client.checkSpam(comment("Ann")), await client.checkSpam(comment("viagra-test-123"))];
await client.submitSpam(comment("Ann"));
await client.submitHam(comment("Ann"));
console.log(JSON.stringify({ known, unknown, calm, spam }));
