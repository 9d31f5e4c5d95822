// npm @cedx/akismet: option `baseUrl`.
import { Author, Blog, Client, Comment } from "@cedx/akismet";

const client = (key) => new Client(key, new Blog({ url: process.env.BLOG }), { baseUrl: process.env.URL });
const comment = (name) => new Comment({ author: new Author({ ipAddress: "203.0.113.7", userAgent: "a browser", name }), content: "The tram was on time today." });
const ours = client(process.env.AKISMET_KEY);
const known = await ours.verifyKey();
const unknown = await client("a".repeat(12)).verifyKey();
const [calm, spam] = [await ours.checkComment(comment("Ann")), await ours.checkComment(comment("viagra-test-123"))];
await ours.submitSpam(comment("Ann"));
await ours.submitHam(comment("Ann"));
console.log(JSON.stringify({ known, unknown, calm, spam }));
